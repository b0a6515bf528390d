"""Sentences on the faults of a model that plays alone, each with its remedy."""

from typing import Final

import numpy as np

from impsy_tui.training.mdrnn.evaluation import Evaluated

_ALIKE: Final = 1.2
"""Factor within which two figures are alike."""
_FAR: Final = 2.0
_NARROW: Final = 0.67
_DIFFERS: Final = 0.15
"""Difference of two shares of events that deserves a sentence."""
_HARDLY: Final = 0.05
_CLUSTER: Final = 0.15
"""Share of the events in one tenth of the predicted distribution of dt that deserves a sentence."""
_MOST_NAMED: Final = 3
_LARGER = "train a larger size"


def advice(model: Evaluated) -> list[str]:
    """Returns the sentences about a model that plays alone."""
    found = [
        _alone(model),
        _nearest(model),
        _range(model),
        _together(model),
        _clusters(model),
        _repetition(model),
        *_dimensions(model),
    ]
    return [sentence for sentence in found if sentence]


def _alone(model: Evaluated) -> str:
    real, alone = model.real, model.alone
    pace = f"{plain(alone.pace)} events a second, you {plain(real.pace)}"
    if _factor(alone.pace, real.pace) < _ALIKE:
        plays = [f"keeps your pace: {pace}"]
    elif alone.pace > real.pace:
        plays = [f"plays faster than you: {pace} (`timescale {plain(alone.pace / real.pace)}` slows it)"]
    else:
        plays = [f"plays slower than you: {pace} (`speed {plain(real.pace / max(alone.pace, 1e-3))}` helps)"]
    if _factor(alone.movement, real.movement) < _ALIKE:
        plays.append("moves as much as you")
    else:
        more = alone.movement > real.movement
        distance = f"{plain(alone.movement)} fader lengths a second, you {plain(real.movement)}"
        plays.append(f"moves {'more' if more else 'less'}: {distance} ({_calmer(model) if more else _wider(model)})")
    if _factor(alone.gaps[2], real.gaps[2]) >= _FAR:
        word = "longer" if alone.gaps[2] > real.gaps[2] else "shorter"
        long, yours = milliseconds(alone.gaps[2]), milliseconds(real.gaps[2])
        plays.append(f"its long gaps are {word}: {long} ms, yours {yours} ms (`temp` changes how often it pauses)")
    return f"Alone, at {_temperatures(*model.temperatures)}, it {'; '.join(plays)}."


def _nearest(model: Evaluated) -> str:
    if model.nearest == model.temperatures:
        return "No other temperatures come nearer to you."
    return f"It comes nearest to you at {_temperatures(*model.nearest)}."


def _temperatures(pi: float, sigma: float) -> str:
    return f"`temp {pi:g}` and `sigma {sigma:g}`"


def _range(model: Evaluated) -> str:
    yours = float(model.real.spans.mean())
    if yours < _HARDLY:
        return ""
    share = float(model.alone.spans.mean()) / yours
    if share < _NARROW:
        return f"It stays in {100 * share:.0f} % of your range: {_wider(model)}, or play more of the range to it."
    if share > 1 / _NARROW:
        return f"It roams over {100 * share:.0f} % of your range: {_calmer(model)}."
    return ""


def _together(model: Evaluated) -> str:
    share, yours = model.alone.together, model.real.together
    if abs(share - yours) < _DIFFERS:
        return ""
    moves = f"It moves two or more dimensions in {100 * share:.0f} % of events, you in {100 * yours:.0f} %"
    return f"{moves}: {_calmer(model) if share > yours else _wider(model)}."


def _clusters(model: Evaluated) -> str:
    most = float(model.deciles.max())
    # Three standard errors of a share of a tenth.
    if most <= max(_CLUSTER, 0.1 + 0.9 / model.events**0.5):
        return ""
    tenth = int(np.argmax(model.deciles))
    side = "shorter than" if tenth < 3 else "longer than" if tenth > 6 else "close to the middle of what"
    share = f"{100 * most:.0f} % of your times between events cluster in one tenth of what it expects (10 % is right)"
    more = "train a larger size, or play more"
    return f"{share}, mostly {side} it expects: {more}."


def _repetition(model: Evaluated) -> str:
    share, yours = model.alone.repetition, model.real.repetition
    if abs(share - yours) < _DIFFERS:
        return ""
    figures = f"{100 * share:.0f} % of its figures came before, {100 * yours:.0f} % of yours"
    if share > yours:
        return f"It repeats itself: {figures}: raise `temp`."
    return f"It returns to figures less often than you: {figures}: lower `temp`, or play another session like these."


def _dimensions(model: Evaluated) -> list[str]:
    shares = zip(model.alone.moving.tolist(), model.real.moving.tolist(), strict=True)
    apart = [
        (abs(share - yours), number, share, yours)
        for number, (share, yours) in enumerate(shares, 1)
        if abs(share - yours) >= _DIFFERS and _factor(share, yours) >= _FAR
    ]
    said = []
    for _, number, share, yours in sorted(apart, reverse=True)[:_MOST_NAMED]:
        how = "hardly moves" if share < _HARDLY else "moves less" if share < yours else "is restless"
        remedy = f"{_wider(model)}, or play x{number} more" if share < yours else _calmer(model)
        moves = f"({100 * share:.0f} % of events), with you it moves in {100 * yours:.0f} %"
        said.append(f"x{number} {how} {moves}: {remedy}.")
    return said


def _wider(model: Evaluated) -> str:
    """Returns the remedy for too little movement: a temperature, if it brings the model nearer to the performer."""
    return "raise `sigma`" if model.nearest[1] > model.temperatures[1] else _LARGER


def _calmer(model: Evaluated) -> str:
    """Returns the remedy for too much movement: a temperature, if it brings the model nearer to the performer."""
    return "lower `sigma`" if model.nearest[1] < model.temperatures[1] else "train longer or a larger size"


def _factor(one: float, other: float) -> float:
    """Returns how many times the smaller number the larger one is, at least 1."""
    return (max(one, other) + 1e-6) / (min(one, other) + 1e-6)


def plain(number: float) -> str:
    """Returns a positive number in at most three significant digits, without an exponent."""
    return f"{number:.{0 if number >= 100 else 1 if number >= 10 else 2}f}"


def milliseconds(seconds: float) -> str:
    """Returns a time in milliseconds, in at most three significant digits below a second."""
    return plain(1000 * seconds)

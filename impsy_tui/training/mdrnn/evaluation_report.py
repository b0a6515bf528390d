"""What was found out about models, for a musician to read: a table, then sentences."""

import math
import string
import textwrap
from collections.abc import Sequence
from typing import Final

from impsy_tui.parameters import SIGMA, TEMP
from impsy_tui.training.mdrnn.evaluation import PLAYED, Evaluated, Style

_WIDTH: Final = 78
_TITLE, _COLUMN = 30, 12
_ALIKE: Final = 1.2
"""What is less than this factor apart is alike."""
_FAR: Final = 2.0
_DIFFERS: Final = 0.15
"""Share of events by which a value moves more often, or less, before it is worth a word."""
_HARDLY: Final = 0.05
_MOST_NAMED: Final = 3
SURE: Final = "sure of itself"
VAGUE: Final = "vague"
WELL: Final = "well judged"


def report(dataset: str, events: int, left_out: int, models: Sequence[Evaluated]) -> str:
    """The whole report.

    Args:
        dataset: its name.
        events: how many are in it.
        left_out: performances too short to be judged.
        models: at least one.
    """
    names = labels(len(models))
    held_out = f"{dataset}: the last tenth of each performance is held out, {models[0].events} of {events} events"
    if left_out:
        held_out += f"; performances too short for that and left out: {left_out}"
    lines = _wrapped(held_out)
    for name, model in zip(names, models, strict=True):
        lines += ["", f"  {name:<3}{model.name}", f"     {model.known}"]
    lines += ["", *_table(names, models), ""]
    if len(models) > 1:
        lines.append("* knows your playing best")
    lines += _wrapped(
        f"nats: how much what you did surprises it. {SURE} (-): it expects too little variety; {VAGUE} (+): "
        f"too much. Played with pi temperature {TEMP.default:g} and sigma temperature "
        f"{SIGMA.default:g}, after hearing you; a movement is more than a step of a MIDI fader."
    )
    for name, model in zip(names, models, strict=True):
        lines += ["", *_wrapped(" ".join(sentences(name, model)))]
    return "\n".join(lines)


def summary(models: Sequence[Evaluated]) -> str:
    """The best model and how it plays, in a line."""
    best = _best(models)
    which = "" if len(models) == 1 else f"{best.name} knows you best: "
    return f"{which}it {_knows(best)}; alone it {_pace(best)}"


def labels(count: int) -> list[str]:
    """What so many models are called in the table."""
    if count == 1:
        return ["it"]
    return list(string.ascii_uppercase[:count]) if count <= 26 else [str(number + 1) for number in range(count)]


def sentences(label: str, model: Evaluated) -> list[str]:
    """What a performer wants to know of a model."""
    real, alone = model.real, model.alone
    plays = [_pace(model), _movement(model)]
    if _factor(alone.gaps[2], real.gaps[2]) >= _FAR:
        word = "longer" if alone.gaps[2] > real.gaps[2] else "shorter"
        plays.append(f"its long gaps are {word}: {_ms(alone.gaps[2])} ms, yours {_ms(real.gaps[2])}")
    said = [f"{label.capitalize()} {_knows(model)}.", f"{_trust(model)}.", f"Alone it {'; '.join(plays)}."]
    apart = [
        (abs(share - yours), number, share, yours)
        for number, (share, yours) in enumerate(zip(alone.moving.tolist(), real.moving.tolist(), strict=True), 1)
        if abs(share - yours) >= _DIFFERS and _factor(share, yours) >= _FAR
    ]
    for _, number, share, yours in sorted(apart, reverse=True)[:_MOST_NAMED]:
        how = "hardly moves" if share < _HARDLY else "moves less" if share < yours else "is restless"
        said.append(f"x{number} {how} ({100 * share:.0f} % of events), with you it moves in {100 * yours:.0f} %.")
    return said


def verdict(half: float, most: float, events: int) -> str:
    """Whether the middles expected are too narrow, too wide, or right.

    Args:
        half, most: shares of what came inside the middle 50 % and 90 %.
        events: how many came; few prove little.
    """
    doubt = 1 / math.sqrt(events)  # two standard errors of a share of a half
    if half < 0.5 - max(0.1, doubt) or most < 0.9 - max(0.05, 0.6 * doubt):
        return SURE
    return VAGUE if half > 0.5 + max(0.1, doubt) else WELL


def _best(models: Sequence[Evaluated]) -> Evaluated:
    return min(models, key=lambda model: model.likelihood.nats)


def _table(names: Sequence[str], models: Sequence[Evaluated]) -> list[str]:
    real = models[0].real
    values = [f"x{number}" for number in range(1, len(real.moving) + 1)]
    rows = [_row("", "you", names)]
    best = _best(models)
    marks = ["*" if model is best and len(models) > 1 else "" for model in models]
    nats = [f"{mark}{_number(model.likelihood.nats)}" for mark, model in zip(marks, models, strict=True)]
    rows.append(_row("nats an event, less is better", "", nats))
    rows.append(_row("  to repeat your last event", "", [_number(model.repeating.nats) for model in models]))
    rows.append(_row("  not to listen at all", "", [_number(model.deaf.nats) for model in models]))
    for n, title in enumerate(["dt", *values]):
        rows.append(_row(f"{title:>15} alone", "", [_number(model.likelihood.each[n]) for model in models]))
    rows.append("what you did is inside its")
    for n, title in enumerate(["dt", *values]):
        rows.append(_row(_titled("middle 50 % | 90 %", title, n), "", [_inside(model, n) for model in models]))
    rows.append(f"left to itself for {PLAYED} events")
    for shown in zip(*(_manner(style) for style in (real, *(model.alone for model in models))), strict=True):
        title, yours = shown[0]
        rows.append(_row(title, yours, [text for _, text in shown[1:]]))
    for n, title in enumerate(values):
        shares = [f"{100 * style.moving[n]:.0f}" for style in (real, *(model.alone for model in models))]
        rows.append(_row(_titled("moves, % of events", title, n), shares[0], shares[1:]))
    return rows


def _row(title: str, yours: str, cells: Sequence[str]) -> str:
    return f"{title:<{_TITLE}}{yours:>{_COLUMN - 3}}{''.join(f'{cell:>{_COLUMN}}' for cell in cells)}".rstrip()


def _titled(title: str, of: str, row: int) -> str:
    """The title of a row of several: what they are stands before the first alone."""
    return f"  {title if row == 0 else '':<{_TITLE - 8}}{of:>5}"


def _manner(style: Style) -> list[tuple[str, str]]:
    """Titles and figures of how somebody plays."""
    low, middle, high = map(_ms, style.gaps)
    return [
        ("  events a second", f"{style.pace:.1f}"),
        ("  gaps, ms:   5 % below", low),
        ("             half below", middle),
        ("             95 % below", high),
        ("  fader lengths a second", f"{style.movement:.2f}"),
        ("  nothing moves, % of events", f"{100 * style.still:.0f}"),
    ]


def _inside(model: Evaluated, dimension: int) -> str:
    half, most = model.inside[dimension]
    mark = {SURE: "-", VAGUE: "+", WELL: " "}[verdict(half, most, model.events)]
    return f"{mark}{100 * half:3.0f} |{100 * most:4.0f}"


def _knows(model: Evaluated) -> str:
    nats = model.likelihood.nats
    if nats > model.deaf.nats:
        return "does not know your playing: somebody who does not listen would guess it better"
    better = model.repeating.nats - nats
    if better < math.log(_ALIKE):
        return "knows where you play, but to expect your last event again would be no worse a guess"
    times = "over a thousand" if better > math.log(1000) else f"{math.exp(better):.2g}"
    return f"knows your playing: what came was {times} times as likely to it as to one who repeats your last event"


def _trust(model: Evaluated) -> str:
    found: dict[str, list[str]] = {SURE: [], VAGUE: [], WELL: []}
    for n, (half, most) in enumerate(model.inside):
        found[verdict(half, most, model.events)].append(f"x{n}" if n else "dt")
    wrong = [f"{word} about {' '.join(found[word])}" for word in (SURE, VAGUE) if found[word]]
    if not wrong:
        return "How far you may stray is well judged everywhere"
    well = found[WELL]
    rest = f"; {' '.join(well)} {'is' if len(well) == 1 else 'are'} well judged" if well else ""
    return f"It is {' and '.join(wrong)}{rest}"


def _pace(model: Evaluated) -> str:
    alone, real = model.alone.pace, model.real.pace
    figures = f"{alone:.3g} events a second, you {real:.3g}"
    if _factor(alone, real) < _ALIKE:
        return f"keeps your pace: {figures}"
    return f"plays {'faster' if alone > real else 'slower'} than you: {figures}"


def _movement(model: Evaluated) -> str:
    alone, real = model.alone.movement, model.real.movement
    if _factor(alone, real) < _ALIKE:
        return "moves as much as you"
    word = "more" if alone > real else "less"
    return f"moves {word}: {alone:.2g} fader lengths a second, you {real:.2g}"


def _factor(one: float, other: float) -> float:
    """How many times the larger is the smaller, at least 1."""
    return (max(one, other) + 1e-6) / (min(one, other) + 1e-6)


def _number(nats: float) -> str:
    return f"{nats:.2f}" if abs(nats) < 1e5 else f"{nats:.0e}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g}" if seconds < 1 else f"{1000 * seconds:.0f}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)

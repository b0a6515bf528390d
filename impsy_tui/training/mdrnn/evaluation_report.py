"""Report of an evaluation for a musician: a table, then sentences with remedies."""

import math
import string
import textwrap
from collections.abc import Sequence
from typing import Final

from impsy_tui.training.common.figure import Figure
from impsy_tui.training.mdrnn.advice import advice, milliseconds, plain
from impsy_tui.training.mdrnn.evaluation import PLAYED, Evaluated
from impsy_tui.training.mdrnn.playing_style import Style

_WIDTH: Final = 78
_TITLE, _COLUMN = 30, 13
_SURELY: Final = 2.0
"""Standard errors by which a difference must exceed zero."""
SURE: Final = "sure of itself"
VAGUE: Final = "vague"
WELL: Final = "well judged"


def report(dataset: str, events: int, left_out: int, models: Sequence[Evaluated]) -> str:
    """Returns the whole report.

    Args:
        dataset: name of the dataset.
        events: number of its events.
        left_out: number of performances that are too short to be evaluated.
        models: evaluations of the models, at least one.
    """
    names = labels(len(models))
    held_out = f"{dataset}: the last tenth of each performance is held out, {models[0].events} of {events} events"
    if left_out:
        held_out += f"; performances too short for that and left out: {left_out}"
    lines = _wrapped(held_out)
    for name, model in zip(names, models, strict=True):
        lines += [
            "",
            f"  {name:<3}{model.name}",
            *(f"     {line}" for line in textwrap.wrap(model.known, _WIDTH - 5)),
        ]
    lines += ["", *_table(names, models), ""]
    if len(models) > 1:
        lines.append("* knows your playing best")
    lines += _wrapped(
        f"cell nats: how much your events surprise it, in steps of MIDI and of time. They are comparable between "
        f"models. density: the same as a likelihood. A few exact repeats can dominate it. \u00b1: standard error "
        f"over {models[0].events} held-out events. {SURE} (-): it expects too little variety; {VAGUE} (+): "
        f"too much. Each plays after hearing you, at the temperatures of its training if there are any. A movement "
        f"is more than half a step of a MIDI fader."
    )
    for name, model in zip(names, models, strict=True):
        lines += ["", *_wrapped(" ".join(sentences(name, model)))]
    return "\n".join(lines)


def summary(models: Sequence[Evaluated]) -> str:
    """Returns the best model and how it plays, in a line."""
    best = _best(models)
    which = "" if len(models) == 1 else f"{best.name} knows you best: "
    pace = f"alone it plays {plain(best.alone.pace)} events a second, you {plain(best.real.pace)}"
    return f"{which}it {_knows(best)}; {pace}"


def labels(count: int) -> list[str]:
    """Returns the names of so many models in the table."""
    if count == 1:
        return ["it"]
    return list(string.ascii_uppercase[:count]) if count <= 26 else [str(number + 1) for number in range(count)]


def sentences(label: str, model: Evaluated) -> list[str]:
    """Returns the sentences about a model, each fault with its remedy."""
    return [f"{label.capitalize()} {_knows(model)}.", f"{_trust(model)}.", *advice(model)]


def verdict(half: float, most: float, events: int) -> str:
    """Returns ``SURE``, ``VAGUE`` or ``WELL``: if the predicted middles are too narrow, too wide, or right.

    Args:
        half, most: shares of the events inside the middle 50 % and 90 %.
        events: number of events; few prove little.
    """
    doubt = 1 / math.sqrt(events)  # two standard errors of a share of a half
    if half < 0.5 - max(0.1, doubt) or most < 0.9 - max(0.05, 0.6 * doubt):
        return SURE
    return VAGUE if half > 0.5 + max(0.1, doubt) else WELL


def _best(models: Sequence[Evaluated]) -> Evaluated:
    return min(models, key=lambda model: model.cells.mean)


def _table(names: Sequence[str], models: Sequence[Evaluated]) -> list[str]:
    real = models[0].real
    values = [f"x{number}" for number in range(1, len(real.moving) + 1)]
    rows = [_row("", "you", names)]
    best = _best(models)
    marks = ["*" if model is best and len(models) > 1 else "" for model in models]
    nats = [f"{mark}{_figure(model.cells)}" for mark, model in zip(marks, models, strict=True)]
    rows.append(_row("cell nats an event, low is good", "", nats))
    for place, baseline in enumerate(models[0].baselines):
        rows.append(_row(f"  {baseline.name}", "", [_figure(model.baselines[place].cells) for model in models]))
    for n, title in enumerate(["dt", *values]):
        rows.append(_row(f"{title:>15} alone", "", [f"{model.each[n]:.2f}" for model in models]))
    rows.append(_row("density, nats an event", "", [_figure(model.density) for model in models]))
    for place, baseline in enumerate(models[0].baselines):
        if baseline.density is not None:
            figures = [model.baselines[place].density for model in models]
            rows.append(_row(f"  {baseline.name}", "", [_figure(each) for each in figures if each is not None]))
    rows.append("what you did is inside its")
    for n, title in enumerate(["dt", *values]):
        rows.append(_row(_titled("middle 50 % | 90 %", title, n), "", [_inside(model, n) for model in models]))
    rows.append(f"left to itself for {PLAYED} events")
    for shown in zip(*(_style_rows(style) for style in (real, *(model.alone for model in models))), strict=True):
        title, yours = shown[0]
        rows.append(_row(title, yours, [text for _, text in shown[1:]]))
    for n, title in enumerate(values):
        shares = [f"{100 * style.moving[n]:.0f}" for style in (real, *(model.alone for model in models))]
        rows.append(_row(_titled("moves, % of events", title, n), shares[0], shares[1:]))
    for n, title in enumerate(values):
        spans = [f"{style.spans[n]:.2f}" for style in (real, *(model.alone for model in models))]
        rows.append(_row(_titled("range, of a fader", title, n), spans[0], spans[1:]))
    return rows


def _figure(each: Figure) -> str:
    error = f"{each.error:.2f}" if math.isfinite(each.error) else "?"
    return f"{each.mean:.2f}\u00b1{error}"


def _row(title: str, yours: str, cells: Sequence[str]) -> str:
    return f"{title:<{_TITLE}}{yours:>{_COLUMN - 3}}{''.join(f'{cell:>{_COLUMN}}' for cell in cells)}".rstrip()


def _titled(title: str, of: str, row: int) -> str:
    """Returns the title of a row of several; their common title stands before the first."""
    return f"  {title if row == 0 else '':<{_TITLE - 8}}{of:>5}"


def _style_rows(style: Style) -> list[tuple[str, str]]:
    """Returns titles and figures of a way of playing."""
    low, middle, high = map(milliseconds, style.gaps)
    return [
        ("  events a second", f"{style.pace:.1f}"),
        ("  gaps, ms:   5 % below", low),
        ("             half below", middle),
        ("             95 % below", high),
        ("  fader lengths a second", f"{style.movement:.2f}"),
        ("  nothing moves, % of events", f"{100 * style.still:.0f}"),
        ("  two or more move, % of events", f"{100 * style.together:.0f}"),
        ("  figures that came before, %", f"{100 * style.repetition:.0f}"),
    ]


def _inside(model: Evaluated, dimension: int) -> str:
    half, most = model.inside[dimension]
    mark = {SURE: "-", VAGUE: "+", WELL: " "}[verdict(half, most, model.events)]
    return f"{mark}{100 * half:3.0f} |{100 * most:4.0f}"


def _knows(model: Evaluated) -> str:
    best = model.best_guess
    gain, error = best.gain.mean, best.gain.error
    guess = f"the best simple guess ({best.name})"
    over = f"{abs(gain):.2f} \u00b1 {error:.2f} nats over {model.events} held-out events"
    if not math.isfinite(error):
        return f"was judged by {model.events} held-out events: too few to tell; play more in one go"
    if gain > _SURELY * error:
        return f"knows your playing: an event is {plain(math.exp(gain))} times as likely to it as to {guess}, {over}"
    if gain < -_SURELY * error:
        remedy = "train longer or a larger size on this dataset, or play more"
        return f"knows your playing less well than {guess}, by {over}: {remedy}"
    return f"knows your playing about as well as {guess}, within {over}: more playing or a larger size may help"


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


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)

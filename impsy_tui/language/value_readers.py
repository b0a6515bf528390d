"""Readers of values: numbers with units, dimensions, words of a list, text."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from impsy_tui import ranges
from impsy_tui.choices import GRIDS
from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.program import Change, ChannelNames, Span, Value
from impsy_tui.language.words import ParseError, Word, suggestion
from impsy_tui.parameters import SPAN

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DIMENSION = re.compile(r"x(\d{1,4})(?:-x?(\d{1,4}))?", re.ASCII | re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_UNITS: Final = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0}


def read_value(argument: Argument, word: Word) -> Value:
    """Returns the value of an argument of one word.

    Raises:
        ParseError: the value is not allowed.
    """
    wrong = ParseError(f"{word.text!r} is not {argument.allowed}", word)
    match argument.kind:
        case ArgumentKind.NUMBER | ArgumentKind.WHOLE | ArgumentKind.DURATION:
            if word.text in argument.choices:
                return word.text
            if argument.spans and SPAN in word.text:
                return _span(argument, word)
            if not word.quoted and (change := _change(argument, word.text)) is not None:
                return change
            if word.text.startswith("+"):
                raise ParseError(f"{word.text!r}: type the new value, without +; it must be {argument.allowed}", word)
            unit = argument.within.unit if argument.within is not None else ""
            text = word.text.removeprefix("=") if argument.relative else word.text
            value = _quantity(text, argument.kind, unit)
            if value is not None and argument.kind is ArgumentKind.WHOLE and not value.is_integer():
                raise wrong
            if value is None:
                pointed = word.text.replace(",", ".", 1)
                if pointed != word.text and _quantity(pointed, argument.kind, unit) is not None:
                    raise ParseError(f"{word.text!r} is not {argument.allowed}; with a point: {pointed}", word)
                raise wrong
            if argument.within is not None and value not in argument.within:
                raise ParseError(f"{word.text!r} {argument.within.refusal}", word)
            return value
        case ArgumentKind.SWITCH:
            if word.text.lower() not in ("on", "off"):
                raise wrong
            return word.text.lower() == "on"
        case ArgumentKind.CHOICE:
            if word.text not in argument.choices:
                begun = [choice for choice in argument.choices if choice.startswith(word.text.lower())]
                if word.text.lower() in begun:
                    return word.text.lower()
                if len(begun) == 1 and word.text:
                    return begun[0]
                if len(argument.choices) == 1:
                    raise ParseError(f"only {argument.choices[0]!r} is allowed here, not {word.text!r}", word)
                near = suggestion(word.text, argument.choices)
                hint = f"did you mean {near}? " if near else ""
                raise ParseError(f"{hint}{word.text!r} is not {argument.allowed}", word)
            return word.text
        case ArgumentKind.GRID:
            if word.text not in (*argument.choices, *GRIDS):
                raise wrong
            return word.text
        case _:
            if not word.text:
                raise wrong
            return word.text


def _span(argument: Argument, word: Word) -> Value:
    """Returns a range; equal ends are one number."""
    one, ends = replace(argument, spans=False), word.text.split(SPAN, 1)
    if not all(ends):
        raise ParseError(f"{word.text!r} is not {argument.allowed}", word)
    low, high = (read_value(one, replace(word, text=end)) for end in ends)
    if not isinstance(low, float) or not isinstance(high, float):
        raise ParseError(f"{word.text!r} is not {argument.allowed}", word)
    if low > high:
        raise ParseError(f"{word.text!r}: the first number of a range is the lower one", word)
    return low if low == high else Span(low, high)


def _change(argument: Argument, text: str) -> Change | None:
    """Returns a relative value; None for a new value. A sign makes a number negative if the range allows that."""
    within = argument.within
    signs = "+*" if within is not None and within.low < 0 else "+-*"
    if not argument.relative or not text.startswith(tuple(signs)) or text[1:2] == "-":
        return None
    kind = ArgumentKind.NUMBER if text[0] == "*" or text.endswith("%") else argument.kind
    number = _quantity(text[1:], kind, within.unit if within is not None else "")
    if number is None:
        return None
    is_share = within is not None and within.unit == "%"
    return Change(text[0], number, of_value=text.endswith("%") and text[0] != "*" and not is_share)


def reads_as_number(text: str) -> bool:
    """Returns True if a word is a number, or a change of one such as +10%."""
    return _quantity(text.lstrip("=+-*"), ArgumentKind.NUMBER, "") is not None


def _quantity(text: str, kind: ArgumentKind, own_unit: str) -> float | None:
    match = _NUMBER.match(text.removeprefix("x") if own_unit == "x" else text)
    if match is None:
        return None
    value, unit = float(match[0]), match.string[match.end() :].lower()
    if kind is ArgumentKind.DURATION:
        return value * _UNITS[unit] if unit in _UNITS else value if not unit else None
    if unit == "%":
        return value / 100.0
    return value if unit in ("", "x", own_unit.lower()) else None


def read_dimensions(words: Sequence[Word]) -> tuple[tuple[int, ...], int]:
    """Returns the dimensions at the beginning of the words (at least one), and the number of their words.

    Raises:
        ParseError: the first word is no dimension.
    """
    numbers: dict[int, None] = {}
    taken = named = 0
    for word in words:
        found = _DIMENSION.fullmatch(word.text)
        if found is None:
            break
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last:
            raise ParseError(f"{word.text!r} is not a dimension: dimensions are x1, x2 …", word)
        named += last - first + 1
        if named > ranges.DIMENSION.high:
            raise ParseError(f"too many dimensions: {ranges.DIMENSION.high:g}", word)
        numbers.update(dict.fromkeys(range(first, last + 1)))
        taken += 1
    if not numbers and words[0].text.isdecimal():
        raise ParseError(f"{words[0].text!r} is not a dimension: did you mean x{words[0].text}?", words[0])
    if not numbers:
        raise ParseError(f"{words[0].text!r} is not dimensions such as x3, or x1 x2, or x1-x4", words[0])
    return tuple(numbers), taken


def read_channels(words: Sequence[Word], keywords: Sequence[str]) -> tuple[ChannelNames, int]:
    """Returns the names of channels up to the next keyword, and the number of their words."""
    end = next((at for at, word in enumerate(words) if word.text in keywords and not word.quoted), len(words))
    return ChannelNames(tuple(dict.fromkeys(word.text for word in words[:end]))), end


def minute_of_day(word: Word) -> float:
    """Returns the minute of a time of day such as 18:00.

    Raises:
        ParseError: the word is no time of day.
    """
    found = _TIME_OF_DAY.fullmatch(word.text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ParseError(f"{word.text!r} is not a time of day: 0:00 to 23:59", word)
    return float(int(found[1]) * 60 + int(found[2]))


def end_of_text(line: str, begin: int) -> int:
    """Returns the end of a text that begins here: a semicolon outside quotes, or the end of the line."""
    quotes = 0
    for at in range(begin, len(line)):
        if line[at] == '"':
            quotes += 1
        elif line[at] == ";" and quotes % 2 == 0:
            return at
    return len(line)

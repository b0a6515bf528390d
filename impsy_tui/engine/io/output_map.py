"""Targets that the dimensions play at the outputs, changed while they play."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from impsy_tui.channels.base import RemappableOutput
from impsy_tui.channels.midi.mapping import table_of
from impsy_tui.channels.osc.address import numbered
from impsy_tui.config.mapping_targets import KINDS, read_osc_target, read_targets, text_of
from impsy_tui.config.value_types import InvalidValueError
from impsy_tui.errors import UserError

_OSC: Final = "osc"
_BROWSERS: Final = "websocket"
_MOST: Final = 16
"""Greatest number of targets of one dimension at one output."""
_EXAMPLE: Final = "map x3 -> cc 1 74, or map x3 -> osc /synth/cutoff 200 8000 log"

Targets = Mapping[str, tuple[str, ...]]
"""Targets of each dimension by output, as texts with commas between several targets."""


class OutputMap:
    """Targets of the dimensions at all outputs.

    Args:
        channels: returns the channels whose outputs can get other targets.
        count: returns the number of dimensions.
    """

    def __init__(self, channels: Callable[[], Sequence[RemappableOutput]], count: Callable[[], int]) -> None:
        self._channels = channels
        self._count = count
        self._begun: dict[str, tuple[str, ...]] = {}

    @property
    def table(self) -> dict[str, tuple[str, ...]]:
        """Present targets by output."""
        found = {output: _short(texts) for channel in self._channels() for output, texts in channel.targets().items()}
        self._begun = {**found, **self._begun}
        return found

    @property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """Targets of the outputs that differ from the configuration."""
        return {output: texts for output, texts in self.table.items() if texts != self._begun[output]}

    @property
    def settings(self) -> dict[str, tuple[str, ...]]:
        """Changed targets by their key of the configuration."""
        keys = {}
        for channel in self._channels():
            for output in channel.targets():
                device = "" if output == channel.name else f".{json.dumps(output, ensure_ascii=False)}"
                keys[output] = f"{table_of(channel.name)}.output{device}"
        return {keys[output]: texts for output, texts in self.changed.items()}

    def __str__(self) -> str:
        table = self.table
        lines = []
        for output, texts in table.items():
            for number, text in enumerate(numbered(texts, self._count()), 1):
                if text:
                    lines.append(f"x{number} plays {self._named(output, text)}")
        return "\n".join(lines)

    def replace(self, table: Targets) -> None:
        """Sets the targets of outputs; the other outputs get those of the configuration."""
        present = self.table
        for channel in self._channels():
            for output in channel.targets():
                wanted = _short(table.get(output, self._begun[output]))
                if wanted != present[output]:
                    channel.set_targets(output, wanted)

    def map(self, number: int, text: str) -> str:
        """Adds a target to a dimension, or changes the ends of one; returns the reply.

        Args:
            number: number of the dimension, from 1.
            text: target as typed after the arrow, with the name of an output before it if there are several.

        Raises:
            UserError: the target cannot be read, or no output or several outputs take it.
        """
        channel, output, target = self._find(text)
        before = self._of(output, number)
        same = [one for one in before if _message(one) == _message(target)]
        after = [target if one in same else one for one in before] if same else [*before, target]
        if len(after) > _MOST:
            raise UserError(f"x{number} has {_MOST} targets, which is the most: unmap one first")
        self._set(channel, output, number, list(dict.fromkeys(after)))
        return f"x{number} plays {', '.join(self._named(output, one) for one in self._of(output, number))}"

    def has(self, number: int) -> bool:
        """Returns True if a dimension has a target at any output."""
        return any(self._of(output, number) for output in self.table)

    def unmap(self, number: int, text: str = "") -> str:
        """Removes a target of a dimension, or all of them; returns the reply.

        Raises:
            UserError: the dimension has no such target.
        """
        wanted = self._find(text) if text else None
        removed = []
        for channel in self._channels():
            for output in channel.targets():
                if wanted is not None and wanted[1] != output:
                    continue
                before = self._of(output, number)
                gone = [one for one in before if wanted is None or _message(one) == _message(wanted[2])]
                if gone:
                    self._set(channel, output, number, [one for one in before if one not in gone])
                    removed += [self._named(output, one) for one in gone]
        if not removed:
            raise UserError(f"x{number} does not play {text or 'anything'}: bindings lists all")
        return f"x{number} no longer plays {', '.join(removed)}"

    def _of(self, output: str, number: int) -> list[str]:
        texts = numbered(self.table[output], self._count())
        text = texts[number - 1] if number <= len(texts) else ""
        return text.split(", ") if text else []

    def _set(self, channel: RemappableOutput, output: str, number: int, targets: Sequence[str]) -> None:
        texts = numbered(self.table[output], self._count())
        texts += [""] * (number - len(texts))
        texts[number - 1] = ", ".join(targets)
        channel.set_targets(output, _short(texts))

    def _named(self, output: str, target: str) -> str:
        """Returns a target as ``map`` takes it, with its output if several take it."""
        word = _OSC if target.startswith("/") else ""
        name = output if len(self._outputs(word == _OSC)) > 1 else ""
        return " ".join(filter(None, (json.dumps(name, ensure_ascii=False) if " " in name else name, word, target)))

    def _outputs(self, is_osc: bool) -> list[tuple[RemappableOutput, str]]:
        return [
            (channel, output)
            for channel in self._channels()
            if (channel.name.partition(" ")[0] == _OSC) is is_osc
            for output in channel.targets()
        ]

    def _find(self, text: str) -> tuple[RemappableOutput, str, str]:
        """Returns the channel, the output and the target of a text."""
        name, target = _split(text)
        word, _, rest = target.partition(" ")
        outputs = self._outputs(word == _OSC)
        there = ", ".join(output for _, output in outputs)
        found = [one for one in outputs if not name or one[1].lower() == name.lower()]
        found = found or [one for one in outputs if name.lower() in one[1].lower()]
        if not name:  # devices come first: browsers get other targets if the line names them
            found = [one for one in found if one[0].name.partition(" ")[0] != _BROWSERS] or found
        if not outputs:
            raise UserError(f"no output takes {word}: the configuration has no {'osc' if word == _OSC else 'midi'}")
        if not found:
            raise UserError(f"no output is called {name}. Outputs: {there}")
        if len(found) > 1:
            raise UserError(f"several outputs take {word}: name one before it. Outputs: {there}")
        return (*found[0], _read_osc(rest) if word == _OSC else _read_midi(target))


def checked_targets(texts: Sequence[str]) -> tuple[str, ...]:
    """Returns the targets of each dimension of an output in the form of ``map``.

    Raises:
        UserError: a target cannot be read.
    """
    return tuple(
        ", ".join(_read_osc(part) if part.strip().startswith("/") else _read_midi(part) for part in text.split(","))
        if text.strip()
        else ""
        for text in map(str, texts)
    )


def _read_osc(text: str) -> str:
    try:
        read_osc_target(text)
    except InvalidValueError as wrong:
        raise UserError(f"osc {text}: {str(wrong) or 'an address begins with a slash'}: {_EXAMPLE}") from None
    return " ".join(text.split())


def _read_midi(text: str) -> str:
    try:
        entries = read_targets(text)
    except InvalidValueError as wrong:
        raise UserError(f"{text}: {wrong}") from None
    if len(entries) != 1:
        raise UserError(f"map takes one target at a time: {_EXAMPLE}")
    return text_of(entries[0])


def _split(text: str) -> tuple[str, str]:
    """Returns the name of the output, empty for none, and the target."""
    text = text.strip()
    if text.startswith('"'):
        name, _, rest = text[1:].partition('"')
        return name.strip(), rest.strip()
    words = text.split()
    at = next((at for at, word in enumerate(words) if word in KINDS or word == _OSC), None)
    if at is None:
        kinds = ", ".join([*KINDS, _OSC])
        raise UserError(f"{text!r} is no target: {_EXAMPLE}. Kinds: {kinds}")
    return " ".join(words[:at]), " ".join(words[at:])


def _message(target: str) -> tuple[str, ...]:
    """Returns the words that name the message of a target, without its ends: targets with the same are one target."""
    words = target.split()
    if target.startswith("/"):
        return words[0], str(read_osc_target(target).position)
    return tuple(words[: 3 if words[0] in ("cc", "cc14", "turn") else 2])


def _short(texts: Sequence[str]) -> tuple[str, ...]:
    """Returns texts without empty ones at the end."""
    last = max((number for number, text in enumerate(texts, 1) if text), default=0)
    return tuple(texts[:last])

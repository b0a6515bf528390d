"""Messages of the dimensions at the inputs or at the outputs of all channels, changed while they play."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, Protocol, TypeVar

from impsy_tui.channels.osc.address import numbered
from impsy_tui.config.mapping_targets import KINDS, read_osc_target, read_targets, text_of
from impsy_tui.config.value_types import InvalidValueError
from impsy_tui.errors import UserError

OSC: Final = "osc"
"""Word before an address."""
_BROWSERS: Final = "websocket"
_MOST: Final = 16
"""Greatest number of messages of one dimension at one place."""
Texts = Mapping[str, tuple[str, ...]]
"""Messages of each dimension by place, as texts with commas between several messages."""


class NamedChannel(Protocol):
    """Channel with a mapping; attributes as those of ``RemappableInput``."""

    name: str
    kind: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of one direction.

    Attributes:
        place: a place.
        takes: verb of a place, as in "no output takes cc".
        take: verb of several places.
        has: verb of a dimension, as in "x3 plays cc 1 74".
        has_not: verb of a dimension without the message.
        has_no_longer: verb of a dimension that loses a message.
        message: name of a message.
        example: commands.
    """

    place: str
    takes: str
    take: str
    has: str
    has_not: str
    has_no_longer: str
    message: str
    example: str


C = TypeVar("C", bound=NamedChannel)


@dataclass(frozen=True, slots=True)
class MappedPlace(Generic[C]):
    """Device of a channel, or a channel without devices.

    Attributes:
        channel: the channel.
        name: name of the device, or of the channel.
    """

    channel: C
    name: str

    @property
    def is_osc(self) -> bool:
        """True if the messages are OSC messages."""
        return self.channel.kind == OSC

    @property
    def label(self) -> str:
        """Name of the place in commands and scenes."""
        return self.channel.labels.get(self.name, self.name)


class ChannelMap(ABC, Generic[C]):
    """Messages of the dimensions at all places of one direction.

    Args:
        channels: returns the channels whose mapping can be changed.
        count: returns the number of dimensions.
    """

    words: ClassVar[Wording]

    def __init__(self, channels: Callable[[], Sequence[C]], count: Callable[[], int]) -> None:
        self._channels = channels
        self._count = count
        self._begun: dict[str, tuple[str, ...]] = {}

    @abstractmethod
    def _of_channel(self, channel: C) -> Texts:
        """Returns the messages of a channel by place."""

    @abstractmethod
    def _change(self, place: MappedPlace[C], texts: tuple[str, ...]) -> None:
        """Sets the messages of a place."""

    @property
    def table(self) -> dict[str, tuple[str, ...]]:
        """Present messages by place."""
        found = {
            channel.labels.get(name, name): _short(texts)
            for channel in self._channels()
            for name, texts in self._of_channel(channel).items()
        }
        self._begun = {**found, **self._begun}
        return found

    @property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """Messages of the places that differ from the configuration."""
        return {name: texts for name, texts in self.table.items() if texts != self._begun[name]}

    def settings(self, tables: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Returns changed messages by their key of the configuration.

        Args:
            tables: table of each channel by its name.
        """
        keys, changed = {}, self.changed
        for place in self._places():
            device = "" if place.name == place.channel.name else f".{json.dumps(place.name, ensure_ascii=False)}"
            keys[f"{tables[place.channel.name]}.{self.words.place}{device}"] = place.label
        return {key: changed[label] for key, label in keys.items() if label in changed}

    def __str__(self) -> str:
        table = self.table
        return "\n".join(
            f"x{number} {self.words.has} {self._named(place, text)}"
            for place in self._places()
            for number, text in enumerate(numbered(table[place.label], self._count()), 1)
            if text
        )

    def replace(self, table: Texts) -> None:
        """Sets the messages of places; the other places get those of the configuration."""
        present = self.table
        for place in self._places():
            wanted = _short(self._wanted(place, table))
            if wanted != present[place.label]:
                self._change(place, wanted)

    def lines(self, table: Texts) -> Iterator[str]:
        """Yields the commands that lead from the mapping of the configuration to another one, as ``replace`` does."""
        for place in self._places() if self.table else ():
            begun = numbered(self._begun[place.label], self._count())
            wanted = numbered(self._wanted(place, table), self._count())
            for index in range(max(len(begun), len(wanted))):
                before, after = (listed(texts, index) for texts in (begun, wanted))
                if [*map(message_of, before)] != [*map(message_of, after[: len(before)])]:
                    yield from (self.line(place, index + 1, one, ends=True) for one in before)
                    before = []
                yield from (self.line(place, index + 1, one) for one in after if one not in before)

    @abstractmethod
    def line(self, place: MappedPlace[C], number: int, text: str, *, ends: bool = False) -> str:
        """Returns the command that gives a message to a dimension, or takes the message away."""

    def map(self, number: int, text: str) -> str:
        """Adds a message to a dimension, or changes the ends of one; returns the reply.

        Args:
            number: number of the dimension, from 1.
            text: message as typed, with the name of a place before it if there are several.

        Raises:
            UserError: the message cannot be read, or no place or several places take it.
        """
        place, message = self._find(text)
        before = self._of(place, number)
        same = [one for one in before if message_of(one) == message_of(message)]
        after = [message if one in same else one for one in before] if same else [*before, message]
        if len(after) > _MOST:
            raise UserError(f"x{number} has {_MOST} {self.words.message}s, which is the most: unmap one first")
        self._set(place, number, list(dict.fromkeys(after)))
        return f"x{number} {self.words.has} {', '.join(self._named(place, one) for one in self._of(place, number))}"

    def has(self, number: int) -> bool:
        """Returns True if a dimension has a message at any place."""
        return any(self._of(place, number) for place in self._places())

    def numbers_of(self, text: str) -> list[int]:
        """Returns the numbers of the dimensions that have a message.

        Raises:
            UserError: the message cannot be read, or no place or several places take it.
        """
        place, message = self._find(text)
        return [
            number
            for number in range(1, self._count() + 1)
            if any(message_of(one) == message_of(message) for one in self._of(place, number))
        ]

    def unmap(self, number: int, text: str = "") -> str:
        """Removes a message of a dimension, or all of them; returns the reply.

        Raises:
            UserError: the dimension has no such message.
        """
        wanted = self._find(text) if text else None
        removed = []
        for place in self._places() if wanted is None else [wanted[0]]:
            before = self._of(place, number)
            gone = [one for one in before if wanted is None or message_of(one) == message_of(wanted[1])]
            if gone:
                self._set(place, number, [one for one in before if one not in gone])
                removed += [self._named(place, one) for one in gone]
        if not removed:
            raise UserError(f"x{number} {self.words.has_not} {text or 'anything'}: bindings lists all")
        return f"x{number} {self.words.has_no_longer} {', '.join(removed)}"

    def place(self, name: str) -> MappedPlace[C] | None:
        """Returns the place of a device or channel; None if there is none."""
        return next((place for place in self._places() if place.name == name), None)

    @property
    def labels(self) -> list[str]:
        """Names of all places in commands."""
        return [place.label for place in self._places()]

    def _places(self) -> list[MappedPlace[C]]:
        return [MappedPlace(channel, name) for channel in self._channels() for name in self._of_channel(channel)]

    def _of(self, place: MappedPlace[C], number: int) -> list[str]:
        return listed(numbered(self.table[place.label], self._count()), number - 1)

    def _wanted(self, place: MappedPlace[C], table: Texts) -> tuple[str, ...]:
        """Returns the messages of a place; scenes from before it got its name have the device."""
        return table.get(place.label, table.get(place.name, self._begun[place.label]))

    def _set(self, place: MappedPlace[C], number: int, messages: Sequence[str]) -> None:
        texts = numbered(self.table[place.label], self._count())
        texts += [""] * (number - len(texts))
        texts[number - 1] = ", ".join(messages)
        self._change(place, _short(texts))

    def _named(self, place: MappedPlace[C], message: str) -> str:
        """Returns a message as ``map`` takes it, with its place if several take it."""
        word = OSC if place.is_osc else ""
        name = place.label if len(self._taking(is_osc=place.is_osc)) > 1 else ""
        return " ".join(filter(None, (_quoted(name), word, message)))

    def _taking(self, *, is_osc: bool) -> list[MappedPlace[C]]:
        return [place for place in self._places() if place.is_osc is is_osc]

    def _find(self, text: str) -> tuple[MappedPlace[C], str]:
        """Returns the place and the message of a text."""
        name, message = split_place(text)
        word, _, rest = message.partition(" ")
        places, words = self._taking(is_osc=word == OSC), self.words
        there = f"{words.place.capitalize()}s: {', '.join(place.label for place in places)}"
        if word not in (*KINDS, OSC):
            kinds = ", ".join([*KINDS, OSC])
            raise UserError(f"{text!r} is no {words.message}: {words.example}. Kinds: {kinds}")
        wanted = name.lower()
        found = [one for one in places if not name or wanted in (one.label.lower(), one.name.lower())]
        found = found or [one for one in places if wanted in one.label.lower() or wanted in one.name.lower()]
        if not name:  # devices come first: a line that means browsers names them
            found = [one for one in found if one.channel.kind != _BROWSERS] or found
        if not places:
            raise UserError(
                f"no {words.place} {words.takes} {word}: the configuration has no {OSC if word == OSC else 'midi'}"
            )
        if not found:
            raise UserError(f"no {words.place} is called {name}. {there}")
        if len(found) > 1:
            raise UserError(f"several {words.place}s {words.take} {word}: name one before it. {there}")
        return found[0], self._checked(_read_osc(rest) if word == OSC else _read_midi(message))

    def _checked(self, message: str) -> str:
        """Returns a message of this direction.

        Raises:
            UserError: the direction has no such message.
        """
        return message


def checked_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Returns the messages of each dimension of a place in the form of ``map``.

    Raises:
        UserError: a message cannot be read.
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
        raise UserError(f"osc {text}: {wrong}") from None
    return " ".join(text.split())


def _read_midi(text: str) -> str:
    try:
        entries = read_targets(text)
    except InvalidValueError as wrong:
        raise UserError(f"{text}: {wrong}") from None
    if len(entries) != 1:
        raise UserError(f"{text}: map takes one message at a time")
    return text_of(entries[0])


def split_place(text: str) -> tuple[str, str]:
    """Returns the name of the place, empty for none, and the message; the message is empty if there is none."""
    text = text.strip()
    if text.startswith('"'):
        name, _, rest = text[1:].partition('"')
        return name.strip(), rest.strip()
    words = text.split()
    at = next((at for at, word in enumerate(words) if word in KINDS or word == OSC), len(words))
    return " ".join(words[:at]), " ".join(words[at:])


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name or name in KINDS or name == OSC else name


def message_of(text: str) -> tuple[str, ...]:
    """Returns the words that name a message, without its ends: texts with the same words are one message."""
    words = text.split()
    if text.startswith("/"):
        return words[0], str(read_osc_target(text).position)
    return tuple(words[: 3 if words[0] in ("cc", "cc14", "nrpn", "turn") else 2])


def listed(texts: Sequence[str], index: int) -> list[str]:
    text = texts[index] if index < len(texts) else ""
    return text.split(", ") if text else []


def _short(texts: Sequence[str]) -> tuple[str, ...]:
    """Returns texts without empty ones at the end."""
    last = max((number for number, text in enumerate(texts, 1) if text), default=0)
    return tuple(texts[:last])

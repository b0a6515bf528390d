"""Sources that play the dimensions at the inputs, changed while they play."""

from typing import ClassVar

from impsy_tui.channels.base import RemappableInput
from impsy_tui.engine.io.channel_map import ChannelMap, MappedPlace, Texts, Wording
from impsy_tui.errors import UserError


class InputMap(ChannelMap[RemappableInput]):
    """Sources of the dimensions at all inputs; see ``ChannelMap``."""

    words: ClassVar[Wording] = Wording(
        place="input",
        takes="sends",
        take="send",
        has="is played by",
        has_not="is not played by",
        has_no_longer="is no longer played by",
        message="source",
        example="map cc 1 7 -> x3, or map osc /1/fader1 -> x3",
    )

    def line(self, place: MappedPlace[RemappableInput], number: int, text: str, *, ends: bool = False) -> str:
        return f"{'unmap' if ends else 'map'} {self._named(place, text)} -> x{number}"

    def learned_line(self, name: str, number: int, text: str) -> str:
        """Returns the command that lets one source alone of an input play a dimension; empty without the input.

        Args:
            name: name of the device, or of a channel without devices.
            number: number of the dimension, from 1.
            text: source without the name of its input.
        """
        place = self.place(name)
        if place is None:
            return ""
        ended = [self.line(place, number, one, ends=True) for one in self._of(place, number) if one != text]
        return "; ".join([*ended, self.line(place, number, text)])

    def _of_channel(self, channel: RemappableInput) -> Texts:
        return channel.sources()

    def _change(self, place: MappedPlace[RemappableInput], texts: tuple[str, ...]) -> None:
        place.channel.set_sources(place.name, texts)

    def _checked(self, message: str) -> str:
        kind, *numbers = message.split()
        if kind == "note" and any(word.isdecimal() for word in numbers[1:]):
            raise UserError(f"{message}: an input plays the pitch of all keys of a channel, such as note 1")
        return message

"""Targets that the dimensions play at the outputs, changed while they play."""

from typing import ClassVar

from impsy_tui.channels.base import RemappableOutput
from impsy_tui.engine.io.channel_map import ChannelMap, MappedPlace, Texts, Wording


class OutputMap(ChannelMap[RemappableOutput]):
    """Targets of the dimensions at all outputs; see ``ChannelMap``."""

    words: ClassVar[Wording] = Wording(
        place="output",
        takes="takes",
        take="take",
        has="plays",
        has_not="does not play",
        has_no_longer="no longer plays",
        message="target",
        example="map x3 -> cc 1 74, or map x3 -> osc /synth/cutoff 200 8000 log",
    )

    def line(self, place: MappedPlace[RemappableOutput], number: int, text: str, *, ends: bool = False) -> str:
        return f"{'unmap' if ends else 'map'} x{number} -> {self._named(place, text)}"

    def _of_channel(self, channel: RemappableOutput) -> Texts:
        return channel.targets()

    def _change(self, place: MappedPlace[RemappableOutput], texts: tuple[str, ...]) -> None:
        place.channel.set_targets(place.name, texts)

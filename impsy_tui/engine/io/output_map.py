"""Targets that the dimensions play at the outputs, changed while they play."""

from collections.abc import Iterator
from typing import ClassVar

from impsy_tui.channels.base import RemappableOutput
from impsy_tui.channels.osc.address import numbered
from impsy_tui.engine.io.channel_map import ChannelMap, MappedPlace, Texts, Wording, listed, message_of
from impsy_tui.engine.io.target_ends import MovingEnd, TargetEnds, has_ends, moving_ends, read_ends
from impsy_tui.errors import UserError


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

    def moving_ends(self, number: int, text: str) -> list[MovingEnd]:
        """Returns the ends of a target on their way to those of a text.

        Args:
            number: number of the dimension, from 1.
            text: target with its last ends, as ``map`` takes it.

        Raises:
            UserError: the dimension does not play the target, or the target has no ends.
        """
        if number > self._count():
            raise UserError(f"there is no x{number}: the last is x{self._count()}")
        place, target = self._find(text)
        found = list(self._moving(place, number, target))
        if not found:
            named = self._named(place, target)
            raise UserError(f"x{number} does not play {named}: map it first, then over moves its low and high")
        return found

    def ends_to(self, table: Texts) -> Iterator[tuple[int, MovingEnd]]:
        """Yields the ends that differ in another mapping with the same targets, and their dimensions from 1."""
        for place in self._places():
            wanted = numbered(self._wanted(place, table), self._count())
            for number in range(1, len(wanted) + 1):
                for target in listed(wanted, number - 1):
                    if target not in self._of(place, number) and has_ends(target):
                        yield from ((number, end) for end in self._moving(place, number, target))

    def _moving(self, place: MappedPlace[RemappableOutput], number: int, target: str) -> Iterator[MovingEnd]:
        wanted, message = read_ends(target), message_of(target)

        def present() -> TargetEnds | None:
            found = (one for one in self._of(place, number) if message_of(one) == message)
            return next(map(read_ends, found), None)

        def change(text: str) -> None:
            if text:
                targets = self._of(place, number)
                self._set(place, number, [text if message_of(one) == message else one for one in targets])

        yield from moving_ends(f"x{number} {place.label} {' '.join(message)}", present, wanted, change)

    def _of_channel(self, channel: RemappableOutput) -> Texts:
        return channel.targets()

    def _change(self, place: MappedPlace[RemappableOutput], texts: tuple[str, ...]) -> None:
        place.channel.set_targets(place.name, texts)

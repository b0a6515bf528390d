"""What is done to single values, and which knob plays which."""

from collections.abc import Awaitable, Sequence

from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.players.player import Player
from impsy_tui.errors import UserError


class DimensionHandlers(Handlers):
    """What is done to single values, and which knob plays which."""

    def _mute(self, seats: Sequence[Player], dimensions: tuple[int, ...]) -> str:
        indices = self._played(seats, dimensions)
        for seat in seats:
            seat.shaping.muted.update(indices)
            seat.end_muted()
        return self._of(seats, f"{_named(dimensions)} muted")

    def _solo(self, seats: Sequence[Player], dimensions: tuple[int, ...]) -> str:
        indices = self._played(seats, dimensions)
        for seat in seats:
            seat.shaping.soloed = set(indices)
            seat.shaping.muted -= seat.shaping.soloed
            seat.end_muted()
        return self._of(seats, f"only {_named(dimensions)} played")

    def _hold(self, seats: Sequence[Player], dimensions: tuple[int, ...], value: float) -> str:
        indices = self._played(seats, dimensions)
        for seat in seats:
            seat.shaping.held.update(dict.fromkeys(indices, value))
        return self._of(seats, f"{_named(dimensions)} held at {value:g}")

    def _range(self, seats: Sequence[Player], dimensions: tuple[int, ...], low: float, high: float) -> str:
        indices = self._played(seats, dimensions)
        for seat in seats:
            seat.shaping.ranged.update(dict.fromkeys(indices, (low, high)))
        return self._of(seats, f"{_named(dimensions)} played from {low:g} to {high:g}")

    def _invert(self, seats: Sequence[Player], dimensions: tuple[int, ...]) -> str:
        indices = self._played(seats, dimensions)
        for seat in seats:
            seat.shaping.inverted ^= set(indices)
        return self._of(seats, f"{_named(dimensions)} turned over")

    def _release(self, seats: Sequence[Player], dimensions: tuple[int, ...] | None = None) -> str:
        if dimensions is None:
            for seat in seats:
                seat.shaping.clear()
            return self._of(seats, "everything is played as it is")
        indices = self._played(seats, dimensions)
        for seat in seats:
            seat.shaping.release(indices)
            seat.end_muted()  # a solo that ends beside others
        return self._of(seats, f"{_named(dimensions)} played as it is")

    def _played(self, seats: Sequence[Player], dimensions: tuple[int, ...]) -> list[int]:
        """Indices of values, of which these players play at least one."""
        indices = self._indices(dimensions)
        if not any(index in seat.plays for seat in seats for index in indices):
            plays = "; ".join(f"{seat.name} plays {_named([index + 1 for index in seat.plays])}" for seat in seats)
            raise UserError(f"{_named(dimensions)} would change nothing: {plays}")
        return indices

    def _indices(self, dimensions: tuple[int, ...]) -> list[int]:
        most = self._session.dimension - 1
        if beyond := [number for number in dimensions if number > most]:
            raise UserError(f"there is no x{beyond[0]}: the last is x{most}")
        return [number - 1 for number in dimensions]

    def _learn(self, dimensions: tuple[int, ...] | str) -> str:
        if dimensions == "off":
            return self._host.learner.end()
        if isinstance(dimensions, str):
            return self._host.learner.begin(range(self._session.dimension - 1))
        return self._host.learner.begin(self._indices(dimensions))

    def _bind(self, trigger: str, which: str) -> str:
        return self._host.bindings.bind(trigger, which)

    def _unbind(self, trigger: str, which: str = "") -> str:
        return self._host.bindings.unbind(trigger, which)

    def _bindings(self) -> str:
        return str(self._host.bindings)

    def _keep_mapping(self) -> Awaitable[str]:
        return self._host.keep_mapping()


def _named(dimensions: Sequence[int]) -> str:
    return " ".join(f"x{number}" for number in dimensions)

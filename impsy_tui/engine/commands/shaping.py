"""What is done to single values, and which knob plays which."""

from collections.abc import Awaitable

from impsy_tui.engine.commands.hands import CommandProblem, Hands


class Shaping(Hands):
    """What is done to single values, and which knob plays which."""

    def _mute(self, dimensions: tuple[int, ...]) -> str:
        self._session.shaping.muted.update(self._indices(dimensions))
        self._session.end_muted()
        return f"{_named(dimensions)} muted"

    def _solo(self, dimensions: tuple[int, ...]) -> str:
        shaping = self._session.shaping
        shaping.soloed = set(self._indices(dimensions))
        shaping.muted -= shaping.soloed
        self._session.end_muted()
        return f"only {_named(dimensions)} played"

    def _hold(self, dimensions: tuple[int, ...], value: float) -> str:
        self._session.shaping.held.update(dict.fromkeys(self._indices(dimensions), value))
        return f"{_named(dimensions)} held at {value:g}"

    def _range(self, dimensions: tuple[int, ...], low: float, high: float) -> str:
        self._session.shaping.ranged.update(dict.fromkeys(self._indices(dimensions), (low, high)))
        return f"{_named(dimensions)} played from {low:g} to {high:g}"

    def _invert(self, dimensions: tuple[int, ...]) -> str:
        self._session.shaping.inverted ^= set(self._indices(dimensions))
        return f"{_named(dimensions)} turned over"

    def _release(self, dimensions: tuple[int, ...] | None = None) -> str:
        if dimensions is None:
            self._session.shaping.clear()
            return "everything is played as it is"
        self._session.shaping.release(self._indices(dimensions))
        self._session.end_muted()  # a solo that ends beside others
        return f"{_named(dimensions)} played as it is"

    def _indices(self, dimensions: tuple[int, ...]) -> list[int]:
        most = self._session.dimension - 1
        if beyond := [number for number in dimensions if number > most]:
            raise CommandProblem(f"there is no x{beyond[0]}: the last is x{most}")
        return [number - 1 for number in dimensions]

    def _learn(self, dimensions: tuple[int, ...] | str) -> str:
        if dimensions == "off":
            return self._host.learner.end()
        if isinstance(dimensions, str):
            return self._host.learner.begin(range(self._session.dimension - 1))
        return self._host.learner.begin(self._indices(dimensions))

    def _bind(self, trigger: str, which: str) -> str:
        return self._host.bindings.bind(trigger, which)

    def _unbind(self, trigger: str, which: str) -> str:
        return self._host.bindings.unbind(trigger, which)

    def _bindings(self) -> str:
        return str(self._host.bindings)

    def _keep_mapping(self) -> Awaitable[str]:
        return self._host.keep_mapping()


def _named(dimensions: tuple[int, ...]) -> str:
    return " ".join(f"x{number}" for number in dimensions)

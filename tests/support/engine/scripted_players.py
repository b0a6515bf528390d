"""Session on a virtual clock, with a player whose output the test sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

from impsy_tui.channels.base import ChannelStatus, Listener
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.errors import UserError
from impsy_tui.prediction import Given, Prediction
from tests.support.engine.virtual_time import VirtualTime


class ScriptedPredictor:
    """Predictor with a constant dt, and the heard values plus a small number; it keeps the heard events."""

    kind = "mdrnn"
    name = "scripted"
    runtime = "none"

    def __init__(self, dimension: int = 2, dt: float = 0.1) -> None:
        self.dimension = dimension
        self.dt = dt
        self.max_gap: float | None = None
        self.fitted = (1.0, 0.01)
        self.pi_temperature = self.sigma_temperature = 1.0
        self.given: Mapping[int, Given] = {}
        self.redrawn = 0
        self.heard: list[tuple[float, tuple[float, ...]]] = []
        self.resets = 0
        self.faults = 0

    def predict(self, dt: float, values: Sequence[float]) -> Prediction:
        self.heard.append((round(dt, 9), tuple(values)))
        if self.faults:
            self.faults -= 1
            raise UserError("it failed")
        return Prediction(self.dt, tuple(round(min(1.0, x + 0.01), 9) for x in values))

    def redraw(self) -> Prediction:
        self.redrawn += 1
        return Prediction(self.dt, tuple(round(min(1.0, x + 0.01 + self.redrawn / 10), 9) for x in self.heard[-1][1]))

    def settle(self) -> None: ...

    def discard_drawn_numbers(self) -> None: ...

    def reset(self) -> None:
        self.resets += 1


@dataclass
class RecordingChannel:
    """Channel that keeps all calls with their times."""

    time: VirtualTime
    max_rate: float = 0.0
    safe: tuple[float, ...] = ()
    name: str = "out"
    said: list[tuple[float, Any]] = field(default_factory=list)
    allowed: tuple[int, ...] = ()
    muted: list[frozenset[int]] = field(default_factory=list)
    """Muted indices of each vector."""

    def refuses(self, dimension: int) -> str:
        return "" if not self.allowed or dimension in self.allowed else "it cannot"

    async def open(self, listener: Listener, dimension: int) -> None: ...

    def set_dimension(self, dimension: int) -> None:
        self.said.append((self.now, f"dimension {dimension}"))

    def send(self, values: Sequence[float], muted: frozenset[int] = frozenset()) -> None:
        self.said.append((self.now, tuple(values)))
        self.muted.append(muted)

    def end_notes(self, indices: frozenset[int]) -> None:
        if indices:
            self.said.append((self.now, indices))

    def silence(self) -> None:
        self.said.append((self.now, "silence"))

    def panic(self) -> None:
        self.said.append((self.now, "panic"))

    def close(self) -> None: ...

    def status(self) -> ChannelStatus:
        raise NotImplementedError

    @property
    def now(self) -> float:
        return round(self.time.time, 9)

    @property
    def played(self) -> list[tuple[float, tuple[float, ...]]]:
        """Received vectors."""
        return [(at, what) for at, what in self.said if isinstance(what, tuple)]

    @property
    def times(self) -> list[float]:
        """Times of the sent vectors."""
        return [at for at, _ in self.played]


@dataclass
class RecordingLog:
    """Log that keeps its rows."""

    rows: list[tuple[float, str, tuple[float, ...]]] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    ended: int = 0

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        self.rows.append((round(at, 9), source, tuple(values)))

    def begin(self, dimension: int) -> None:
        self.begun.append(dimension)

    def end(self) -> None:
        self.ended += 1


class Member(NamedTuple):
    """Another player of the session, with its output."""

    player: Player
    predictor: ScriptedPredictor
    log: RecordingLog


class ScriptedSession:
    """Session with a player: ``play(0.5)`` is an event of the musician, and ``out`` has the output."""

    def __init__(
        self,
        mode: str,
        *,
        dt: float = 0.1,
        dimension: int = 2,
        settings: SessionSettings | None = None,
        channel: dict[str, Any] | None = None,
        instrument: int = 0,
        routing: Routing | None = None,
        **parameters: Any,
    ) -> None:
        self.time = VirtualTime(100.0)
        self.predictor = ScriptedPredictor(dimension, dt)
        self.out = RecordingChannel(self.time, **(channel or {}))
        self.log = RecordingLog()
        self.told: list[tuple[str, str]] = []
        outputs = Outputs(self.time.scheduler)
        outputs.open([self.out])
        self.session = Session(
            self.time.scheduler,
            outputs,
            lambda level, source, text: self.told.append((level, text)),
            lambda channel, address, arguments, trusted: "",
            settings or SessionSettings(),
            np.random.default_rng(1),
            instrument or dimension,
        )
        self.player = self.session.add(
            "main", self.predictor, PlayerSettings(mode=mode, **parameters), self.log, routing
        )
        self.behaviour = self.player.behaviour
        self.behaviour.start()

    def join(
        self,
        name: str,
        mode: str,
        *,
        dt: float = 0.1,
        dimension: int = 2,
        routing: Routing | None = None,
        **parameters: Any,
    ) -> "Member":
        """Adds another player, which begins to play."""
        predictor, log = ScriptedPredictor(dimension, dt), RecordingLog()
        player = self.session.add(name, predictor, PlayerSettings(mode=mode, **parameters), log, routing)
        player.behaviour.start()
        return Member(player, predictor, log)

    def play(self, *values: float, channel: str = "in") -> None:
        """Plays an event of the musician now."""
        self.session.received(channel, values, self.time.time)

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self.time.advance(seconds)
        assert not self.time.errors


def near(times: list[float]) -> object:
    """Returns these times with a tolerance of a microsecond."""
    return pytest.approx(times, abs=1e-6)

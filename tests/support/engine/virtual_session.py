"""Session of an engine with commands, on a virtual clock."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.config import load_config
from impsy_tui.control.messages import Reply
from impsy_tui.engine.commands.dispatch import CommandDispatcher
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.commands.external import ExternalCommands
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.midi_learn import MidiLearn
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.models.loader import load_model
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.ensemble.score_log import ScoreLog
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session, SessionSettings
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.server.set_timer import SetTimer
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.prediction import Predictor
from impsy_tui.workers.client import Job, JobRunner
from tests.support.engine.scripted_players import RecordingChannel, RecordingLog, ScriptedPredictor
from tests.support.engine.virtual_time import VirtualTime

_SLICE = 0.05

SHIPPED = Path(__file__).resolve().parents[3] / "models" / "musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"
"""Model of the demo."""

SET = """
// what there is before the first cue
def drop = mode battle; temp 2

# warm
temp 1.1
after 5s temp 1.2
# drop
drop
# end
cancel all; mode useronly
"""
"""A set list."""


class VirtualSession:
    """Engine without sockets on a virtual clock: its session, its commands and its live set.

    Args:
        folder: folder of the user.
        players: predictors by name; by default one scripted predictor.
        models: folder of models.
        sets: folder of set lists.
        random: source of all random numbers.
        out: name of the output.
    """

    def __init__(
        self,
        folder: Path,
        *,
        players: dict[str, Predictor] | None = None,
        models: Path | None = None,
        sets: Path | None = None,
        mode: str = "callresponse",
        random: np.random.Generator | None = None,
        out: str = "out",
    ) -> None:
        self.folder = folder
        self.time = VirtualTime(1000.0)
        self.messages: list[tuple[str, str, str]] = []
        self.random = random or np.random.default_rng(1)
        self.outputs = Outputs(self.time.scheduler)
        self.out = RecordingChannel(self.time, name=out)
        self.outputs.open([self.out])
        self.logs: dict[str, RecordingLog] = {}
        seated = players or {"main": ScriptedPredictor(4)}
        width = max(player.dimension for player in seated.values())
        self.session = Session(
            self.time.scheduler,
            self.outputs,
            self._notify,
            lambda channel, address, arguments, trusted: "",
            SessionSettings(log_predictions=True),
            self.random,
            width,
        )
        self._make_logs()
        self.session.configured = dict.fromkeys(seated, Routing())
        for name, player in seated.items():
            self.logs[name] = RecordingLog()
            self.session.add(name, player, PlayerSettings(mode=mode, threshold=1.0), self.logs[name])
        options = EngineOptions(
            load_config(None), frozenset(), folder / "logs", folder / "s", models=models or folder / "models"
        )
        self.user_files = UserFiles(folder / "logs", folder / "datasets", [options.models], list)
        self.player_models = PlayerModels(options, self.user_files.models, self.random, self._notify)
        self.set_timer = SetTimer(self.time.scheduler.now)
        self.jobs = JobRunner(folder / "logs" / "jobs", self._job_ended)
        self._waiting: list[Coroutine[Any, Any, None]] = []
        self.executor = Executor(
            CommandDispatcher(self).carry_out,  # type: ignore[arg-type]
            self.random,
            self._notify,
            lambda: None,
            self._waiting.append,  # type: ignore[arg-type]
            self.time.scheduler.work,
        )
        self.bindings = Bindings(self.executor.read)
        self.tempo = self.session.tempo
        log = folder / "logs" / "2026-01-01T00-00-00-4d-mdrnn.log"
        self.user_files.sets = (sets or folder / "sets",)
        self.live_set = self.executor.live_set = LiveSet(
            self.session,
            self.player_models,
            self.user_files,
            self.random,
            folder / "scenes.toml",
            CommandLog(_wall, lambda level, text: self._notify(level, "record", text)),
            lambda: log,
            self.executor.macros,
            self.executor.callables,
            self._notify,
            self.jobs,
        )
        self._take_messages()
        self.session.start()

    def _make_logs(self) -> None:
        log = PerformanceLog(self.folder / "logs", lambda level, text: None, self.time.scheduler.now)
        self.session.make_log = lambda name: self.logs.setdefault(name, RecordingLog())
        self.session.make_score_log = lambda name: ScoreLog(log, self.folder / "scores", name)

    def _take_messages(self) -> None:
        """Makes the parts that learn and carry out messages of channels."""
        self.midi_learn = MidiLearn(
            self.live_set.mappings.inputs.learned_line,
            lambda line: self.executor.begin(line, 0, "learn"),  # type: ignore[arg-type, return-value]
            lambda level, text: self._notify(level, "learn", text),
            self.time.scheduler,
            self.session.updated,
        )
        self.incoming = ExternalCommands(
            self.bindings, self.midi_learn, self.executor, self._notify, self.time.scheduler.work
        )

    def _job_ended(self, job: Job) -> None:
        self.live_set.job_ended(job)

    def _notify(self, level: str, source: str, text: str) -> None:
        self.messages.append((level, source, text))

    def do(self, line: str) -> str:
        """Types a line that must succeed; returns the reply."""
        reply = self.try_(line)
        assert reply.ok, reply
        return reply.text

    def try_(self, line: str) -> Reply:
        """Types a line that may fail; returns the reply."""
        reply = asyncio.run(self._with_waiting(line))
        self._settle()
        return reply

    async def _with_waiting(self, line: str) -> Reply:
        background = [asyncio.ensure_future(each) for each in self._waiting]
        self._waiting.clear()
        reply = await self.executor.carry_out(line, 1)
        await asyncio.gather(*background)
        return reply

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        end = self.time.time + seconds
        while self.time.time < end:
            self.time.advance_to(min(end, self.time.time + _SLICE))
            self._settle()
        assert not self.time.errors, self.time.errors

    def play(self, *values: float, channel: str = "in") -> None:
        """Plays an event of the musician now."""
        self.session.received(channel, values, self.time.time)
        self.time.advance(0)
        self._settle()

    def _settle(self) -> None:
        while self._waiting:
            asyncio.run(self._waiting.pop(0))  # type: ignore[arg-type]

    @property
    def problems(self) -> list[str]:
        """Reported warnings and errors."""
        return [f"{source}: {text}" for level, source, text in self.messages if level in ("warning", "error")]


def _wall(at: float) -> datetime:
    return datetime(2026, 1, 1) + timedelta(seconds=at)


def mdrnn(file: Path, random: np.random.Generator) -> MdrnnPredictor:
    """Returns a predictor with the model of a file."""
    loaded = asyncio.run(load_model(file))
    return MdrnnPredictor(loaded.network, loaded.name, random)


def temp(set_: VirtualSession, player: str = "main") -> float:
    """Returns the pi temperature of a player."""
    return set_.session.players[player].behaviour.settings.temp

"""Virtual session with an ensemble, and outputs that play touches."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impsy_tui.channels.base import VirtualTouch
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer, EnsembleRouting
from impsy_tui.engine.players.ensemble.score_log import ScoreLog
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.ensemble.touches.surfaces import OscMessage
from impsy_tui.ensemble.touches.touch import Touch
from tests.support.engine.scripted_ensemble import ScriptedNetwork, ensemble_models
from tests.support.engine.scripted_players import RecordingChannel
from tests.support.engine.virtual_session import VirtualSession

TAPS, SWIRL = 1, 7


@dataclass
class TouchChannel(RecordingChannel):
    """Output that also plays touches."""

    touches: list[VirtualTouch] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    told: list[OscMessage] = field(default_factory=list)

    def play_touch(self, touch: VirtualTouch) -> None:
        self.touches.append(touch)

    def end_touch(self, player: str) -> None:
        self.ended.append(player)

    def send_ensemble_messages(self, told: Any) -> None:
        self.told += told


class VirtualEnsemble:
    """Virtual session with an ensemble."""

    def __init__(self, folder: Path, *, destinations: tuple[str, ...] = (), lead: str = "", **routing: Any) -> None:
        self.rehearsal = VirtualSession(folder)
        self.network = ScriptedNetwork(TAPS)
        self.time = self.rehearsal.time
        self.first, self.second = TouchChannel(self.time, name="osc 1"), TouchChannel(self.time, name="osc 2")
        self.rehearsal.outputs.open([self.rehearsal.out, self.first, self.second])
        self.log = PerformanceLog(folder / "logs", lambda level, text: None, self.time.scheduler.now)
        self.player = EnsemblePlayer(
            "trio",
            ensemble_models(self.network),
            EnsembleSettings(ensemble=3, lead_stops="play", highest=60),
            Routing(**routing),
            EnsembleRouting(lead, destinations, (3, 4)),
            ScoreLog(self.log, folder / "scores", "trio"),
            self.rehearsal.session,
            self.rehearsal.random,
        )
        self.rehearsal.session.insert(self.player)
        self.player.start()

    def do(self, line: str) -> str:
        return self.rehearsal.do(line)

    def refused(self, line: str) -> str:
        reply = self.rehearsal.try_(line)
        assert not reply.ok
        return reply.text

    def touch(self, player: str = "lead", channel: str = "in") -> None:
        self.rehearsal.session.touched(channel, Touch(self.time.time, player, 0, 0.5, 0.5, 0.0))

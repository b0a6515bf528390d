"""Ensemble on a virtual clock, with a network whose output the test sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from impsy_tui.engine.players.ensemble.followers import EnsembleBehaviour, EnsembleModels
from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.ensemble.classifier import SHIPPED as CLASSIFIER
from impsy_tui.ensemble.classifier import read_classifier
from impsy_tui.ensemble.clips import Clip, Clips, ClipTouch
from impsy_tui.ensemble.gestures import GESTURES
from impsy_tui.ensemble.measures import EnsembleMoment
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import Touch
from impsy_tui.mdrnn.model import Floats
from tests.support.engine.virtual_time import VirtualTime
from tests.support.places import ROOT

MODELS = ROOT / "models"


class ScriptedNetwork:
    """Network that gives each follower its gesture in ``wanted``."""

    def __init__(self, *wanted: int) -> None:
        self.wanted = list(wanted)
        self.broken = False

    def step(self, told: Floats) -> Floats:
        logits = np.zeros((len(told), GESTURES), np.float32)
        for follower in range(len(told)):
            logits[follower, self.wanted[follower % len(self.wanted)]] = 90.0
        if self.broken:
            logits[:] = np.nan
        return logits

    def reset(self) -> None: ...


def clip(gesture: int, *offsets: float, x: float = 0.5) -> Clip:
    """Returns a clip with touches at these times; the first one is a touch-down."""
    return Clip(gesture, tuple(ClipTouch(at, x, 0.5, 0.01 if at else 0.0) for at in offsets))


def ensemble_models(network: ScriptedNetwork, clips: Sequence[Clip] | None = None) -> EnsembleModels:
    """Returns models of an ensemble, with the shipped classifier, and by default a clip of every gesture."""
    user_files = Clips(
        [clip(code, 0.0, 0.1, 2.5, x=code / 10) for code in range(1, GESTURES)] if clips is None else clips
    )
    return EnsembleModels(network, "scripted", read_classifier(MODELS / CLASSIFIER), user_files)


@dataclass
class Stage:
    """Behaviour of an ensemble on a virtual clock, with its recorded output."""

    network: ScriptedNetwork
    settings: EnsembleSettings = field(default_factory=lambda: EnsembleSettings(lead_stops="play"))
    clips: Sequence[Clip] | None = None

    def __post_init__(self) -> None:
        self.time = VirtualTime(100.0)
        self.touches: list[tuple[float, int, ClipTouch]] = []
        self.lifts: list[tuple[float, int]] = []
        self.seconds: list[tuple[float, tuple[int, ...]]] = []
        self.told: list[tuple[str, str]] = []
        self.behaviour = EnsembleBehaviour(
            ensemble_models(self.network, self.clips),
            self.settings,
            self.time.scheduler,
            self,
            np.random.default_rng(1),
        )
        self.behaviour.start()

    def touch(self, follower: int, touch: ClipTouch) -> None:
        self.touches.append((self.now, follower, touch))

    def lift(self, follower: int) -> None:
        self.lifts.append((self.now, follower))

    def leave(self, players: int) -> None:
        pass

    def join(self, players: int) -> None:
        pass

    def passed(self, at: float, codes: Sequence[int], moment: EnsembleMoment) -> None:
        self.seconds.append((round(at - 100.0, 6), tuple(codes)))

    def notify(self, level: str, text: str) -> None:
        self.told.append((level, text))

    @property
    def now(self) -> float:
        return round(self.time.time - 100.0, 6)

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self.time.advance(seconds)
        assert not self.time.errors

    def taps(self, seconds: float) -> None:
        """Lets the lead make fast taps while time passes."""
        begin = self.time.time
        made = play(1, seconds, np.random.default_rng(4))
        for at, x, y, velocity in zip(
            *(c.tolist() for c in (made.times, made.x, made.y, made.velocities)), strict=True
        ):
            self.time.advance_to(begin + at)
            self.behaviour.hear(Touch(self.time.time, "lead", 0, x, y, velocity))
        self.time.advance_to(begin + seconds)
        assert not self.time.errors

    def times(self, follower: int) -> list[float]:
        """Returns the times of a follower's touches."""
        return [at for at, who, _ in self.touches if who == follower]

    def gestures(self, follower: int) -> Mapping[float, int]:
        """Returns the gestures of a follower by second."""
        return {at: codes[1 + follower] for at, codes in self.seconds}

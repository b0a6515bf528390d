"""Hours of an ensemble on a virtual clock, with the shipped network and clips."""

import asyncio
import gc
from dataclasses import replace

import pytest

from impsy_tui.channels.demo.touches import TouchDemoChannel
from impsy_tui.config import Demo
from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.ensemble.clips import SHIPPED, read_clips
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import GONE_AFTER
from impsy_tui.ensemble.touches.surfaces import Lifted
from impsy_tui.ensemble.touches.touch import Touch
from tests.support.engine.scripted_ensemble import MODELS, ScriptedNetwork, Stage

_HOURS = 3
_MINUTES = 60 * _HOURS
_VISIT, _ABSENCE = 20.0, 240.0
"""Mean duration of a visit and of an absence in seconds."""


class Gallery:
    """Ensemble with visitors who lead it now and then; only sums of each minute are kept."""

    def __init__(self, lead_stops: str) -> None:
        self.stage = Stage(ScriptedNetwork(0), EnsembleSettings(ensemble=3, lead_stops=lead_stops))
        self.scheduler = self.stage.time.scheduler
        behaviour = self.stage.behaviour
        network = EnsembleNetwork(MODELS / "ensembleRNN-units16.tflite")
        behaviour.models = replace(behaviour.models, clips=read_clips(MODELS / SHIPPED))
        behaviour.change(replace(behaviour.models, network=network))
        self.objects: list[int] = []
        self.waiting: list[int] = []
        self.seconds: list[int] = []
        self.touches: list[int] = []
        self.visited: list[bool] = []
        self._visits = 0
        self._demo = TouchDemoChannel(Demo(touches=True, phrase=_VISIT, rest=_ABSENCE))
        asyncio.run(self._demo.open(self, 2))  # type: ignore[arg-type]

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        """Takes a touch, as the listener of a channel."""
        assert isinstance(touch, Touch)
        self._visits += 1
        self.stage.behaviour.hear(touch)

    def minute(self) -> None:
        """Lets a minute pass."""
        stage = self.stage
        self._visits = 0
        stage.wait(60.0)
        self.seconds.append(len(stage.seconds))
        self.touches.append(len(stage.touches))
        self.visited.append(self._visits > 0)
        for kept in (stage.seconds, stage.touches, stage.lifts):
            kept.clear()
        self.waiting.append(len(self.scheduler))
        if len(self.seconds) % 30 == 0:
            gc.collect()
            self.objects.append(len(gc.get_objects()))


@pytest.mark.parametrize("lead_stops", ["rest", "play"])
def test_ensemble_plays_for_hours_without_a_stall_and_without_growing(lead_stops: str) -> None:
    gallery = Gallery(lead_stops)
    for _ in range(_MINUTES):
        gallery.minute()
    behaviour = gallery.stage.behaviour
    assert gallery.seconds == [60] * _MINUTES
    # timers of the ensemble, and the next actions of the visitor and each follower
    assert max(gallery.waiting) <= 2 + 2
    assert gallery.objects[-1] - gallery.objects[1] < 200, gallery.objects
    told = [text for _, text in gallery.stage.told]
    assert told.count("the lead plays again") > 20
    assert {text.partition(": ")[2] for text in told} == {
        "",
        "the ensemble rests until it plays again" if lead_stops == "rest" else "the ensemble plays on",
    }
    assert behaviour.skipped == 0
    visited, first = gallery.visited, gallery.visited.index(True) + 1
    assert GONE_AFTER < 60
    alone = [gallery.touches[n] for n in range(first, _MINUTES) if not visited[n] and not visited[n - 1]]
    assert len(alone) > 60
    if lead_stops == "rest":
        assert set(alone) == {0}
    else:
        assert sum(touches > 0 for touches in alone) > 0.9 * len(alone)

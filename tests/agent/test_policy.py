"""Policy of an agent: with NumPy only, and with any heard sound."""

import math

import numpy as np
import pytest

from impsy_tui.agent.corpus import FRAMES_A_SECOND
from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.file import ForecastNetwork
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.policy import AHEAD, AgentPolicy, PolicyStep
from impsy_tui.agent.seek import moves
from impsy_tui.errors import UserError
from tests.support.agents import LOUD, QUIET, frame, small_agent

FRAME = 1 / FRAMES_A_SECOND
CENTROID = NAMES.index("specshape-centroid")


def playing(player: AgentPolicy, heard: np.ndarray, frames: int = 40, own: np.ndarray | None = None) -> PolicyStep:
    for _ in range(frames):
        played = player.play(FRAME, heard, own)
    return played


def loudness_at(level: float) -> float:
    """Returns the parameter at which the synth has this loudness."""
    return (level - QUIET) / (LOUD - QUIET)


@pytest.mark.parametrize("policy", ["network", "seek"])
def test_policy_follows_the_loudness_of_the_musician(policy: str) -> None:
    player = AgentPolicy(small_agent())
    player.policy = policy
    for level in (-20.0, -45.0, -12.0):
        played = playing(player, frame(level))
        assert played.parameters[0] == pytest.approx(loudness_at(level), abs=0.03)
        assert played.distance < 0.1
    assert not played.resting


def test_policy_hold_never_moves() -> None:
    player = AgentPolicy(small_agent())
    player.policy = "hold"
    assert playing(player, frame(-12.0)).parameters == (0.5, 0.5)


def test_policy_waits_for_the_first_frame() -> None:
    player = AgentPolicy(small_agent())
    assert playing(player, np.full(len(NAMES), np.nan)).parameters == (0.5, 0.5)


def test_contrast_targets_the_opposite() -> None:
    player = AgentPolicy(small_agent())
    player.aim = "contrast"
    assert playing(player, frame(-14.0)).parameters[0] == pytest.approx(loudness_at(-46.0), abs=0.03)


def test_move_prefers_measured_sound_to_the_table() -> None:
    player = AgentPolicy(small_agent())
    louder_than_thought = frame(-10.0)
    assert playing(player, frame(-20.0), own=louder_than_thought).parameters[0] == 0.0


def test_seek_compares_only_the_chosen_descriptors() -> None:
    player = AgentPolicy(small_agent())
    player.policy = "seek"
    player.hear(["centroid"])
    played = playing(player, frame(-14.0, centroid=700.0))
    assert played.parameters[1] == pytest.approx(0.2, abs=0.03)
    assert player.matters == ("specshape-centroid",)
    player.hear(["loudness", "specshape"])
    assert len(player.matters) == 10


def test_hear_refuses_descriptors_outside_the_network() -> None:
    player = AgentPolicy(small_agent())
    with pytest.raises(UserError, match="this agent hears loudness-dBFS alone; seek hears all"):
        player.hear(["chroma"])
    with pytest.raises(UserError, match="no descriptor is called warmth"):
        player.hear(["warmth"])
    with pytest.raises(UserError, match="hear takes"):
        player.hear([])
    assert player.matters == ("loudness-dBFS",), "what was chosen before still is"


def test_network_input_masks_other_descriptors() -> None:
    seen: list[np.ndarray] = []

    class Watched(Perceptron):
        def __call__(self, inputs: np.ndarray) -> np.ndarray:
            seen.append(inputs)
            return np.eye(9)[4]

    network = Watched([(np.zeros((6, 9)), np.zeros(9))], "tanh")
    player = AgentPolicy(small_agent(heard=("loudness-dBFS", "specshape-centroid"), network=network))
    player.hear(["centroid"])
    player.play(FRAME, frame(-14.0, 700.0))
    assert seen[-1][[0, 2]].tolist() == [0.0, 0.0]
    assert seen[-1][3] != 0.0


BOTH = ("loudness-dBFS", "specshape-centroid")


def follower() -> AgentPolicy:
    """Returns an agent that moves to the remembered parameters only."""
    every = moves(2)
    kernel = np.zeros((10, len(every)))
    kernel[6:8] = every.T
    network = Perceptron([(kernel, -0.5 * np.abs(every).sum(1))], "tanh")
    return AgentPolicy(small_agent(heard=BOTH, judged=BOTH, patience=(200.0,), network=network))


def test_network_with_memory_reaches_the_target() -> None:
    played = playing(follower(), frame(-14.0, 700.0))
    assert played.distance < 0.1
    assert played.parameters == pytest.approx((0.9, 0.2), abs=0.03)


def test_memory_compares_the_chosen_descriptors() -> None:
    player = follower()
    for wanted, centroid, expected in (
        ("centroid", 700.0, (0.5, 0.2)),
        ("loudness-dBFS", 2800.0, (0.9, 0.2)),
        ("centroid", 2800.0, (0.9, 0.9)),
    ):
        player.hear([wanted])
        played = playing(player, frame(-14.0, centroid))
        assert played.parameters == pytest.approx(expected, abs=0.03), f"told to hear {wanted}"


def test_seek_accepts_descriptors_outside_the_network() -> None:
    player = follower()
    player.policy = "seek"
    player.hear(["chroma"])
    player.policy = "network"
    assert playing(player, frame(-14.0, 700.0)).parameters == pytest.approx((0.9, 0.2), abs=0.03)


def test_policy_rests_at_the_quietest_point_during_silence() -> None:
    player = AgentPolicy(small_agent())
    playing(player, frame(-12.0))
    played = playing(player, frame(-90.0), frames=200)
    assert played.resting
    assert played.parameters[0] <= 0.1
    assert not player.play(FRAME, frame(-12.0)).resting
    assert playing(player, frame(-12.0)).parameters[0] == pytest.approx(loudness_at(-12.0), abs=0.03)


def test_policy_ignores_short_pauses() -> None:
    player = AgentPolicy(small_agent())
    assert not playing(player, frame(-90.0), frames=10).resting
    player.silence = None
    assert not playing(player, frame(-90.0), frames=300).resting


def test_listen_reports_broken_frames_once() -> None:
    player = AgentPolicy(small_agent())
    playing(player, frame(-20.0))
    broken = frame(-20.0)
    broken[CENTROID] = math.nan
    broken[0] = math.inf
    played = player.play(FRAME, broken)
    assert played.notice == "loudness-dBFS and 1 more heard is not a finite number: the last frame counts"
    played = playing(player, broken, frames=5)
    assert played.notice == ""
    assert played.parameters[0] == pytest.approx(loudness_at(-20.0), abs=0.03)
    short = player.play(FRAME, np.zeros(3))
    assert short.notice == "a frame of 3 descriptors was heard, not of 55: left out"


def test_listen_reports_clipping_from_time_to_time() -> None:
    player = AgentPolicy(small_agent())
    notices = [player.play(0.1, frame(-5.0, peak=0.5)).notice for _ in range(100)]
    assert notices[0] == "the sound clips: turn the microphone down"
    assert not any(notices[1:])
    assert not playing(player, frame(-5.0), frames=100).notice
    for _ in range(60):
        player.play(0.1, frame(-20.0))
    assert player.play(0.1, frame(-5.0, peak=0.5)).notice


def test_budget_limits_moves_per_second() -> None:
    player = AgentPolicy(small_agent())
    player.policy = "seek"
    player.hear(["loudness-dBFS", "centroid"])
    player.budget = 0.2
    before = player.play(FRAME, frame(-10.0, 3000.0)).parameters
    for _ in range(round(FRAMES_A_SECOND)):
        played = player.play(FRAME, frame(-10.0, 3000.0))
    gone = sum(abs(a - b) for a, b in zip(played.parameters, before, strict=True))
    assert 0.15 < gone < 0.3
    player.budget = None
    assert playing(player, frame(-10.0, 3000.0)).parameters[0] == pytest.approx(1.0, abs=0.03)


def test_smoothing_delays_the_output() -> None:
    player = AgentPolicy(small_agent())
    player.smoothing = 0.5
    after_half_a_second = playing(player, frame(-10.0), frames=round(FRAMES_A_SECOND / 2)).parameters[0]
    assert 0.7 < after_half_a_second < 0.9
    assert playing(player, frame(-10.0), frames=1500).parameters[0] == pytest.approx(1.0, abs=0.03)


def test_wander_moves_without_a_musician() -> None:
    player = AgentPolicy(small_agent(), np.random.default_rng(3))
    player.aim, player.policy = "wander", "seek"
    player.hear(["loudness-dBFS", "centroid"])
    silence = np.full(len(NAMES), np.nan)
    places = set()
    for _ in range(10):
        played = playing(player, silence, frames=round(2.2 * FRAMES_A_SECOND))
        assert not played.resting
        places.add(played.parameters)
    assert len(places) >= 8


def test_anticipate_without_a_network_continues_changes() -> None:
    player = AgentPolicy(small_agent())
    player.aim = "anticipate"
    louder = np.linspace(-40.0, -20.0, round(4 * AHEAD * FRAMES_A_SECOND))
    for level in louder:
        player.play(FRAME, frame(level))
    heard = player.model.known.scaler.standardised(frame(-20.0))[0]
    assert player.target[0] > heard + 0.1


def test_anticipate_targets_the_forecast() -> None:
    bias = np.zeros(len(NAMES))
    bias[0] = -1.0
    network = Perceptron([(np.zeros((3 * len(NAMES), len(NAMES))), bias)], "tanh")
    player = AgentPolicy(small_agent(foresight=ForecastNetwork(network, 20, 4)))
    player.aim = "anticipate"
    playing(player, frame(-20.0), frames=8)
    heard = player.model.known.scaler.standardised(frame(-20.0))[0]
    assert player.target[0] == pytest.approx(heard), "too little has been heard yet"
    playing(player, frame(-20.0), frames=1)
    assert player.target[0] == pytest.approx(heard - 1.0)


@pytest.mark.parametrize("learned", [False, True])
def test_anticipate_does_not_depend_on_the_frame_rate(learned: bool) -> None:
    back = 12
    kernel = np.zeros((3 * len(NAMES), len(NAMES)))
    kernel[len(NAMES) : 2 * len(NAMES)] = np.eye(len(NAMES))  # predicts the last change again
    identity = Perceptron([(kernel, np.zeros(len(NAMES)))], "tanh")
    foresight = ForecastNetwork(identity, 86, back) if learned else None
    ahead = []
    for rate in (20.0, 1 / FRAME / 4, 1 / FRAME, 4 / FRAME):
        player = AgentPolicy(small_agent(foresight=foresight))
        player.aim = "anticipate"
        levels = np.linspace(-40.0, -20.0, round(2.0 * rate))
        for number, level in enumerate(levels):
            # As from a sound card: four frames at a time.
            player.play(0.0 if number % 4 else 4.0 / rate, frame(level))
        ahead.append(player.target[0] - player.model.known.scaler.standardised(frame(-20.0))[0])
    assert ahead == pytest.approx([ahead[2]] * 4, rel=0.15)
    assert ahead[2] > 0.02


def test_reset_forgets_all_frames() -> None:
    player = AgentPolicy(small_agent())
    playing(player, frame(-12.0))
    player.reset()
    assert playing(player, np.full(len(NAMES), np.nan)).parameters == (0.5, 0.5)

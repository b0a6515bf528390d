"""Agents in a session: they hear descriptors, move a synth, and take commands meanwhile."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.agent.file import write_agent
from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.engine.players.behaviours import agent_behaviours
from impsy_tui.engine.players.session import NO_AGENT
from tests.support.agents import frame, small_agent
from tests.support.engine.virtual_session import VirtualSession

FRAME = 128 / 44_100


@pytest.fixture
def agent(tmp_path: Path) -> AgentPredictor:
    """Returns an agent that raises the first of two parameters for a louder musician, in a synth from -50 to -10
    dBFS."""
    file = tmp_path / "models" / "agent-small.npz"
    file.parent.mkdir()
    write_agent(file, small_agent())
    return AgentPredictor(file, np.random.default_rng(1))


@pytest.fixture
def stage(tmp_path: Path, agent: AgentPredictor) -> VirtualSession:
    """Returns a session with the agent as its only player."""
    return VirtualSession(tmp_path, players={"main": agent})


def sound(stage: VirtualSession, seconds: float, heard: Callable[[], HeardDescriptors] | HeardDescriptors) -> str:
    """Plays sound of the musician for some seconds; returns the problem of the last frame."""
    problem, end = "", stage.time.time + seconds
    while stage.time.time < end:
        problem = stage.session.described("osc", heard() if callable(heard) else heard, stage.time.time)
        stage.time.advance(FRAME)
    assert not stage.time.errors
    return problem


def played(stage: VirtualSession) -> tuple[float, ...]:
    return stage.out.played[-1][1]


def test_agent_imitates_and_its_output_is_shaped_and_logged(stage: VirtualSession) -> None:
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    assert played(stage) == pytest.approx((0.9, 0.5), abs=0.06)
    stage.do("hold x1 0.2; mute x2")
    sound(stage, 0.5, HeardDescriptors(frame(-46.0)))
    assert played(stage) == pytest.approx((0.2, 0.5), abs=0.01)
    rows = stage.logs["main"].rows
    assert [values for _, source, values in rows if source == "rnn"][-1] == pytest.approx((0.1, 0.5), abs=0.06)
    descriptors = [(at, values) for at, source, values in rows if source == "feats"]
    assert descriptors[-1][1] == (*np.round(frame(-46.0), 5), 7)
    assert 0.02 <= descriptors[1][0] - descriptors[0][0] < 0.03, "not each frame is written down"
    assert not stage.problems


def test_parameters_that_stay_are_not_sent_with_each_frame(stage: VirtualSession) -> None:
    sound(stage, 1.0, HeardDescriptors(frame(-14.0)))
    before = len(stage.out.played)
    sound(stage, 1.0, HeardDescriptors(frame(-14.0)))
    assert 3 <= len(stage.out.played) - before <= 5


def test_its_aim_is_changed_while_it_plays(stage: VirtualSession) -> None:
    assert stage.do("aim contrast") == "aim contrast"
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    assert played(stage)[0] < 0.2
    stage.do("aim anticipate")
    level = iter(range(1000))
    sound(stage, 0.6, lambda: HeardDescriptors(frame(-46.0 + next(level) * 0.15)))
    # By now the agent hears -15 dBFS, which rise by 51 dB a second.
    assert played(stage)[0] > 0.9
    assert "'imitte' is not imitate" in stage.try_("aim imitte").text


def test_agent_wanders_without_input(stage: VirtualSession) -> None:
    stage.wait(0.5)
    assert not stage.out.played
    stage.do("aim wander; steer seek; hear loudness centroid")
    stage.wait(10.0)
    assert len({values for _, values in stage.out.played}) > 10
    stage.do("pause")
    before = len(stage.out.played)
    stage.wait(1.0)
    assert len(stage.out.played) == before


def test_agent_rests_in_silence_unless_it_is_turned_off(stage: VirtualSession) -> None:
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    sound(stage, 1.0, HeardDescriptors(frame(-90.0)))
    assert played(stage)[0] < 0.1
    stage.do("rest off; aim contrast")
    sound(stage, 1.0, HeardDescriptors(frame(-90.0)))
    assert played(stage)[0] > 0.9


def test_budget_and_smooth_slow_it_down(stage: VirtualSession) -> None:
    assert stage.do("budget 0.2") == "budget 0.2 a second"
    sound(stage, 1.0, HeardDescriptors(frame(-10.0)))
    assert played(stage)[0] == pytest.approx(0.72, abs=0.05)
    stage.do("budget off; smooth 500ms")
    sound(stage, 0.5, HeardDescriptors(frame(-46.0)))
    assert 0.3 < played(stage)[0] < 0.6


def test_hear_command_selects_descriptors(stage: VirtualSession) -> None:
    assert stage.do("steer seek; hear loudness-dBFS, centroid") == "steer seek\nhear loudness-dBFS centroid"
    sound(stage, 0.5, HeardDescriptors(frame(-14.0, 2500.0)))
    assert played(stage) == pytest.approx((0.9, 0.8), abs=0.06)
    wrong = stage.try_("hear warmth")
    assert not wrong.ok
    assert wrong.text.startswith("no descriptor is called warmth: the categories are loudness, mfcc, chroma")
    assert "this agent hears loudness-dBFS alone" in stage.try_("hear learned; steer network; hear chroma").text
    assert stage.do("hear learned") == "hear learned"


def test_scene_of_what_its_network_does_not_hear_leaves_what_it_has_learned(stage: VirtualSession) -> None:
    stage.do("steer seek; hear mfcc; scene save all; hear chroma")
    scenes = stage.folder / "scenes.toml"
    scenes.write_text(scenes.read_text().replace('"seek"', '"network"'))
    stage.wait(2.0)
    stage.do("scene all")
    assert any("descriptors that it was trained to match" in problem for problem in stage.problems)
    behaviour = agent_behaviours([stage.session.focused_player.behaviour])[0]
    assert (behaviour.predictor.policy, behaviour.predictor.matters) == ("network", ("loudness-dBFS",))


def test_frames_that_make_no_sense_are_reported_and_the_set_goes_on(stage: VirtualSession) -> None:
    sound(stage, 0.3, HeardDescriptors(frame(-14.0)))
    broken = frame(-14.0)
    broken[3] = math.nan
    sound(stage, 0.5, HeardDescriptors(broken))
    assert stage.problems == ["player: mfcc-0 heard is not a finite number: the last frame counts"]
    stage.messages.clear()
    other = HeardDescriptors(frame(-14.0), frame(-20.0), np.zeros(3))
    assert sound(stage, 0.1, other) == (
        "3 parameters come with the descriptors, and agent-small plays 2: is it the agent of this synth?"
    )
    sound(stage, 0.3, HeardDescriptors(frame(-14.0), frame(-14.0), np.zeros(2)))
    stage.wait(3.0)
    assert stage.problems == ["player: no descriptors have come for 2 s: the synth stays where it is"]
    sound(stage, 0.3, HeardDescriptors(frame(-30.0)))
    assert played(stage)[0] == pytest.approx(0.5, abs=0.1)
    assert ("info", "player", "descriptors are heard again") in stage.messages


def test_silence_is_rested_in_and_a_dead_microphone_is_reported_once(stage: VirtualSession) -> None:
    sound(stage, 0.3, HeardDescriptors(frame(-14.0)))
    sound(stage, 6.0, HeardDescriptors(frame(-80.0, peak=-70.0)))
    assert not stage.problems
    assert agent_behaviours([stage.session.focused_player.behaviour])[0].status.resting
    sound(stage, 9.0, HeardDescriptors(frame(-157.0, peak=-313.0)))
    assert stage.problems == [
        "player: nothing at all is heard for 5 s: is the microphone muted, or unplugged?",
    ]
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    assert played(stage)[0] == pytest.approx(0.9, abs=0.06)


def test_its_settings_are_kept_in_scenes_and_taken_back(stage: VirtualSession) -> None:
    stage.do("aim contrast; steer seek; hear chroma loudness; budget 0.5; smooth 200ms; rest off")
    stage.do("scene save far")
    assert 'aim = "contrast"' in (stage.folder / "scenes.toml").read_text()
    stage.do("aim wander")
    stage.do("hear learned; budget off; rest -40")
    assert stage.do("undo") == "undone: hear learned; budget off; rest -40"
    settings = stage.session.focused_player.behaviour.settings
    assert (settings.aim, settings.hear, settings.budget, settings.rest) == (
        "wander",
        ("chroma", "loudness"),
        0.5,
        None,
    )
    stage.do("undo; steer network; hear learned")
    stage.do("scene far")
    settings = stage.session.focused_player.behaviour.settings
    assert (settings.aim, settings.steer, settings.hear) == ("contrast", "seek", ("chroma", "loudness"))
    player = agent_behaviours([stage.session.focused_player.behaviour])[0].predictor
    assert (player.aim, player.policy, player.smoothing, player.silence) == ("contrast", "seek", 0.2, None)
    assert not stage.problems
    table = (stage.folder / "scenes.toml").read_text()
    (stage.folder / "scenes.toml").write_text(table.replace('"contrast"', '"upset"'))
    assert "scene far is not valid: aim: 'upset' is not one of imitate" in stage.try_("scene far").text


def test_its_numbers_glide_and_a_scene_glides_them_too(stage: VirtualSession) -> None:
    settings = lambda: stage.session.focused_player.behaviour.settings  # noqa: E731
    stage.do("smooth 0; rest -40; over 4s smooth 0.8 rest -60 budget 2")
    stage.wait(2.0)
    player = agent_behaviours([stage.session.focused_player.behaviour])[0].predictor
    assert (settings().smooth, settings().rest) == pytest.approx((0.4, -50.0), abs=0.02)
    assert settings().budget > 2.0, "it begins with as far as it likes"
    assert (player.smoothing, player.silence, player.budget) == (
        settings().smooth,
        settings().rest,
        settings().budget,
    )
    stage.do("rest off")  # a command takes the parameter away from the ramp
    stage.wait(2.5)
    assert (settings().smooth, settings().rest, settings().budget) == (0.8, None, 2.0)
    stage.do("rest -50; aim contrast; scene save slow")
    stage.do("aim imitate; smooth 0; rest -70; budget 1")
    stage.do("over 2s scene slow")
    stage.wait(1.0)
    assert (settings().aim, settings().smooth, settings().rest) == ("imitate", pytest.approx(0.4, abs=0.02), -60.0)
    assert settings().budget == pytest.approx(2**0.5, abs=0.02)
    stage.wait(1.5)
    assert (settings().aim, settings().smooth, settings().rest, settings().budget) == ("contrast", 0.8, -50.0, 2.0)
    stage.do("undo")
    assert (settings().aim, settings().smooth, settings().rest, settings().budget) == ("imitate", 0.0, -70.0, 1.0)
    stage.do("over 2s scene slow now")
    assert (settings().aim, settings().smooth) == ("contrast", 0.0)
    assert not stage.problems


def test_replay_repeats_heard_descriptors(tmp_path: Path, stage: VirtualSession, agent: AgentPredictor) -> None:
    level = iter(range(10_000))
    sound(stage, 1.0, lambda: HeardDescriptors(frame(-46.0 + next(level) * 0.1)))
    first = [values[0] for _, values in stage.out.played]
    rows = [
        f"{(datetime(2026, 1, 1) + timedelta(seconds=at)).isoformat()},{source},{','.join(map(repr, values))}\n"
        for at, source, values in stage.logs["main"].rows
    ]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "heard.log").write_text("".join(rows))
    agent.reset()
    again = VirtualSession(tmp_path, players={"main": agent})
    count = sum(",feats," in row for row in rows)
    assert 40 < count <= 50
    assert again.do("replay heard") == f"heard is replayed: {count} frames of sound, 0:01"
    again.wait(1.5)
    # It hears as many frames as before: the same movement, plus or minus a frame's step.
    share = np.linspace(0.0, 1.0, 50)
    ways = [
        np.interp(share, np.linspace(0.0, 1.0, len(way)), way)
        for way in (first, [values[0] for _, values in again.out.played])
    ]
    assert np.abs(ways[0] - ways[1]).max() < 0.12
    lone = VirtualSession(tmp_path)
    assert lone.try_("replay heard").text == "heard has only sound, and the session has no agent that listens"


def test_mdrnn_player_refuses_descriptors_and_agent_refuses_modes(tmp_path: Path, stage: VirtualSession) -> None:
    lone = VirtualSession(tmp_path)
    assert lone.session.described("osc", HeardDescriptors(frame()), 1.0) == NO_AGENT
    assert lone.try_("aim wander").text == "main has no aim: only a player of kind agent has"
    assert "main has no smooth" in lone.try_("over 4s smooth 0.8").text
    assert lone.try_("calibrate").text == "there is no microphone: [audio] in the configuration opens one"


@pytest.mark.parametrize(
    "line",
    [
        "mode battle",
        "temp 1.3",
        "sigma 0.1",
        "speed 2",
        "timescale 2",
        "threshold 1s",
        "max_response 5s",
        "take",
        "give",
    ],
)
def test_commands_for_models_of_gestures_are_refused_by_an_agent(stage: VirtualSession, line: str) -> None:
    reply = stage.try_(line)
    assert (reply.ok, reply.text.split(":")[0]) == (False, "main is an agent, to which this does not apply")
    assert not stage.try_(f"over 2s {line}").ok
    assert stage.problems == []


def test_agent_replaces_another_player_until_it_is_unloaded(tmp_path: Path, agent: AgentPredictor) -> None:
    stage = VirtualSession(tmp_path)
    assert stage.do("load agent-small") == "agent-small plays, dimension 3"
    assert stage.session.dimension == 3
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    assert played(stage) == pytest.approx((0.9, 0.5), abs=0.06)
    assert stage.do("unload").startswith("DUMMY")
    stage.do("mode battle")
    stage.wait(2.0)
    assert stage.session.focused_player.behaviour.predictor.kind == "dummy"
    assert len(played(stage)) == 2
    assert not stage.problems


@pytest.mark.parametrize("word", ["load", "audition"])
def test_mistyped_agent_gets_a_suggestion(stage: VirtualSession, word: str) -> None:
    assert "did you mean agent-small?" in stage.try_(f"{word} agent-smll").text


def test_auditioned_agent_listens_in_silence_and_continues(stage: VirtualSession) -> None:
    write_agent(stage.folder / "models" / "agent-other.npz", small_agent(step=0.01))
    stage.do("load agent-small")
    assert "agent-other listens and plays in silence" in stage.do("audition agent-other")
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    own, other = agent_behaviours(stage.session.focused_player.behaviours)
    assert (own.predictor.name, other.predictor.name) == ("agent-small", "agent-other")
    assert other.status.frames == own.status.frames > 100
    before, silent = played(stage), other.last_output
    assert silent is not None
    assert before != silent
    assert stage.do("load agent-other") == "agent-other plays, as auditioned"
    sound(stage, 0.02, HeardDescriptors(frame(-14.0)))
    assert played(stage) == pytest.approx(silent, abs=0.05)
    assert stage.do("undo") == "undone: load agent-other"
    sound(stage, 0.5, HeardDescriptors(frame(-14.0)))
    assert agent_behaviours([stage.session.focused_player.behaviour])[0].predictor.name == "agent-small"
    assert not stage.problems

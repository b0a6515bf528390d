"""Training of agents with stable-baselines3, and playing with NumPy."""

import signal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from impsy_tui.agent.corpus import write_corpus
from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.file import read_agent
from impsy_tui.agent.lookup_table import write_table
from impsy_tui.agent.seek import KnownSynth, moves
from impsy_tui.training.agent.environment import Imitation, ImitationTask
from impsy_tui.training.agent.evaluation import hold_policy, judge, network_policy, seek_policy
from impsy_tui.workers.messages import Failed, Finished, Progress
from impsy_tui.workers.requests import EvaluateAgentRequest, TrainAgentRequest
from tests.support.agents import small_table
from tests.support.workers.training_workers import Worker, run_worker, worker_result

sb3 = pytest.importorskip("stable_baselines3", reason="training agents is the extra [agent]")

# A training waits for the processor, and a busy machine has little of it left.
pytestmark = pytest.mark.timeout(900)

HEARD: Final = ("loudness-dBFS", "centroid")


def _request(table: Path, file: Path, **options: Any) -> TrainAgentRequest:
    return TrainAgentRequest(table, file, heard=HEARD, units=(16,), frames=100, **options)


@pytest.fixture
def synth(tmp_path: Path) -> Path:
    write_table(tmp_path / "small.csv", small_table())
    return tmp_path / "small.csv"


def recordings(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        phase = np.arange(2000)[:, None] / (40.0 + number) + np.arange(len(NAMES))
        write_corpus(folder / f"take-{number}.csv", 20.0 * np.sin(phase) - 25.0)
    return folder


def learned(algorithm: str, steps: int, cloned: float = 0.0) -> tuple[float, float, float]:
    """Returns the RMSE of an agent after this number of steps, of seek and of hold, in another environment."""
    from impsy_tui.training.agent.fit import AgentRecipe, train

    both = descriptor_indices(["loudness-dBFS", "centroid"])
    task = ImitationTask(KnownSynth(small_table()), both, both)
    rounds: list[int] = []
    recipe = AgentRecipe(algorithm, steps, cloned, (32, 32), frames=100)
    found = train(task, task, recipe, lambda told: rounds.append(told.steps), lambda: False)
    assert rounds == sorted(rounds)
    assert int(steps * cloned) in rounds
    assert len(rounds) >= 10
    policies = network_policy(found.network, moves(2)), seek_policy(task), hold_policy
    agent, seek, hold = (judge(policy, task, 99, episodes=16, frames=300).distance for policy in policies)
    return agent, seek, hold


def test_ppo_learns_to_imitate_nearly_as_well_as_seek() -> None:
    agent, seek, hold = learned("ppo", 200_000)
    assert agent < 2 * seek < hold / 5


def test_shown_what_seek_does_it_learns_faster() -> None:
    agent, _, hold = learned("ppo", 200_000, cloned=0.8)
    alone, _, _ = learned("ppo", 40_000)
    assert agent < alone
    assert agent < hold / 4


@pytest.mark.parametrize(("algorithm", "steps"), [("dqn", 30_000), ("a2c", 60_000)])
def test_other_algorithms_learn_too(algorithm: str, steps: int) -> None:
    agent, _, hold = learned(algorithm, steps)
    assert agent < hold / 2


def test_worker_makes_a_player_and_says_how_far_it_is(synth: Path, tmp_path: Path) -> None:
    made = tmp_path / "players" / "agent.npz"
    said = run_worker(_request(synth, made, steps=20_000))
    finished = said[-1]
    assert isinstance(finished, Finished), finished
    assert finished.file == str(made)
    facts = read_agent(made).facts
    assert facts["synth"] == "small"
    assert float(str(facts["rmse_seek"])) < float(str(facts["rmse"])) < 2 * float(str(facts["rmse_hold"]))
    steps = [told for told in said if isinstance(told, Progress) and told.stage == "step"]
    assert steps[0].loss is None
    assert all(told.validation is not None for told in steps)
    table = worker_result(EvaluateAgentRequest((made,), episodes=4, frames=100)).text.splitlines()
    assert [line.split("  ")[0] for line in table[2:6]] == ["agent", "seek", "best constant", "hold"]
    assert table[6].startswith("agent learned from no recordings")
    assert "; it learned from no recordings" in finished.text
    assert float(str(facts["rmse_seek"])) < float(str(facts["rmse_constant"])) < float(str(facts["rmse_hold"]))


def test_recordings_are_held_out_and_a_network_learns_to_foresee(synth: Path, tmp_path: Path) -> None:
    made = tmp_path / "agent.npz"
    folder = recordings(tmp_path / "corpus", 5)
    finished = worker_result(
        _request(synth, made, targets="mixed+corpus", corpus=(folder,), cloned=0.5, steps=10_000)
    )
    assert isinstance(finished, Finished), finished
    model = read_agent(made)
    assert list(model.facts["recordings"]) == [f"take-{number}" for number in range(4)]  # type: ignore[arg-type]
    assert list(model.facts["held_out"]) == ["take-4"]  # type: ignore[arg-type]
    assert model.foresight is not None
    assert float(str(model.facts["foresight_rmse"])) < 0.8 * float(str(model.facts["foresight_no_change"]))
    text = worker_result(EvaluateAgentRequest((made,), (folder,), episodes=4, frames=200)).text
    assert text.splitlines()[1].split("  ")[1:] != []
    assert "mixed" in text
    assert "recordings it knows" in text
    assert "held out" in text


def test_interrupted_training_saves_the_best_there_is(synth: Path, tmp_path: Path) -> None:
    made = tmp_path / "agent.npz"
    worker, finished = Worker(_request(synth, made, steps=50_000_000)), None
    for message in worker.says():
        if isinstance(message, Progress) and message.stage == "step":
            worker.process.send_signal(signal.SIGINT)
        finished = message
    assert isinstance(finished, Finished)
    assert 0 <= int(str(read_agent(made).facts["steps"])) < 50_000_000


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"heard": ("warmth",)}, "no descriptor is called warmth"),
        (
            {"heard": ("mfcc",), "judged": ("centroid",)},
            "an agent must hear the descriptors that it matches: it does not hear specshape-centroid",
        ),
        ({"targets": "corpus"}, "targets corpus: recordings are needed"),
        ({"corpus": (Path("nowhere"),)}, "nowhere"),
        ({"settings": Path("nowhere.json")}, "nowhere.json"),
    ],
)
def test_training_reports_problem_in_one_line(
    synth: Path, tmp_path: Path, options: dict[str, Any], expected: str
) -> None:
    failed = worker_result(TrainAgentRequest(synth, tmp_path / "agent.npz", **options))
    assert isinstance(failed, Failed)
    assert expected in failed.text
    assert "\n" not in failed.text


def test_player_that_is_there_is_never_overwritten(synth: Path, tmp_path: Path) -> None:
    made = tmp_path / "agent.npz"
    made.write_text("mine")
    failed = worker_result(_request(synth, made))
    assert isinstance(failed, Failed)
    assert "exists already" in failed.text
    assert made.read_text() == "mine"


def test_stable_baselines3_gets_cut_episode_and_its_result() -> None:
    from impsy_tui.training.agent.vector_env import ImitationVec

    both = descriptor_indices(["loudness-dBFS", "centroid"])
    vector = ImitationVec(Imitation(ImitationTask(KnownSynth(small_table()), both, both, length=20), 3, seed=1))
    seen = vector.reset()
    total = np.zeros(3)
    ended = 0
    for _ in range(60):
        before = seen
        seen, rewards, done, infos = vector.step(np.full(3, 4))
        total += rewards
        for place in np.flatnonzero(done):
            info = infos[place]
            assert info["TimeLimit.truncated"]
            assert info["terminal_observation"][:2] == pytest.approx(before[place][:2]), "nothing moved"
            assert info["episode"]["r"] == pytest.approx(total[place], rel=1e-5)
            assert info["episode"]["l"] <= 20
            total[place] = 0.0
            ended += 1
        assert not any(infos[place] for place in np.flatnonzero(~done))
    assert ended >= 9

"""Conversion of agents of stable-baselines3: one file for playing, and no code of their file runs."""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impsy_tui.agent.descriptors.names import descriptor_indices
from impsy_tui.agent.file import read_agent
from impsy_tui.agent.lookup_table import write_table
from impsy_tui.agent.policy import AgentPolicy
from impsy_tui.agent.seek import KnownSynth
from impsy_tui.training.agent.environment import Imitation, ImitationTask
from impsy_tui.workers.messages import Failed, Finished
from impsy_tui.workers.requests import ConvertAgentRequest
from tests.support.agents import frame, small_table
from tests.support.workers.training_workers import worker_result

sb3 = pytest.importorskip("stable_baselines3", reason="converting agents is the extra [agent]")

SETTINGS = {
    "instrument_name": "small",
    "N_synth_params": 2,
    "features_keep": ["specshape-centroid", "loudness-dBFS"],
    "features_reward": ["loudness-dBFS"],
    "training_mode": "mixed_random",
    "step_size": 0.04,
}


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    """Writes look-up table and settings of a training."""
    write_table(tmp_path / "small.csv", small_table())
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    return tmp_path / "small.csv", tmp_path / "settings.json"


def saved(path: Path, kind: str, **policy: Any) -> Any:
    """Writes an untrained agent of this kind in the form of stable-baselines3."""
    from impsy_tui.training.agent.vector_env import ImitationVec

    both = descriptor_indices(["loudness-dBFS", "centroid"])
    vector = ImitationVec(Imitation(ImitationTask(KnownSynth(small_table()), both, both, patience=()), 2, seed=1))
    small = {"buffer_size": 100} if kind == "DQN" else {}
    model = getattr(sb3, kind)("MlpPolicy", vector, seed=3, device="cpu", policy_kwargs=policy, **small)
    model.save(path)
    return model


@pytest.mark.parametrize("kind", ["DQN", "PPO", "A2C"])
def test_converted_agent_does_what_it_did(tmp_path: Path, given: tuple[Path, Path], kind: str) -> None:
    model = saved(tmp_path / f"{kind}_best.zip", kind)
    finished = worker_result(ConvertAgentRequest(tmp_path / f"{kind}_best.zip", tmp_path / "agent.npz", *given))
    assert isinstance(finished, Finished), finished
    made = read_agent(tmp_path / "agent.npz")
    assert made.heard == ("loudness-dBFS", "specshape-centroid"), "in the order of frames, as RL-impro has them"
    assert made.judged == ("loudness-dBFS",)
    assert made.step == 0.04
    seen = np.random.default_rng(1).normal(0, 2, (300, 6)).astype(np.float32)
    actions, _ = model.predict(seen, deterministic=True)
    assert (made.network(seen).argmax(1) == actions).all()
    assert len(AgentPolicy(made).play(0.003, frame()).parameters) == 2


def test_conversion_reads_activation_and_layers(tmp_path: Path, given: tuple[Path, Path]) -> None:
    import torch

    model = saved(tmp_path / "ppo.zip", "PPO", activation_fn=torch.nn.ReLU, net_arch=[16, 8, 8])
    finished = worker_result(ConvertAgentRequest(tmp_path / "ppo.zip", tmp_path / "agent.npz", *given))
    assert isinstance(finished, Finished), finished
    made = read_agent(tmp_path / "agent.npz")
    assert [bias.shape for _, bias in made.network.layers] == [(16,), (8,), (8,), (9,)]
    seen = np.random.default_rng(1).normal(0, 2, (300, 6)).astype(np.float32)
    assert (made.network(seen).argmax(1) == model.predict(seen, deterministic=True)[0]).all()


def test_unknown_activation_is_refused(tmp_path: Path, given: tuple[Path, Path]) -> None:
    import torch

    saved(tmp_path / "ppo.zip", "PPO", activation_fn=torch.nn.ELU)
    failed = worker_result(ConvertAgentRequest(tmp_path / "ppo.zip", tmp_path / "agent.npz", *given))
    assert failed == Failed("ppo.zip has an activation that is unknown here: ReLU, Tanh are known")


def test_conversion_runs_no_code_of_a_zip(tmp_path: Path, given: tuple[Path, Path]) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "sprung"),))

    import torch

    saved(tmp_path / "dqn.zip", "DQN")
    with zipfile.ZipFile(tmp_path / "dqn.zip") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    trapped = io.BytesIO()
    torch.save({"q_net.q_net.0.weight": Trap()}, trapped)
    for number, weights in enumerate((trapped.getvalue(), pickle.dumps(Trap()))):
        path = tmp_path / f"trap-{number}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in (entries | {"policy.pth": weights}).items():
                archive.writestr(name, content)
        failed = worker_result(ConvertAgentRequest(path, tmp_path / "agent.npz", *given))
        assert isinstance(failed, Failed)
        assert failed.text.startswith(path.name)
        assert "\n" not in failed.text
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"N_synth_params": 3}, "small.csv has 2 parameters, the settings say 3"),
        (
            {"features_keep": ["loudness"]},
            "network sees 6 numbers, and 3 descriptors twice and 2 parameters are 8",
        ),
        ({"features_keep": ["warmth"]}, "settings.json: no descriptor is called warmth"),
        ({"features_keep": 5}, "settings.json: features_keep is not a list of descriptors"),
        ({"training_mode": "slow"}, "settings.json: training_mode slow: one of static_random"),
        ({"step_size": 0}, "settings.json: step_size 0: a number above 0, at most 1"),
    ],
)
def test_settings_and_tables_that_do_not_match_are_reported_in_a_line(
    tmp_path: Path, given: tuple[Path, Path], changes: dict[str, object], expected: str
) -> None:
    saved(tmp_path / "dqn.zip", "DQN")
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS | changes))
    failed = worker_result(ConvertAgentRequest(tmp_path / "dqn.zip", tmp_path / "agent.npz", *given))
    assert isinstance(failed, Failed)
    assert expected in failed.text
    assert not (tmp_path / "agent.npz").exists()


def test_conversion_reports_invalid_zip_in_one_line(tmp_path: Path, given: tuple[Path, Path]) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("data", "{}")
    for name in ("a.zip", "b.zip", "c.zip"):
        failed = worker_result(ConvertAgentRequest(tmp_path / name, tmp_path / "agent.npz", *given))
        assert isinstance(failed, Failed)
        assert name in failed.text
        assert "\n" not in failed.text

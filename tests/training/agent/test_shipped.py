"""Shipped agents on their synths."""

from pathlib import Path

import pytest

from impsy_tui.agent.file import read_agent
from impsy_tui.agent.policy import AgentPolicy
from impsy_tui.paths import shipped_folder
from impsy_tui.training.agent.evaluation import hold_policy, judge, network_policy, trial_of
from tests.support.agents import frame

SHIPPED = sorted(shipped_folder("models").glob("agent-*.npz"))


def test_there_are_some() -> None:
    assert {"agent-sine", "agent-fm", "agent-granular"} <= {file.stem for file in SHIPPED}


def test_shipped_agents_are_small_files() -> None:
    assert sum(file.stat().st_size for file in SHIPPED) <= 250_000


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_agent_imitates_its_synth_and_plays(file: Path) -> None:
    model = read_agent(file)
    task = trial_of(model)
    agent, hold = (
        judge(policy, task, seed=7, episodes=16, frames=300).distance
        for policy in (network_policy(model.network, model.moves), hold_policy)
    )
    assert agent < hold / 5
    assert len(AgentPolicy(model).play(0.003, frame()).parameters) == model.known.count

"""Agents: they hear descriptors of what the musician plays, and move the parameters of a synth."""

from pathlib import Path

import numpy as np

from impsy_tui.agent.file import read_agent
from impsy_tui.agent.policy import AgentPolicy


class AgentPredictor(AgentPolicy):
    """An agent that has a seat.

    Attributes:
        name: of its file, for the performer.
        runtime: what computes it.
        dimension: parameters of its synth plus one for time, as players have it.
    """

    runtime = "numpy"

    def __init__(self, file: Path, random: np.random.Generator) -> None:
        """Open its file.

        Raises:
            UserError: it is no agent, or its parts do not fit each other.
        """
        super().__init__(read_agent(file), random)
        self.name = file.stem
        self.dimension = self.model.known.count + 1

    def discard_drawn_numbers(self) -> None:
        """It draws nothing beforehand."""

"""Agent of a player: policy and name of an agent file."""

from pathlib import Path

import numpy as np

from impsy_tui.agent.file import read_agent
from impsy_tui.agent.policy import AgentPolicy


class AgentPredictor(AgentPolicy):
    """Policy of an agent file.

    Attributes:
        name: name of the file without suffix, as the performer sees it.
        runtime: library that computes the agent.
        dimension: number of parameters of the synth plus one for time.
    """

    runtime = "numpy"

    def __init__(self, file: Path, random: np.random.Generator) -> None:
        """Opens a file.

        Raises:
            UserError: the file is not an agent, or its parts do not match.
        """
        super().__init__(read_agent(file), random)
        self.name = file.stem
        self.dimension = self.model.known.count + 1

    def discard_drawn_numbers(self) -> None:
        """Does nothing: all numbers are drawn when they are needed."""

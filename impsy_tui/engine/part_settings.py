"""What the performer can turn while a player plays."""

from dataclasses import dataclass, field

from impsy_tui import terms


@dataclass(slots=True)
class AgentSettings:
    """What the performer can turn while an agent plays; see ``listening.agent_player``.

    Attributes:
        aim: one of ``terms.AIMS``.
        steer: one of ``terms.STEERS``.
        hear: names of the descriptors that matter; empty for those that it has learned to match.
        budget: how far all parameters together may move in a second, None for as far as they like.
        smooth: seconds in which what is played comes two thirds nearer to what is meant.
        rest: dBFS; what is softer is silence, in which it rests. None for never.
        every: seconds between two moves, 0 for one with each frame.
    """

    aim: str = terms.AIMS[0]
    steer: str = terms.STEERS[0]
    hear: tuple[str, ...] = ()
    budget: float | None = None
    smooth: float = 0.0
    rest: float | None = terms.REST.default
    every: float = 0.0


@dataclass(slots=True)
class PartSettings:
    """What the performer can turn while it plays.

    Attributes:
        mode: one of ``terms.MODES``.
        pi_temperature, sigma_temperature, timescale, threshold: see ``terms``.
        max_response: seconds, None for no end.
        max_gap: seconds; None takes the model's own, else the default.
        agent: of a player of that kind.
    """

    mode: str = "callresponse"
    pi_temperature: float = terms.PI_TEMPERATURE.default
    sigma_temperature: float = terms.SIGMA_TEMPERATURE.default
    timescale: float = terms.TIMESCALE.default
    threshold: float = terms.THRESHOLD.default
    max_response: float | None = None
    max_gap: float | None = None
    agent: AgentSettings = field(default_factory=AgentSettings)

"""What the performer can turn while a player plays."""

from dataclasses import dataclass, field

from impsy_tui import parameters, terms


def check_ranges(
    mode: str, temp: float, sigma: float, timescale: float, threshold: float, max_response: float
) -> None:
    """Checks parameters that were saved, by the ranges that commands have.

    Args:
        mode: one of ``terms.MODES``.
        temp, sigma, timescale, threshold: see ``terms``.
        max_response: seconds, 0 for no end.

    Raises:
        ValueError: One of them is not allowed; the message says which.
    """
    if mode not in terms.MODES:
        raise ValueError(f"mode must be one of {', '.join(terms.MODES)}")
    for name, value, within in (
        ("temp", temp, parameters.TEMP.limits),
        ("sigma", sigma, parameters.SIGMA.limits),
        ("timescale", timescale, parameters.TIMESCALE.limits),
        ("threshold", threshold, parameters.THRESHOLD.limits),
    ):
        if value not in within:
            raise ValueError(f"{name} must be {within}")
    if max_response != 0.0 and max_response not in parameters.MAX_RESPONSE.limits:
        raise ValueError(f"max_response must be {parameters.MAX_RESPONSE.limits}, or 0 for no end")


@dataclass(slots=True)
class AgentSettings:
    """What the performer can turn while an agent plays; see ``listening.agent_player``.

    Attributes:
        aim: one of ``parameters.AIM.choices``.
        steer: one of ``parameters.STEER.choices``.
        hear: names of the descriptors that matter; empty for those that it has learned to match.
        budget: how far all parameters together may move in a second, None for as far as they like.
        smooth: seconds in which what is played comes two thirds nearer to what is meant.
        rest: dBFS; what is softer is silence, in which it rests. None for never.
        every: seconds between two moves, 0 for one with each frame.
    """

    aim: str = parameters.AIM.choices[0]
    steer: str = parameters.STEER.choices[0]
    hear: tuple[str, ...] = ()
    budget: float | None = None
    smooth: float = 0.0
    rest: float | None = parameters.REST.default
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
    pi_temperature: float = parameters.TEMP.default
    sigma_temperature: float = parameters.SIGMA.default
    timescale: float = parameters.TIMESCALE.default
    threshold: float = parameters.THRESHOLD.default
    max_response: float | None = None
    max_gap: float | None = None
    agent: AgentSettings = field(default_factory=AgentSettings)

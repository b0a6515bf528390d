"""What scenes keep of an agent: its settings, in files and as command lines."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from impsy_tui.engine.part_settings import AgentSettings
from impsy_tui.language import Mistake, parse
from impsy_tui.parameters import HEAR, shown_number


def agent_table(settings: AgentSettings) -> dict[str, Any]:
    """Settings as files keep them; what is off is left out."""
    return {name: value for name, value in asdict(settings).items() if value is not None}


def read_agent_table(table: Mapping[str, Any]) -> AgentSettings:
    """Settings out of a file.

    Raises:
        ValueError: they make no sense; the message says which.
        KeyError, TypeError: one is missing or of another kind.
    """
    budget, rest = table.get("budget"), table.get("rest")
    settings = AgentSettings(
        aim=str(table["aim"]),
        steer=str(table["steer"]),
        hear=tuple(map(str, table["hear"])),
        budget=None if budget is None else float(budget),
        smooth=float(table["smooth"]),
        rest=None if rest is None else float(rest),
        every=float(table["every"]),
    )
    for line in agent_lines(settings):
        read = parse(line)
        if isinstance(read, Mistake):
            raise ValueError(f"agent: {read.message}")
    return settings


def agent_lines(settings: AgentSettings, to: str = "") -> Iterator[str]:
    """Settings as command lines, for the player that is addressed so."""
    yield f"{to}aim {settings.aim}; {to}steer {settings.steer}; {to}smooth {shown_number(settings.smooth)}s"
    yield f"{to}budget {'off' if settings.budget is None else shown_number(settings.budget)}"
    yield f"{to}rest {'off' if settings.rest is None else shown_number(settings.rest)}"
    yield f"{to}hear {' '.join(settings.hear) or HEAR.none}"

"""What ``run --resume`` comes back to: the last models, modes and parameters, kept beside the logs."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from impsy_tui import terms
from impsy_tui.engine.room import MAIN


@dataclass(frozen=True, slots=True)
class LastPlayer:
    """What is kept of a player.

    Attributes:
        model: path of the model file, empty for none.
        mode, pi_temperature, sigma_temperature, timescale, threshold: see ``terms``.
        max_response: seconds, 0 for no end.
        paused: whether it was paused.
    """

    model: str
    mode: str
    pi_temperature: float
    sigma_temperature: float
    timescale: float
    threshold: float
    max_response: float
    paused: bool


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What is kept of a set.

    Attributes:
        scene: everything that was set, as ``scene_book`` has it.
        words: the performer's own, as ``def`` takes them.
        bindings: commands by trigger.
        set: name of the set list, empty for none.
        cue: index of the cue that was reached last, -1 before the first.
        rig: what no scene has, as command lines: clocks, bands that are paused, and outputs that are nudged.
    """

    scene: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    set: str = ""
    cue: int = -1
    rig: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LastSession:
    """The state that is kept.

    Attributes:
        players: by name.
        focus: the player that had it.
        thru: whether input went to every output.
        log: whether the log was written.
        rehearsed: what a set had planned.
    """

    players: Mapping[str, LastPlayer]
    focus: str
    thru: bool
    log: bool
    rehearsed: Rehearsed = field(default_factory=Rehearsed)


def _file(logs: Path) -> Path:
    return logs / ".last-session.json"


def keep(logs: Path, state: LastSession) -> None:
    """Write the state so that a power cut leaves the old one or the new one, whole.

    Raises:
        OSError: it cannot be written.
    """
    logs.mkdir(parents=True, exist_ok=True)
    temporary = _file(logs).with_suffix(".new")
    with temporary.open("w") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(_file(logs))


def recall(logs: Path) -> LastSession | None:
    """The state kept, or None if there is none that makes sense."""
    try:
        raw: Any = json.loads(_file(logs).read_text())
        # Where there was one player only, its values once stood beside the others.
        players = raw.get("players", {MAIN: raw})
        return LastSession(
            players={str(name): _player(kept) for name, kept in players.items()},
            focus=str(raw.get("focus", MAIN)),
            thru=bool(raw["thru"]),
            log=bool(raw["log"]),
            rehearsed=_rehearsed(raw.get("rehearsed", {})),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _rehearsed(raw: Any) -> Rehearsed:
    return Rehearsed(
        scene=dict(raw.get("scene", {})),
        words=tuple(map(str, raw.get("words", ()))),
        bindings={str(trigger): str(line) for trigger, line in raw.get("bindings", {}).items()},
        set=str(raw.get("set", "")),
        cue=int(raw.get("cue", -1)),
        rig=tuple(map(str, raw.get("rig", ()))),
    )


def _player(raw: Any) -> LastPlayer:
    kept = LastPlayer(
        model=str(raw["model"]),
        mode=str(raw["mode"]),
        pi_temperature=float(raw["pi_temperature"]),
        sigma_temperature=float(raw["sigma_temperature"]),
        timescale=float(raw["timescale"]),
        threshold=float(raw["threshold"]),
        max_response=float(raw["max_response"]),
        paused=bool(raw["paused"]),
    )
    sensible = (
        kept.mode in terms.MODES
        and kept.pi_temperature in terms.PI_TEMPERATURE
        and kept.sigma_temperature in terms.SIGMA_TEMPERATURE
        and kept.timescale in terms.TIMESCALE
        and kept.threshold in terms.THRESHOLD
        and (kept.max_response == 0 or kept.max_response in terms.MAX_RESPONSE)
    )
    if not sensible:
        raise ValueError
    return kept

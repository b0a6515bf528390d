"""The saved session: the last models, modes, parameters and pending lines, in a file next to the logs."""

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from impsy_tui.engine.io.midi_learn import LearnedControl
from impsy_tui.engine.performance.session_state.pending_lines import LastPending, read_pending
from impsy_tui.engine.players.base import MAIN
from impsy_tui.engine.players.settings import read_values
from impsy_tui.errors import UserError
from impsy_tui.parameters import MDRNN, parameters_of
from impsy_tui.toml_files import read_regular

_LARGEST: Final = 16 << 20
"""Bytes of a saved session that are read."""


@dataclass(frozen=True, slots=True)
class SavedPlayer:
    """What is kept of a player.

    Attributes:
        model: path of the model file, empty for none.
        values: of its parameters, by name; those that a file does not have are as the configuration has them.
        paused: whether it was paused.
    """

    model: str
    values: Mapping[str, Any]
    paused: bool


@dataclass(frozen=True, slots=True)
class SavedSet:
    """What is kept of a set.

    Attributes:
        scene: everything that was set, as ``scene_book`` has it.
        words: the performer's own, as ``def`` takes them.
        bindings: commands by trigger.
        set: name of the set list, empty for none.
        cue: index of the cue that was reached last, -1 before the first.
        rig: what no scene has, as command lines: clocks, bands that are paused, and outputs that are nudged.
        pending: pending lines.
        learned: controls that were learned.
        recording: True if commands were recorded.
        jobs: jobs that ran, by kind and name; they end with the engine.
    """

    scene: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    set: str = ""
    cue: int = -1
    rig: tuple[str, ...] = ()
    pending: tuple[LastPending, ...] = ()
    learned: tuple[LearnedControl, ...] = ()
    recording: bool = False
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionFile:
    """The state that is kept.

    Attributes:
        players: by name.
        focus: the player that had it.
        thru: whether input went to every output.
        log: whether the log was written.
        rehearsed: what a set had planned.
        config: path of the configuration file, empty for none.
        saved: time of day when it was saved, in seconds since 1970.
        thru_before_filter: see ``SessionSettings``.
        ended: True if the engine was ended on purpose, by ``shutdown`` or a signal other than SIGHUP.
    """

    players: Mapping[str, SavedPlayer]
    focus: str
    thru: bool
    log: bool
    rehearsed: SavedSet = field(default_factory=SavedSet)
    config: str = ""
    saved: float = 0.0
    ended: bool = False
    thru_before_filter: bool | None = None

    @property
    def away(self) -> float:
        """Seconds since it was saved; 0 if the clock was set back meanwhile."""
        return max(0.0, time.time() - self.saved) if self.saved else 0.0


def session_file(logs: Path) -> Path:
    """Returns the file of the saved session."""
    return logs / ".last-session.json"


def earlier_file(logs: Path) -> Path:
    """Returns the file to which a saved session is moved when an engine starts without it."""
    return logs / ".session-before.json"


def keep(logs: Path, state: SessionFile) -> None:
    """Write the state so that a power cut leaves the old one or the new one, whole.

    Raises:
        OSError: it cannot be written.
    """
    logs.mkdir(parents=True, exist_ok=True)
    temporary = session_file(logs).with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(session_file(logs))


def set_aside(logs: Path) -> None:
    """Move a saved session to the file for the one before, so that a new one does not overwrite it.

    Raises:
        OSError: it cannot be moved.
    """
    with contextlib.suppress(FileNotFoundError):
        session_file(logs).replace(earlier_file(logs))


def recall(logs: Path) -> SessionFile | None:
    """Returns the saved session, or None if there is none.

    Raises:
        UserError: there is one, and it cannot be read or makes no sense.
    """
    try:
        raw: Any = json.loads(read_regular(session_file(logs), _LARGEST))
        # Files of earlier versions have the values of the only player next to the others.
        players = raw.get("players", {MAIN: raw})
        return SessionFile(
            players={str(name): _player(kept) for name, kept in players.items()},
            focus=str(raw.get("focus", MAIN)),
            thru=bool(raw["thru"]),
            log=bool(raw["log"]),
            rehearsed=_rehearsed(raw.get("rehearsed", {})),
            config=str(raw.get("config", "")),
            saved=float(raw.get("saved", 0.0)),
            ended=bool(raw.get("ended", True)),
            thru_before_filter=None if (before := raw.get("thru_before_filter")) is None else bool(before),
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(error.strerror or str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise UserError("it is damaged") from None


def _rehearsed(raw: Any) -> SavedSet:
    return SavedSet(
        scene=dict(raw.get("scene", {})),
        words=tuple(map(str, raw.get("words", ()))),
        bindings={str(trigger): str(line) for trigger, line in raw.get("bindings", {}).items()},
        set=str(raw.get("set", "")),
        cue=int(raw.get("cue", -1)),
        rig=tuple(map(str, raw.get("rig", ()))),
        pending=tuple(map(read_pending, raw.get("pending", ()))),
        learned=tuple(map(_learned, raw.get("learned", ()))),
        recording=bool(raw.get("recording", False)),
        jobs=tuple(map(str, raw.get("jobs", ()))),
    )


def _learned(raw: Any) -> LearnedControl:
    entry = tuple(part if isinstance(part, int) else str(part) for part in raw["entry"])
    return LearnedControl(str(raw["channel"]), str(raw["device"]), int(raw["index"]), entry)


def _player(raw: Any) -> SavedPlayer:
    # Files of earlier versions have the values next to the others.
    values = read_values(raw.get("values", raw), parameters_of(MDRNN))
    return SavedPlayer(str(raw["model"]), values, bool(raw["paused"]))

"""The saved session: the last models, modes, parameters and pending lines, in a file next to the logs."""

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from impsy_tui.engine.performance.session_state.pending_lines import SavedPending, read_pending
from impsy_tui.engine.players.base import MAIN
from impsy_tui.engine.players.routing import read_routing
from impsy_tui.engine.players.settings import read_trained, read_values
from impsy_tui.errors import UserError
from impsy_tui.parameters import MDRNN, THRU, parameters_of
from impsy_tui.toml_files import read_regular, replace_text

_LARGEST: Final = 16 << 20
"""Bytes of a saved session that are read."""


@dataclass(frozen=True, slots=True)
class SavedPlayer:
    """State of one player.

    Attributes:
        model: path of the model file, empty for none.
        values: values of its parameters, by name; missing ones come from the configuration.
        paused: True if the player was paused.
        trained: parameters that followed the training of the model.
        kind: kind of player.
        added: True if the configuration does not have the player.
        routing: values and channels that the player hears and plays, as the configuration has them; None for those
            of the configuration.
    """

    model: str
    values: Mapping[str, Any]
    paused: bool
    trained: tuple[str, ...] = ()
    kind: str = MDRNN
    added: bool = False
    routing: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SavedSet:
    """State of a live set.

    Attributes:
        scene: all parameters, as a scene file has them.
        macros: macros, as ``def`` takes them.
        bindings: commands by trigger.
        set: name of the set list, empty for none.
        cue: index of the cue that was reached last, -1 before the first.
        other_lines: lines for the state that no scene has: clocks, paused ensembles, nudged outputs.
        pending: pending lines.
        recording: True if commands were recorded.
        jobs: kinds and names of the jobs that ran; jobs end with the engine.
    """

    scene: Mapping[str, Any] = field(default_factory=dict)
    macros: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    set: str = ""
    cue: int = -1
    other_lines: tuple[str, ...] = ()
    pending: tuple[SavedPending, ...] = ()
    recording: bool = False
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionFile:
    """Saved session.

    Attributes:
        players: players by name.
        focus: name of the player that had the focus.
        thru: True if input went to every output.
        log: True if the log was written.
        live_set: state of the live set.
        config: path of the configuration file, empty for none.
        saved: time when the session was saved, in seconds since 1970.
        thru_before_filter: see ``SessionSettings``.
        removed: names of players of the configuration that the performer removed.
        ended: True if the engine was ended on purpose, by ``shutdown`` or a signal other than SIGHUP.
    """

    players: Mapping[str, SavedPlayer]
    focus: str
    thru: bool
    log: bool
    live_set: SavedSet = field(default_factory=SavedSet)
    config: str = ""
    saved: float = 0.0
    ended: bool = False
    thru_before_filter: bool | None = None
    removed: tuple[str, ...] = ()

    @property
    def away(self) -> float:
        """Seconds since the session was saved; 0 if the clock was set back since."""
        return max(0.0, time.time() - self.saved) if self.saved else 0.0


def session_file(logs: Path) -> Path:
    """Returns the file of the saved session."""
    return logs / ".last-session.json"


def earlier_file(logs: Path) -> Path:
    """Returns the file to which a saved session is moved when an engine starts without it."""
    return logs / ".session-before.json"


def write_session(logs: Path, state: SessionFile) -> None:
    """Writes the session so that a power cut leaves the old or the new file complete.

    Raises:
        OSError: The file cannot be written.
    """
    logs.mkdir(parents=True, exist_ok=True)
    replace_text(session_file(logs), json.dumps(asdict(state)))


def move_aside(logs: Path) -> None:
    """Moves a saved session to ``earlier_file``, so that a new session does not overwrite it.

    Raises:
        OSError: The file cannot be moved.
    """
    with contextlib.suppress(FileNotFoundError):
        session_file(logs).replace(earlier_file(logs))


def read_session(logs: Path) -> SessionFile | None:
    """Returns the saved session, or None if there is none.

    Raises:
        UserError: The file cannot be read, or is damaged.
    """
    try:
        raw: Any = json.loads(read_regular(session_file(logs), _LARGEST))
        # Files of earlier versions have the values of the only player at the top level.
        players = raw.get("players", {MAIN: raw})
        return SessionFile(
            players={str(name): _player(kept) for name, kept in players.items()},
            focus=str(raw.get("focus", MAIN)),
            thru=bool(raw[THRU.name]),
            log=bool(raw["log"]),
            live_set=_live_set(raw.get("live_set", raw.get("rehearsed", {}))),
            config=str(raw.get("config", "")),
            saved=float(raw.get("saved", 0.0)),
            ended=bool(raw.get("ended", True)),
            removed=tuple(map(str, raw.get("removed", ()))),
            thru_before_filter=None if (before := raw.get("thru_before_filter")) is None else bool(before),
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(error.strerror or str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise UserError("the file is damaged") from None


def _live_set(raw: Any) -> SavedSet:
    # Files of earlier versions have the keys words and rig.
    return SavedSet(
        scene=dict(raw.get("scene", {})),
        macros=tuple(map(str, raw.get("macros", raw.get("words", ())))),
        bindings={str(trigger): str(line) for trigger, line in raw.get("bindings", {}).items()},
        set=str(raw.get("set", "")),
        cue=int(raw.get("cue", -1)),
        other_lines=tuple(map(str, raw.get("other_lines", raw.get("rig", ())))),
        pending=tuple(map(read_pending, raw.get("pending", ()))),
        recording=bool(raw.get("recording", False)),
        jobs=tuple(map(str, raw.get("jobs", ()))),
    )


def _player(raw: Any) -> SavedPlayer:
    # Files of earlier versions have the values at the level of the player.
    named = {name.replace(" ", "_"): value for name, value in raw.get("values", raw).items()}
    values = read_values(named, parameters_of(MDRNN))
    trained = tuple(sorted(read_trained(raw)))
    routing = None if raw.get("routing") is None else read_routing(raw["routing"]).table
    kind, added = str(raw.get("kind", MDRNN)), bool(raw.get("added", False))
    return SavedPlayer(str(raw["model"]), values, bool(raw["paused"]), trained, kind, added, routing)

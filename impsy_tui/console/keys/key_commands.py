"""Command lines of key actions in the current state."""

from collections.abc import Mapping

from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.keys.parameter_steps import ParameterSteps
from impsy_tui.control.messages import Snapshot
from impsy_tui.key_actions import ACTIONS, shown
from impsy_tui.parameters import THRU


class KeyCommands:
    """Finds the command line of a key action.

    Args:
        steps: parameter steps by keys.
    """

    def __init__(self, steps: ParameterSteps) -> None:
        self._steps = steps

    def key(self, line: str, keymap: Keymap, own: Mapping[str, str]) -> str:
        """Returns the label of the key for a line; empty if no key runs it.

        Args:
            line: the line.
            keymap: current keys.
            own: lines of the performer's key bindings, which override others.
        """
        mine = next((key for key, bound in own.items() if bound == line), "")
        names = (action.name for action in ACTIONS if line in (action.name, self.line(action.name, None)))
        keys = (key for name in names for key in keymap.keys(name).split(",") if key not in own)
        return shown(mine or next(keys, ""))

    def line(self, action: str, snapshot: Snapshot | None) -> str | None:
        """Returns the command line of a key action; None for an action of the console itself.

        Args:
            action: name of the action in the keymap.
            snapshot: newest snapshot; None before the first.
        """
        match action:
            case "panic" | "take" | "give" | "reset" | "lock" | THRU.name:
                return action
            case "pause" | "toggle_pause":
                paused = snapshot is not None and all(player.paused for player in snapshot.players)
                return "resume" if paused else "pause"
            case "timer":
                return "timer stop" if snapshot is not None and snapshot.timer_runs else "timer start"
            case _ if action.startswith("mode_"):
                return f"mode {action.removeprefix('mode_')}"
        if snapshot is None:
            return None
        if action in ("next_player", "previous_player"):
            return _focus_moved(1 if action == "next_player" else -1, snapshot)
        return self._steps.line(action, snapshot)


def _focus_moved(by: int, snapshot: Snapshot) -> str | None:
    if len(snapshot.players) < 2:
        return None
    names = [player.name for player in snapshot.players]
    at = names.index(snapshot.focused.name) + by
    return f"player {names[at % len(names)]}"

"""Names of keys and of the actions that ``[console.keys]`` binds to them.

The console, the engine and the configuration read this table; names of keys are Textual's.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from impsy_tui.parameters import THRU


@dataclass(frozen=True, slots=True)
class KeyAction:
    """Action of a key.

    Attributes:
        name: name in the configuration: ``[console.keys] panic = "f9"``.
        keys: names of the default keys, with commas between them.
        label: label in the footer; empty to leave it out.
        help: effect of the action in one line.
        everywhere: True if the key works at the prompt, in keys mode and in dialogs. False if it works on the
            first screen only.
        hidden_by_lock: True if the stage lock disables the action.
    """

    name: str
    keys: str
    label: str
    help: str
    everywhere: bool = False
    hidden_by_lock: bool = False


ACTIONS: Final = (
    KeyAction("help", "f1", "help", "this page", everywhere=True),
    KeyAction("files", "f2", "files", "logs, datasets and models", everywhere=True),
    KeyAction("settings", "f3", "set", "the configuration", everywhere=True),
    KeyAction("rig", "f4", "rig", "the rig check", everywhere=True),
    KeyAction("meters", "f5", "stage", "turn, temperature and cue in large letters, and back", everywhere=True),
    KeyAction("events", "f6", "events", "the event log: larger, hidden, as before", everywhere=True),
    KeyAction(
        "jobs",
        "f7",
        "panes",
        "shows or hides the panes at the side: channels, pending commands, jobs",
        everywhere=True,
    ),
    KeyAction("pause", "f8", "pause", "pause, and resume", everywhere=True),
    KeyAction("panic", "f9", "PANIC", "everything off at once, and paused", everywhere=True),
    KeyAction("score", "ctrl+o", "", "the score: a set list to edit and run", everywhere=True),
    KeyAction("lock", "f12", "lock", "the stage lock; the word unlock ends it", everywhere=True),
    KeyAction("keys", "escape", "keys", "keys mode, and back to the prompt"),
    KeyAction("palette", "ctrl+p", "all", "all commands, to choose from", everywhere=True),
    KeyAction("quit", "ctrl+q", "leave", "leaves; the engine plays on", everywhere=True, hidden_by_lock=True),
    KeyAction("older_events", "pageup", "", "older events"),
    KeyAction("newer_events", "pagedown", "", "newer events"),
    KeyAction("mode_callresponse", "1", "", "mode callresponse"),
    KeyAction("mode_polyphony", "2", "", "mode polyphony"),
    KeyAction("mode_battle", "3", "", "mode battle"),
    KeyAction("mode_duet", "4", "", "mode duet"),
    KeyAction("mode_useronly", "5", "", "mode useronly"),
    KeyAction("temp_down", "minus", "", "pi temperature 0.1 lower"),
    KeyAction("temp_up", "equals_sign,plus", "", "pi temperature 0.1 higher"),
    KeyAction("sigma_down", "left_square_bracket", "", "sigma temperature down a step (a third of a decade)"),
    KeyAction("sigma_up", "right_square_bracket", "", "sigma temperature up a step"),
    KeyAction("slower", "comma", "", "timescale doubled: half as fast"),
    KeyAction("faster", "full_stop", "", "timescale halved: twice as fast"),
    KeyAction("toggle_pause", "space", "", "pause, and resume"),
    KeyAction("take", "t", "", "you take the turn"),
    KeyAction("give", "g", "", "the player gets the turn"),
    KeyAction(THRU.name, "h", "", "thru on, and off"),
    KeyAction("reset", "r", "", "the player forgets what it heard"),
    KeyAction("next_player", "n", "", "the next player: commands, keys and meters are about it"),
    KeyAction("previous_player", "p", "", "the player before"),
    KeyAction("scenes", "s", "", "then 1 to 0: recalls the scene of this number"),
    KeyAction("filter", "slash", "", "shows only what contains a word: events, or pending commands with the focus"),
    KeyAction("timer", "c", "", "set timer: start, and stop"),
    KeyAction("next_pane", "tab", "", "the next pane"),
    KeyAction("previous_pane", "shift+tab", "", "the pane before"),
    KeyAction("prompt", "colon", "", "back to the prompt"),
)

BY_NAME: Final = {action.name: action for action in ACTIONS}

_SIGNS: Final = {
    "minus": "-",
    "equals_sign": "=",
    "plus": "+",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "shift+tab": "Shift-Tab",
}


_MODIFIERS: Final = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
_NAMED_KEYS: Final = frozenset(
    (
        *("backspace", "delete", "down", "end", "enter", "escape", "home", "insert", "left"),
        *("pagedown", "pageup", "right", "space", "tab", "up"),
        *(f"f{number}" for number in range(1, 25)),
    )
)
_ALLOWED_KEYS: Final = (
    "f1 to f24, a single character, space, enter, tab, escape, backspace, insert, delete, home, end, pageup, "
    "pagedown, up, down, left, right; ctrl-, shift- or alt- may come before"
)
_SIGN_NAMES: Final = {
    "SOLIDUS": "slash",
    "REVERSE SOLIDUS": "backslash",
    "COMMERCIAL AT": "at",
    "HYPHEN-MINUS": "minus",
    "PLUS SIGN": "plus",
    "LOW LINE": "underscore",
}
"""Names of characters that Textual shortens."""
_SHOWN: Final = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Mistake in ``[console.keys]``.

    Attributes:
        action: wrong key of the table.
        message: problem, unchanged keys and allowed values.
    """

    action: str
    message: str

    def __str__(self) -> str:
        return f"[console.keys] {self.action}: {self.message}"


class KeysInForce:
    """Current keys of each action.

    An action whose configured keys are refused keeps its default keys.

    Args:
        wishes: configured keys by action, which override the defaults.

    Attributes:
        keys: keys by action, with commas between them.
        refusals: one problem for each unknown action and each action with unknown keys.
        clashes: one problem for each key of two actions.
    """

    def __init__(self, wishes: Mapping[str, str]) -> None:
        self.keys = {action.name: action.keys for action in ACTIONS}
        self.refusals: list[KeyProblem] = []
        for name, keys in wishes.items():
            if name in BY_NAME:
                self._take(name, keys)
            else:
                self.refusals.append(KeyProblem(name, f"is not an action. Actions: {', '.join(sorted(BY_NAME))}"))
        self.clashes = list(self._shared(wishes))

    def _take(self, name: str, keys: str) -> None:
        wished = [(key.strip(), key_of(key)) for key in _separate(keys)]
        refused = [written for written, key in wished if not _is_key(key)]
        if wished and not refused:
            self.keys[name] = ",".join(key for _, key in wished)
            return
        kept = f"{name} stays on {', '.join(map(shown, self.keys[name].split(',')))}"
        why = f"{', '.join(refused)} is not a key" if refused else "no key is named"
        self.refusals.append(KeyProblem(name, f"{why}; {kept}. Keys: {_ALLOWED_KEYS}"))

    def _shared(self, wishes: Mapping[str, str]) -> Iterator[KeyProblem]:
        taken: dict[str, str] = {}
        for name, keys in self.keys.items():
            for key in keys.split(","):
                if taken.get(key, name) != name:
                    wished = name if name in wishes else taken[key]
                    yield KeyProblem(wished, f"{shown(key)} is both {taken[key]} and {name}")
                taken.setdefault(key, name)


def key_name(character: str) -> str:
    """Returns the name of the key of a character."""
    if character.isalnum():
        return character
    try:
        name = unicodedata.name(character)
    except ValueError:  # a control character
        return character
    return _SIGN_NAMES.get(name) or name.lower().replace("-", "_").replace(" ", "_")


_CHARACTERS: Final = {key_name(character): character for character in map(chr, range(ord("!"), ord("~") + 1))}
"""Characters by the name of their key."""


def key_of(key: str) -> str:
    """Returns the name of a key in the performer's spelling (``-``, ``F9``, ``Ctrl-x``)."""
    key = key.strip()
    signs = {sign.lower(): name for name, sign in _SIGNS.items()}
    if key.lower() in signs:
        return signs[key.lower()]
    if len(key) == 1:
        return key_name(key)
    return key.lower().replace("ctrl-", "ctrl+").replace("shift-", "shift+").replace("alt-", "alt+")


def _is_key(key: str) -> bool:
    """Returns True if a key exists: modifiers, then a named key, a character, or a character's Unicode name."""
    *modifiers, last = key.split("+")
    if not _MODIFIERS.issuperset(modifiers):
        return False
    if last in _NAMED_KEYS or last in _CHARACTERS or len(last) == 1:
        return True
    return bool(_looked_up(last))


def _separate(keys: str) -> list[str]:
    """Returns the keys of a list with commas, which may contain the comma itself."""
    return [","] if keys.strip() == "," else [key for key in keys.split(",") if key.strip()]


def shown(key: str) -> str:
    """Returns the label of a key: F9, Ctrl-P, [."""
    if sign := _SIGNS.get(key) or _SHOWN.get(key) or _CHARACTERS.get(key):
        return sign
    if "+" not in key and key not in _NAMED_KEYS and (sign := _looked_up(key)):
        return sign
    parts = key.split("+")
    return "-".join(part.capitalize() if len(part) > 1 or len(parts) > 1 else part for part in parts)


def _looked_up(key: str) -> str:
    """Returns the character that a key is named after; empty for none."""
    try:
        character = unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return ""
    return character if character.isprintable() else ""

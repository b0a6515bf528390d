"""Every key: what it does, its default, and where it works. Footer, help and bindings read this table."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding, BindingType
from textual.keys import format_key

from impsy_tui.console.textual_internals import key_name


@dataclass(frozen=True, slots=True)
class KeyAction:
    """One thing that a key does.

    Attributes:
        name: by which the configuration rebinds it: ``[console.keys] panic = "f9"``.
        keys: default keys, as Textual names them, comma between.
        label: for the footer, empty to leave it out.
        help: what it does, one line.
        everywhere: it works at the prompt, in keys mode and in dialogs; else on the first screen,
            where the prompt has no use for the key itself.
        hidden_by_lock: the stage lock takes it away.
    """

    name: str
    keys: str
    label: str
    help: str
    everywhere: bool = False
    hidden_by_lock: bool = False


ACTIONS: Final = (
    KeyAction("help", "f1", "help", "this page", everywhere=True),
    KeyAction("files", "f2", "files", "logs, data sets and models", everywhere=True),
    KeyAction("settings", "f3", "set", "the configuration", everywhere=True),
    KeyAction("rig", "f4", "rig", "the rig check", everywhere=True),
    KeyAction("meters", "f5", "meters", "nothing but the meters, and back", everywhere=True),
    KeyAction("events", "f6", "events", "the event log: larger, hidden, as before", everywhere=True),
    KeyAction("jobs", "f7", "jobs", "shows or hides the jobs", everywhere=True),
    KeyAction("pause", "f8", "pause", "pause, and resume", everywhere=True),
    KeyAction("panic", "f9", "PANIC", "everything off at once, and paused", everywhere=True),
    KeyAction("lock", "f12", "lock", "the stage lock; the word unlock ends it", everywhere=True),
    KeyAction("keys", "escape", "keys", "keys mode, and back to the prompt"),
    KeyAction("palette", "ctrl+p", "", "all commands, to choose from", everywhere=True),
    KeyAction("quit", "ctrl+q", "", "leaves; the engine plays on", everywhere=True, hidden_by_lock=True),
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
    KeyAction("thru", "h", "", "thru on, and off"),
    KeyAction("reset", "r", "", "the player forgets what it heard"),
    KeyAction("next_player", "n", "", "the next player: commands, keys and meters are about it"),
    KeyAction("previous_player", "p", "", "the player before"),
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
_CHARACTER_KEYS: Final = frozenset(map(key_name, map(chr, range(ord("!"), ord("~") + 1))))
_ALLOWED_KEYS: Final = (
    "f1 to f24, a single character, space, enter, tab, escape, backspace, insert, delete, home, end, pageup, "
    "pagedown, up, down, left, right; ctrl-, shift- or alt- may come before"
)


class Keymap:
    """The keys in force.

    An action whose wished keys are refused keeps its default keys.

    Args:
        wishes: keys by action, over the defaults.

    Attributes:
        refusals: one message for each unknown action and each unknown key, with the allowed names.
    """

    def __init__(self, wishes: Mapping[str, str]) -> None:
        self.refusals: list[str] = []
        self.clashes: list[str] = []
        self._keys = {action.name: action.keys for action in ACTIONS}
        for name, keys in wishes.items():
            if name not in BY_NAME:
                allowed = ", ".join(sorted(BY_NAME))
                self.refusals.append(f"[console.keys] {name} is not an action. Actions: {allowed}")
                continue
            wished = [(key.strip(), textual_key(key)) for key in _separate(keys)]
            refused = [written for written, key in wished if not _is_key(key)]
            if wished and not refused:
                self._keys[name] = ",".join(key for _, key in wished)
                continue
            kept = f"{name} stays on {', '.join(map(shown, self._keys[name].split(',')))}"
            why = f"{', '.join(refused)} is not a key" if refused else "no key is named"
            self.refusals.append(f"[console.keys] {name}: {why}; {kept}. Keys: {_ALLOWED_KEYS}")
        taken: dict[str, str] = {}
        for name, keys in self._keys.items():
            for key in keys.split(","):
                if taken.get(key, name) != name:
                    self.clashes.append(f"{shown(key)} is both {taken[key]} and {name}")
                taken.setdefault(key, name)

    def keys(self, name: str) -> str:
        """The keys of an action, as Textual names them."""
        return self._keys[name]

    @property
    def needs_kitty(self) -> bool:
        """Whether a key is one that terminals report by kitty's keyboard protocol alone."""
        return any(_is_beyond_plain(key) for keys in self._keys.values() for key in keys.split(","))

    @property
    def everywhere(self) -> frozenset[str]:
        """The keys that work everywhere."""
        return frozenset(key for action in ACTIONS if action.everywhere for key in self._keys[action.name].split(","))

    @property
    def single(self) -> frozenset[str]:
        """The keys of the first screen."""
        return frozenset(
            key for action in ACTIONS if not action.everywhere for key in self._keys[action.name].split(",")
        )

    def is_text(self, name: str) -> bool:
        """Whether the keys of an action could also be typed at the prompt."""
        keys = self._keys[name].split(",")
        return not BY_NAME[name].everywhere and all(key == "space" or len(shown(key)) == 1 for key in keys)

    def label(self, name: str) -> str:
        """The first key of an action, for the eye."""
        return shown(self._keys[name].split(",")[0])

    @property
    def changed(self) -> dict[str, str]:
        """Keys by action, for Textual to rebind."""
        return {action.name: self._keys[action.name] for action in ACTIONS if self._keys[action.name] != action.keys}


def default_bindings(*, everywhere: bool) -> list[BindingType]:
    """Bindings to ``app.do(name)`` with the default keys; ``Keymap.changed`` rebinds them.

    Those that work everywhere go before any widget's own. So does the way back to the prompt, for
    what is typed at once after it is meant for the prompt.
    """
    return [
        Binding(
            action.keys,
            f"app.do('{action.name}')",
            action.help,
            show=False,
            priority=everywhere or action.name == "prompt",
            id=action.name,
        )
        for action in ACTIONS
        if action.everywhere is everywhere
    ]


def textual_key(key: str) -> str:
    """A key as the performer writes it (``-``, ``F9``, ``Ctrl-x``), as Textual names it."""
    key = key.strip()
    signs = {sign.lower(): name for name, sign in _SIGNS.items()}
    if key.lower() in signs:
        return signs[key.lower()]
    if len(key) == 1:
        return key_name(key)
    return key.lower().replace("ctrl-", "ctrl+").replace("shift-", "shift+").replace("alt-", "alt+")


def _is_key(key: str) -> bool:
    """True if a key can be pressed: modifiers, then a named key, a character, or a character's Unicode name."""
    *modifiers, last = key.split("+")
    if not _MODIFIERS.issuperset(modifiers):
        return False
    if last in _NAMED_KEYS or last in _CHARACTER_KEYS or len(last) == 1:
        return True
    try:
        unicodedata.lookup(last.replace("_", " "))
    except KeyError:
        return False
    return True


def _is_beyond_plain(key: str) -> bool:
    *modifiers, last = key.split("+")
    if {"super", "hyper", "meta"}.intersection(modifiers):
        return True
    if "ctrl" in modifiers:
        return "shift" in modifiers or last in ("enter", "tab", "escape", "backspace") or last.isdigit()
    return "shift" in modifiers and last in ("enter", "space", "escape", "backspace")


def _separate(keys: str) -> list[str]:
    """Several keys with a comma between, or the comma itself."""
    return [","] if keys.strip() == "," else [key for key in keys.split(",") if key.strip()]


def shown(key: str) -> str:
    """A key for the eye: F9, Ctrl-P, [."""
    if key in _SIGNS:
        return _SIGNS[key]
    if len(sign := format_key(key)) == 1:
        return sign
    parts = key.split("+")
    return "-".join(part.capitalize() if len(part) > 1 or len(parts) > 1 else part for part in parts)

"""Current keys, read by footer, help and bindings."""

from collections.abc import Mapping

from textual.binding import Binding, BindingType

from impsy_tui.key_actions import ACTIONS, BY_NAME, KeysInForce, shown


class Keymap:
    """Current keys.

    An action whose configured keys are refused keeps its default keys.

    Args:
        wishes: configured keys by action, which override the defaults.

    Attributes:
        problems: one message for each key that two actions have, each unknown action and each unknown key.
    """

    def __init__(self, wishes: Mapping[str, str]) -> None:
        found = KeysInForce(wishes)
        self.problems = [*map(str, found.clashes), *map(str, found.refusals)]
        self._keys = found.keys

    def keys(self, name: str) -> str:
        """Returns the keys of an action, with commas between them."""
        return self._keys[name]

    @property
    def needs_kitty(self) -> bool:
        """Returns True if terminals report a key only with kitty's keyboard protocol."""
        return any(_is_beyond_plain(key) for keys in self._keys.values() for key in keys.split(","))

    @property
    def everywhere(self) -> frozenset[str]:
        """Keys that work everywhere."""
        return frozenset(key for action in ACTIONS if action.everywhere for key in self._keys[action.name].split(","))

    @property
    def single(self) -> frozenset[str]:
        """Keys of the first screen."""
        return frozenset(
            key for action in ACTIONS if not action.everywhere for key in self._keys[action.name].split(",")
        )

    def is_text(self, name: str) -> bool:
        """Returns True if the keys of an action can also be typed as text."""
        keys = self._keys[name].split(",")
        return not BY_NAME[name].everywhere and all(key == "space" or len(shown(key)) == 1 for key in keys)

    def label(self, name: str) -> str:
        """Returns the label of the first key of an action."""
        return shown(self._keys[name].split(",")[0])

    @property
    def changed(self) -> dict[str, str]:
        """Returns changed keys by action, for Textual's bindings."""
        return {action.name: self._keys[action.name] for action in ACTIONS if self._keys[action.name] != action.keys}


def default_bindings(*, everywhere: bool) -> list[BindingType]:
    """Returns bindings to ``app.do(name)`` with the default keys; ``Keymap.changed`` rebinds them.

    Keys that work everywhere override the keys of widgets. So does the key that leads back to the prompt, because
    text typed after it must go to the prompt.
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


def _is_beyond_plain(key: str) -> bool:
    *modifiers, last = key.split("+")
    if {"super", "hyper", "meta"}.intersection(modifiers):
        return True
    if "ctrl" in modifiers:
        return "shift" in modifiers or last in ("enter", "tab", "escape", "backspace") or last.isdigit()
    return "shift" in modifiers and last in ("enter", "space", "escape", "backspace")

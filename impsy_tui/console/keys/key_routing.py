"""Routing of keys that act at once, before the next key is read."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from textual import events
from textual.screen import Screen

from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.screens.dialogs import Dialog
from impsy_tui.console.screens.page import Page
from impsy_tui.console.screens.perform import PerformScreen
from impsy_tui.key_actions import shown
from impsy_tui.language.program import quoted

_BEGINNING: Final = ("scenes", "filter")
"""Actions in keys mode that take the keys after them."""
_HAMMERING: Final = 0.7
"""Seconds after an Escape in which another one does not enter keys mode."""


class KeyRouter:
    """Gives each key to the performer's bindings or to the top screen, in the order of typing.

    Textual's widgets handle their keys later, when several keys of one read may be in their queues already.

    Args:
        keymap: current keys.
        own: returns the performer's lines by key.
        enter: runs a line.
        where: returns the visible page, or the first screen.
    """

    def __init__(
        self,
        keymap: Keymap,
        own: Callable[[], Mapping[str, str]],
        enter: Callable[[str], None],
        where: Callable[[], Page | PerformScreen],
    ) -> None:
        self._keymap = keymap
        self._own = own
        self._enter = enter
        self._where = where
        self._escaped = -_HAMMERING

    def separated(self, event: events.Key) -> list[events.Key]:
        """Returns Escape and a key for Alt with the key: tmux sends both in the same way.

        A key that is bound with Alt stays whole.
        """
        alt, _, key = event.key.partition("+")
        if alt != "alt" or not key or event.key in self._keymap.everywhere | self._keymap.single:
            return [event]
        if event.key in self._own():
            return [event]
        return [events.Key("escape", "\x1b"), events.Key(key, event.character)]

    async def take(self, screen: Screen[Any], event: events.Key) -> bool:
        """Runs the action of a key at once.

        Returns:
            False if the key belongs to a binding of the console or to the widget that has the focus.
        """
        if event.key in self._keymap.keys("panic").split(","):
            return False
        if line := self._own().get(event.key):
            self._enter(line)
            return True
        match screen:
            case Dialog():
                return self._take_in_dialog(screen, event)
            case Page():
                return await screen.take_key(event)
            case PerformScreen():
                return self._take_in_first(screen, event)
        return False

    def toggle_keys_mode(self, perform: PerformScreen) -> None:
        """Enters or leaves keys mode. A performer who hammers Escape ends at the prompt."""
        now, before = time.monotonic(), self._escaped
        self._escaped = now
        perform.set_keys_mode(not perform.keys_mode and now - before > _HAMMERING)

    def _take_in_dialog(self, dialog: Dialog, event: events.Key) -> bool:
        if dialog.take_key(event):
            return True
        if dialog.keeps_text:
            return False
        if not event.is_printable:
            return event.key not in self._keymap.everywhere
        dialog.leave(False)
        self._where().set_keys_mode(False)
        return False

    def _take_in_first(self, perform: PerformScreen, event: events.Key) -> bool:
        perform.keys_bar.report("")
        if (scene := perform.chosen_scene(event.key)) is not None:
            if scene:
                self._enter(f"scene {quoted(scene)}")
            return True
        if perform.filter_takes(event):
            return True
        if event.key in self._keymap.keys("keys").split(",") and not perform.prompt.searches:
            self.toggle_keys_mode(perform)
            return True
        begins = (name for name in _BEGINNING if event.key in self._keymap.keys(name).split(","))
        if perform.keys_mode and (name := next(begins, "")):
            return perform.do(name)  # at once: the next key belongs to it
        if perform.keys_mode and event.is_printable and event.key not in self._keymap.single:
            perform.keys_bar.report(
                f"{shown(event.key)} does nothing here; {self._keymap.label('prompt')} is the prompt"
            )
            return True
        is_text = not perform.keys_mode and event.key not in self._keymap.everywhere
        if is_text and perform.is_mounted and perform.focused is not perform.prompt.line:
            # A click on a pane has taken the focus, or Textual did some time after the prompt was hidden.
            perform.set_focus(perform.prompt.line)
        return False

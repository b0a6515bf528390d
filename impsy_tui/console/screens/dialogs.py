"""Dialogs. No typed word can confirm anything: a dialog is confirmed with Ctrl-Y."""

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from impsy_tui.console.drawing.compositor import SafeCompositor
from impsy_tui.console.textual_internals import use_compositor

CONFIRM: Final = "ctrl+y"
"""No text contains this key, and neither the prompt nor a key held down sends it."""


class Dialog(ModalScreen[bool]):
    """A box above everything. Escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = []
    keeps_text: ClassVar[bool] = True
    """Typed text is for the dialog. If false, text closes the dialog and goes to the prompt."""

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        use_compositor(self, SafeCompositor)

    def leave(self, result: bool) -> None:
        """Closes the dialog, once: a second key of the same read finds it closed."""
        if self.app.screen is self:
            self.dismiss(result)

    def take_key(self, event: events.Key) -> bool:
        """Runs a key of the dialog at once, before the next key is read.

        Returns:
            False if the key belongs to a widget of the dialog or to the console.
        """
        if event.key != "escape":
            return False
        self.leave(False)
        return True


class Confirm(Dialog):
    """Asks once. Any text closes the dialog as Escape does, and goes to the prompt.

    Args:
        question: the question.
        consequence: what follows.
        word: the command, such as "delete".
    """

    keeps_text = False

    def __init__(self, question: str, consequence: str, word: str) -> None:
        super().__init__(classes="-alarm")
        self._question = question
        self._consequence = consequence
        self._word = word

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical(id="box"):
            yield Label(self._question, classes="title", markup=False)
            yield Label(self._consequence, markup=False)
            yield Label(f"Ctrl-Y: {self._word}    Esc: no", classes="help", id="keys", markup=False)

    def take_key(self, event: events.Key) -> bool:
        """Ctrl-Y confirms; Enter and every key of editing do nothing."""
        if event.key == CONFIRM:
            self.leave(True)
            return True
        return super().take_key(event)

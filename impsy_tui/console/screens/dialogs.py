"""Dialogs: asked twice, or a line to be put right before it is carried out."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from impsy_tui.console.painter import SafeCompositor


class Dialog(ModalScreen[bool]):
    """A box above everything. Escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "leave", show=False)]

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._compositor = SafeCompositor()


class Confirm(Dialog):
    """Asks, and where it must, asks again. A letter agrees at last, never Enter, so that no key held down does.

    Args:
        question: what is asked.
        consequence: what will be then.
        word: what is done, such as "delete"; its first letter agrees to the last question.
        twice: ask again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "agree", show=False)]

    def __init__(self, question: str, consequence: str, word: str, *, twice: bool = True) -> None:
        super().__init__(classes="-alarm")
        self._question = question
        self._consequence = consequence
        self._word = word
        self._twice = twice
        self._asked_again = False

    @property
    def _last_keys(self) -> str:
        return f"{self._word[0]}: {self._word}    Esc: no"

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="box"):
            yield Label(self._question, classes="title", markup=False)
            yield Label(self._consequence, markup=False)
            keys = "Enter: yes    Esc: no" if self._twice else self._last_keys
            yield Label(keys, classes="help", id="keys", markup=False)

    def action_agree(self) -> None:
        """Enter agrees to the first question."""
        if self._twice and not self._asked_again:
            self._asked_again = True
            self.query_one(".title", Label).update(f"{self._question} Really?")
            self.query_one("#keys", Label).update(self._last_keys)

    def on_key(self, event: events.Key) -> None:
        """The letter agrees to the last question."""
        if (self._asked_again or not self._twice) and event.key == self._word[0]:
            event.stop()
            self.dismiss(True)


class Ask(Dialog):
    """A line to be put right and entered; it stays until what it says is accepted.

    Args:
        title: what it is about.
        help: what may be given, in a line or two.
        value: to begin with.
        accept: tries it; comes back with what is wrong, empty if nothing is.
    """

    def __init__(self, title: str, help: str, value: str, accept: Callable[[str], Awaitable[str]]) -> None:
        super().__init__()
        self._title = title
        self._help = help
        self._value = value
        self._accept = accept

    def compose(self) -> ComposeResult:
        """Title, help, line, and what is wrong."""
        with Vertical(id="box"):
            yield Label(self._title, classes="title", markup=False)
            yield Label(self._help, classes="help", markup=False)
            line = Input(self._value, select_on_focus=False)
            line.cursor_blink = False
            yield line
            yield Label("", classes="problem", markup=False)
            yield Label("Enter: do it    Esc: leave it", classes="help", markup=False)

    async def on_input_submitted(self, message: Input.Submitted) -> None:
        """Try it."""
        message.stop()
        problem = await self._accept(message.value)
        if problem:
            self.query_one(".problem", Label).update(problem)
        else:
            self.dismiss(True)

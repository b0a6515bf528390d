"""The command line: history, search in it, completions, and where a mistake is."""

import time
from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Label

from impsy_tui.console.history import History
from impsy_tui.language.complete import Completion, Known, complete
from impsy_tui.language.parse import LONGEST_LINE, Mistake, parse

_SIGN = "› "
_AT_ONCE: Final = 0.05
"""Seconds within which a key after Enter was typed before anybody could see what Enter did."""
_KEYS: Final = {
    "enter": "enter",
    "up": "older",
    "down": "newer",
    "ctrl+r": "search",
    "tab": "complete",
    "shift+tab": "complete_back",
    "ctrl+c": "clear",
}
"""What the prompt does for keys of the line."""
_EDITING: Final = {
    key.strip(): binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""What keys do within the line."""


class _Ghost(Suggester):
    """The likeliest completion, behind the cursor."""

    def __init__(self, known: Callable[[], Known], history: History) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = known
        self._history = history

    async def get_suggestion(self, value: str) -> str | None:
        """The newest line of the history that begins so, else what the table knows."""
        known = self._known()
        for line in reversed(self._history.lines):
            if line.startswith(value) and line != value and not isinstance(parse(line, known.macros), Mistake):
                return line
        found = complete(value, known)
        return value[: found.start] + found.options[0] if found.options else None


class CommandInput(Input):
    """The line itself.

    Every key acts in its turn: over a slow link many come at once, and what is bound to one must be
    done before the next is typed.

    Args:
        answer: told what a key asks of the prompt.
    """

    def __init__(self, answer: Callable[[str], None], suggester: Suggester) -> None:
        super().__init__(suggester=suggester, select_on_focus=False, max_length=LONGEST_LINE, id="line")
        self.cursor_blink = False
        self.left_until = 0.0
        """Until when a key that comes belongs to another line than the one that stands here."""
        self._answer = answer

    async def _on_key(self, event: events.Key) -> None:
        if (event.is_printable or event.key in _KEYS) and time.monotonic() < self.left_until:
            self._answer("leave")
        if event.key in _KEYS:
            event.stop()
            event.prevent_default()
            self._answer(_KEYS[event.key])
        elif action := _EDITING.get(event.key):
            self.left_until = 0.0  # whoever edits the line means this one
            event.stop()
            event.prevent_default()
            await self.run_action(action)
        else:
            await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines are entered one after the other; the last stays, to be looked at."""
        event.stop()
        event.prevent_default()
        *lines, last = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            self.insert_text_at_cursor(line)
            self._answer("enter")
            if time.monotonic() < self.left_until:
                self._answer("leave")
        self.insert_text_at_cursor(last)

    def action_end(self, select: bool = False) -> None:
        """The end of the line, and from there the end of the grey text behind it."""
        if self.cursor_at_end and not select:
            self.action_cursor_right()
        else:
            super().action_end(select)


class Prompt(Horizontal):
    """The prompt. It reads lines and says so; what becomes of them is not its business.

    Args:
        history: of lines.
        known: what completions draw on.
    """

    DEFAULT_CSS = """
    Prompt { height: 1; width: 1fr; }
    Prompt Label { width: auto; }
    Prompt CommandInput { width: 1fr; border: none; height: 1; padding: 0; background: $background; }
    Prompt CommandInput:focus { border: none; background-tint: $background 0%; }
    """

    class Entered(Message):
        """A line was typed and can be read."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Advised(Message):
        """There is something to say of the line as it stands.

        Attributes:
            completion: what may come next, if that is what is to be said.
            mistake: what is wrong, if that is.
            offset: cells before the line's first character.
            found: a line of the history, while searching.
        """

        def __init__(
            self, completion: Completion | None, mistake: Mistake | None, offset: int, found: str | None = None
        ) -> None:
            super().__init__()
            self.completion = completion
            self.mistake = mistake
            self.offset = offset
            self.found = found

    def __init__(self, history: History, known: Callable[[], Known]) -> None:
        super().__init__(id="prompt")
        self._history = history
        self._known = known
        self._completing: tuple[str, tuple[str, ...], int, str] | None = None
        self._searching: int | None = None
        self._wrong: str | None = None
        self._offered = ""

    def compose(self) -> ComposeResult:
        """Sign and line."""
        yield Label(_SIGN, id="sign")
        yield CommandInput(self._answer, _Ghost(self._known, self._history))

    @property
    def line(self) -> CommandInput:
        """The line."""
        return self.query_one(CommandInput)

    def put(self, text: str) -> None:
        """Let the line be this."""
        self.line.value = text
        self.line.cursor_position = len(text)

    def offer(self, command: str) -> None:
        """Show a command in the empty line; Tab takes it. An empty one takes it back."""
        self._offered = command
        self.line.placeholder = f"{command}   Tab" if command else ""

    def blame(self, line: str, mistake: Mistake) -> None:
        """Show a line that was wrong again, with the cursor behind the wrong word."""
        if not self.line.value:
            self.line.value = line
            self.line.cursor_position = min(mistake.end, len(line))
        self.call_after_refresh(self._advise_mistake, mistake)

    def leave_search(self) -> None:
        """Search no more; the line is empty."""
        self._searching = None
        self.query_one("#sign", Label).update(_SIGN)
        self.put("")

    def on_input_changed(self, message: Input.Changed) -> None:
        """What may come next."""
        message.stop()
        if message.value != self.line.value:
            return  # more has been typed since, which is told of next
        if self._searching is not None:
            self._searching = 0
            self._show_found()
            return
        if message.value == self._wrong:
            return  # it was typed before Enter told what is wrong with it
        self._wrong = None
        if self._completing is not None and message.value != self._completing[3]:
            self._completing = None
        self._advise(message.value)

    def _enter(self) -> None:
        """Read the line; a mistake stays where it is, to be put right."""
        line = self.line.value
        if self._searching is not None:
            found = self._history.search(line, self._searching)
            self.leave_search()
            self.put(found or line)
            return
        if not line.strip():
            return
        self._history.add(line)
        read = parse(line, self._known().macros)
        if isinstance(read, Mistake):
            self._wrong = line
            self.line.cursor_position = read.end
            self.line.left_until = time.monotonic() + _AT_ONCE
            self._advise_mistake(read)
            return
        self.line.value = ""
        self.offer("")
        self.post_message(self.Entered(line))

    def _leave_mistake(self) -> None:
        """The next line has been typed already: the mistake goes where all is written down."""
        self.line.left_until = 0.0
        self.post_message(self.Entered(self.line.value))
        self.line.value = ""

    def _answer(self, what: str) -> None:
        """Answer a key of the line."""
        match what:
            case "enter":
                self._enter()
            case "leave":
                self._leave_mistake()
            case "clear":
                self.line.value = ""
            case "older" if self._searching is None:
                self._browse(self._history.older(self.line.value))
            case "newer" if self._searching is None:
                self._browse(self._history.newer())
            case "search" | "older":
                self._search_on()
            case "complete" | "complete_back" if self._searching is None:
                self._complete(1 if what == "complete" else -1)

    def on_key(self, event: events.Key) -> None:
        """Escape ends a search before it does anything else."""
        if event.key == "escape" and self._searching is not None:
            event.stop()
            event.prevent_default()
            self.leave_search()

    def _browse(self, text: str | None) -> None:
        if text is not None:
            self.put(text)

    def _search_on(self) -> None:
        if self._searching is None:
            self._searching = 0
            self.query_one("#sign", Label).update("search ")
        else:
            following = self._searching + 1
            if self._history.search(self.line.value, following) is not None:
                self._searching = following
        self._show_found()

    def _show_found(self) -> None:
        found = self._history.search(self.line.value, self._searching or 0)
        self.post_message(self.Advised(None, None, len("search "), found or ""))

    def _complete(self, step: int) -> None:
        if self._completing is None:
            value = self.line.value
            if not value and self._offered:
                self.put(self._offered)
                return
            found = complete(value, self._known())
            if not found.options:
                return
            self._completing = (value[: found.start], found.options, -1 if step > 0 else 0, value)
        begin, options, index, _ = self._completing
        index = (index + step) % len(options)
        text = begin + options[index]
        if len(options) == 1:
            self._completing = None
            self.put(text + " ")
            return
        self._completing = (begin, options, index, text)
        self.put(text)

    def _advise(self, value: str) -> None:
        completion = complete(value, self._known()) if value.strip() else None
        self.post_message(self.Advised(completion, None, len(_SIGN)))

    def _advise_mistake(self, mistake: Mistake) -> None:
        self.post_message(self.Advised(None, mistake, len(_SIGN)))

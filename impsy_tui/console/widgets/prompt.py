"""Command line with history, search, completions, and the place of a mistake."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester, SuggestionReady
from textual.widgets import Input, Label

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.prompt_history import PromptHistory
from impsy_tui.language.completion import Completion, CompletionSources, complete
from impsy_tui.language.parser import LONGEST_LINE, Mistake, parse

_SIGN = "› "
_KEYS: Final = {
    "enter": "enter",
    "ctrl+j": "enter",
    "up": "older",
    "down": "newer",
    "ctrl+r": "search",
    "tab": "complete",
    "shift+tab": "complete_back",
    "ctrl+c": "clear",
}
"""Prompt actions by key of the line."""
_EDITING: Final = {
    key.strip(): binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""Line editing actions by key."""
_BEGINNING: Final = ("ctrl+r",)
"""Keys besides text that leave a refused line."""
_KEEPING: Final = ("enter", "ctrl+j", "escape")
"""Keys that do not edit a refused line."""
_TAKING: Final = ("cursor_right", "end")
"""Actions that take the grey text behind the cursor."""


def _as_typed(text: str) -> str:
    """Returns a text with a plain blank for every kind of blank, and without control characters."""
    plain = (" " if unicodedata.category(letter) == "Zs" or letter == "\t" else letter for letter in text)
    return "".join(letter for letter in plain if letter.isprintable())


class _Ghost(Suggester):
    """Likeliest completion, shown behind the cursor."""

    def __init__(self, known: Callable[[], CompletionSources], history: PromptHistory) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = known
        self._history = history

    async def get_suggestion(self, value: str) -> str | None:
        """Returns the newest line of the history with this beginning, else a completion of the language."""
        known = self._known()
        for line in reversed(self._history.lines):
            if line.startswith(value) and line != value and not isinstance(parse(line, known.macros), Mistake):
                return line
        found = complete(value, known)
        return value[: found.start] + found.options[0] if found.options else None


class CommandInput(Input):
    """Input of the line.

    The keys act one after the other. Over a slow link many keys arrive at once, and the action of each must end
    before the next one.

    Args:
        answer: called with the prompt action of a key.
    """

    def __init__(self, answer: Callable[[str], None], suggester: Suggester) -> None:
        super().__init__(suggester=suggester, select_on_focus=False, max_length=LONGEST_LINE, id="line")
        self.cursor_blink = False
        self.refused = False
        """True if the line here was refused and nothing has edited it since: text begins a new line."""
        self._answer = answer

    async def on_key(self, event: events.Key) -> None:
        """Handles a key; plain text goes on to Textual's input."""
        text = _as_typed(event.character or "")
        if self.refused and (text or event.key in _BEGINNING):
            self._answer("leave")
        if event.key in _KEYS:
            event.stop()
            event.prevent_default()
            self._answer(_KEYS[event.key])
        elif action := _EDITING.get(event.key):
            event.stop()
            event.prevent_default()
            if not self.value and action in _TAKING:
                self._answer("take")
            await self.run_action(action)
        elif text and text != event.character:
            event.stop()
            event.prevent_default()
            self.insert_text_at_cursor(text)
        if event.key not in _KEEPING:
            self.refused = False

    def on_paste(self, event: events.Paste) -> None:
        """Enters several pasted lines one after the other; the last one stays in the prompt."""
        event.stop()
        event.prevent_default()
        if self.refused:
            self._answer("leave")
        *lines, last = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            self.insert_text_at_cursor(_as_typed(line))
            self._answer("enter")
            if self.refused:
                self._answer("leave")
        self.insert_text_at_cursor(_as_typed(last))

    def action_end(self, select: bool = False) -> None:
        """Moves to the end of the line; at the end, takes the grey completion."""
        if self.cursor_at_end and not select:
            self.action_cursor_right()
        else:
            super().action_end(select)


class Prompt(Horizontal):
    """Prompt that parses typed lines and posts them as messages.

    Args:
        history: history of lines.
        known: returns the names for completions.
    """

    DEFAULT_CSS = """
    Prompt { height: 1; width: 1fr; }
    Prompt Label { width: auto; }
    Prompt CommandInput { width: 1fr; border: none; height: 1; padding: 0; background: $background; }
    Prompt CommandInput:focus { border: none; background-tint: $background 0%; }
    """

    class Entered(Message):
        """Message: a valid line was entered."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Nothing(Message):
        """Message: Enter in an empty line."""

    class Interrupted(Message):
        """Message: Ctrl-C in an empty line."""

    class Advised(Message):
        """Message: advice for the present line.

        Attributes:
            completion: completion of the line; None for other advice.
            mistake: mistake in the line; None for other advice.
            offset: cells before the line's first character.
            found: line of the history during a search.
        """

        def __init__(
            self, completion: Completion | None, mistake: Mistake | None, offset: int, found: str | None = None
        ) -> None:
            super().__init__()
            self.completion = completion
            self.mistake = mistake
            self.offset = offset
            self.found = found

    def __init__(self, history: PromptHistory, known: Callable[[], CompletionSources]) -> None:
        super().__init__(id="prompt")
        self._history = history
        self._known = known
        self._completing: tuple[str, tuple[str, ...], int, str] | None = None
        self._searching: int | None = None
        self._wrong: str | None = None
        self._offered = ""
        self._is_reported = False
        """True if the event log has the mistake of this line already."""

    def compose(self) -> ComposeResult:
        """Yields the sign of the prompt and the line."""
        yield Label(_SIGN, id="sign")
        yield CommandInput(self._answer, _Ghost(self._known, self._history))

    @property
    def line(self) -> CommandInput:
        """Text of the line."""
        return self.query_one(CommandInput)

    def put(self, text: str) -> None:
        """Replaces the line."""
        self.line.refused = False
        self.line.value = text
        self.line.cursor_position = len(text)

    def offer(self, command: str) -> None:
        """Offers a command in the empty line, which Right takes. An empty command removes the offer."""
        self._offered = command
        self.line.placeholder = f"{command}   Right takes it" if command else ""

    def mark_reported(self) -> None:
        """Notes that the mistake was reported in full, so that leaving the line does not report it again."""
        self._is_reported = True

    def blame(self, line: str, mistake: Mistake) -> None:
        """Shows a wrong line again, with the cursor behind the wrong word."""
        if not self.line.value:
            self.put_back(line)
            self.line.cursor_position = min(mistake.end, len(line))
            self.call_after_refresh(self._advise_mistake, mistake)

    def put_back(self, line: str) -> None:
        """Shows a refused line again, if nothing else is typed."""
        if not self.line.value:
            self._wrong = line
            self.put(line)
            self.line.refused = self._is_reported = True

    @property
    def searches(self) -> bool:
        """True during a search in the history."""
        return self._searching is not None

    def leave_search(self) -> None:
        """Ends the search with an empty line."""
        self._searching = None
        self.query_one("#sign", Label).update(_SIGN)
        self.put("")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Shows advice for the changed line."""
        message.stop()
        if message.value != self.line.value:
            return  # the line has changed since then, and has separate advice
        if self._searching is not None:
            self._searching = 0
            self._show_found()
            return
        if message.value == self._wrong:
            return  # the text was typed before Enter reported the mistake
        self._wrong = None
        if self._completing is None or message.value != self._completing[3]:
            self._completing = None
            self._advise(message.value)
            return
        begin, options, chosen, _ = self._completing
        self.post_message(self.Advised(Completion(len(begin), options, chosen=chosen), None, len(_SIGN)))

    def _enter(self) -> None:
        """Parses the line; a line with a mistake stays for correction."""
        line = self.line.value
        if self._searching is not None:
            found = self._history.search(line, self._searching)
            self.leave_search()
            self.put(found or line)
            return
        if not line.strip():
            self.post_message(self.Nothing())
            return
        self._history.add(line)
        read = parse(line, self._known().macros)
        if isinstance(read, Mistake):
            self._wrong = line
            self.line.cursor_position = read.end
            self.line.refused, self._is_reported = True, False
            self.line.post_message(SuggestionReady(line, ""))  # a wrong line has no completion
            self._advise_mistake(read)
            return
        self.put("")
        self.offer("")
        self.post_message(self.Entered(line))

    def _leave_mistake(self) -> None:
        """Clears a line with a mistake, and reports the mistake if it was not reported yet."""
        self.line.refused = False
        if not self._is_reported:
            self.post_message(self.Entered(self.line.value))
        self.line.value = ""

    def _answer(self, what: str) -> None:
        """Runs the prompt action of a key."""
        match what:
            case "enter":
                self._enter()
            case "leave":
                self._leave_mistake()
            case "clear" if not self.line.value and self._searching is None:
                self.post_message(self.Interrupted())
            case "clear":
                self.line.value = ""
            case "take":
                self.put(self._offered)
            case "older" if self.line.refused:
                self.line.refused = False  # the prompt shows the refused line: it is the newest
                self._history.older("")
            case "older" if self._searching is None:
                self._browse(self._history.older(self.line.value))
            case "newer" if self._searching is None:
                self._browse(self._history.newer())
            case "search" | "older":
                self._search_on()
            case "complete" | "complete_back" if self._searching is None:
                self._complete(1 if what == "complete" else -1)

    def on_key(self, event: events.Key) -> None:
        """Ends a search on Escape."""
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
        line = self.line.value
        start, end = width_of(line[: mistake.start]), width_of(line[: mistake.end])
        self.post_message(self.Advised(None, replace(mistake, start=start, end=end), len(_SIGN)))

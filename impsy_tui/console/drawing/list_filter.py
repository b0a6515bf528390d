"""Filter of a list: words that are typed after /, until Escape clears them."""

from collections.abc import Callable

from textual import events


class ListFilter:
    """Words that the rows of a list must contain, upper and lower case alike.

    Args:
        changed: called after each change of the words.

    Attributes:
        text: the words; empty to show all rows.
        is_typed: True while keys are added to the words.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.text = ""
        self.is_typed = False
        self._changed = changed

    def begin(self) -> None:
        """Begins with no words."""
        self.is_typed = True
        self._set("")

    def take_key(self, event: events.Key) -> bool:
        """Adds a character, ends typing with Enter, or clears the words with Escape.

        Returns:
            False if the key belongs to the list or to the console.
        """
        if event.key == "escape" and (self.is_typed or self.text):
            self.is_typed = False
            self._set("")
        elif not self.is_typed:
            return False
        elif event.key in ("enter", "ctrl+j"):
            self.is_typed = False
            self._changed()
        elif event.key == "backspace":
            self._set(self.text[:-1])
        elif event.is_printable and event.character:
            self._set(self.text + event.character)
        else:
            return False
        return True

    def matches(self, *texts: str) -> bool:
        """Returns True if a row with these texts is shown."""
        row = " ".join(texts).lower()
        return all(word in row for word in self.text.lower().split())

    def label(self, shown: int, count: int) -> str:
        """Returns the words with the number of rows; without words, an empty text or the request for them."""
        if self.text:
            return f"/{self.text}{'_' if self.is_typed else ''} {shown} of {count}"
        return "/_ type words; Esc: all" if self.is_typed else ""

    def _set(self, text: str) -> None:
        self.text = text
        self._changed()

"""Topic of the help: the command at the cursor of a line."""

from collections.abc import Container

from impsy_tui.language.commands import COMMANDS, EARLIER_NAMES
from impsy_tui.language.words import words_of
from impsy_tui.modes import MODES


def topic_at(line: str, cursor: int, macros: Container[str] = ()) -> str:
    """Returns the command, macro or mode at the cursor, or else the nearest one to its left; empty without one.

    Args:
        line: text of the prompt.
        cursor: index of the cursor in the line.
        macros: names of the performer's macros.
    """
    words = [word.text for word in words_of(line) if word.start <= cursor]
    for index in reversed(range(len(words))):
        word = words[index].lower()
        name = EARLIER_NAMES.get(word, word)
        if index and f"{words[index - 1].lower()} {word}" in COMMANDS:
            return f"{words[index - 1].lower()} {word}"
        if name in COMMANDS or name in MODES or name in macros:
            return name
    return ""

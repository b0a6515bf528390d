"""Event log: events, commands and replies."""

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from impsy_tui.console.drawing.lines import Line, Pane, cut, heading, wrapped
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Event
from impsy_tui.text import printable

MOST: Final = 500
_HEADED: Final = 5
"""Height in lines from which the heading is shown."""
_SPACE_FOR_MORE: Final = 50
"""Width in cells from which the key that shows the rest of a text is shown."""
_FEW: Final = 2
"""Height up to which an entry gets one line. A mistake or an answer gets all lines while it is the newest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry of the log: time, level, source and text; level "reply" is an answer to a command."""

    time: float
    level: str
    source: str
    text: str


class EventLog(Pane):
    """Entries with the newest at the bottom; older ones are reached by page keys.

    Args:
        palette: colours.
        key: key that makes the log larger.
    """

    DEFAULT_CSS = "EventLog { width: 1fr; }"

    def __init__(self, palette: Palette, key: str = "") -> None:
        super().__init__(palette, id="events", key=key)
        self._more = f"… {key} shows all" if key else "…"
        self._entries: deque[Entry] = deque(maxlen=MOST)
        self._up = 0

    def add(self, entry: Entry) -> None:
        """Adds an entry and shows it."""
        self._up = 0
        self._append(entry)
        self.redraw()

    def add_event(self, event: Event) -> None:
        """Adds an event of the engine. A performer who reads older entries stays there."""
        if event.dropped:
            self._append(Entry(event.time, "warning", "console", f"{event.dropped} lines were missed"))
        level = "command" if event.source == "command" else event.level
        self._append(Entry(event.time, level, event.source, event.text))
        self.redraw()

    def _append(self, entry: Entry) -> None:
        entry = replace(entry, source=printable(entry.source), text=printable(entry.text))
        self._entries.append(entry)
        if self._up and self._matches(entry):
            self._up += len(self._wrapped(entry, self.size.width, most=None if self._space() > _FEW else 1))

    def page(self, direction: int) -> None:
        """Shows older entries (1) or newer ones (-1)."""
        self._up = max(0, self._up + direction * max(1, self._space() - 1))
        self.redraw()

    def on_mouse_scroll_up(self) -> None:
        """Shows older entries."""
        self.page(1)

    def on_mouse_scroll_down(self) -> None:
        """Shows newer entries."""
        self.page(-1)

    def _space(self) -> int:
        height = self.size.height
        is_headed = height >= _HEADED or self.has_focus or self.filter.is_typed or bool(self.filter.text)
        return height - 1 if is_headed else height

    def redraw(self) -> None:
        """Makes the lines."""
        width, space = self.size.width, self._space()
        if width < 10 or space < 1:
            return
        lines: list[Line] = []
        wanted = space + self._up
        for entry in filter(self._matches, reversed(self._entries)):
            is_newest = not lines and not self._up
            most = space if is_newest else None  # the beginning of a long answer is more important than its end
            if space <= _FEW and not (is_newest and entry.level in ("error", "reply")):
                most = 1
            lines[:0] = self._wrapped(entry, width, most=most)
            if len(lines) >= wanted:
                break
        self._up = min(self._up, max(0, len(lines) - space))
        last = len(lines) - self._up
        shown = lines[max(0, last - space) : last]
        shown[:0] = [()] * (space - len(shown))
        if space < self.size.height:
            title = f"EVENTS · {self._up} newer below" if self._up else "EVENTS"
            if self.filter.text or self.filter.is_typed:
                count = sum(map(self._matches, self._entries))
                title = cut(f"{title} {self.filter.label(count, len(self._entries))}", width)
            shown.insert(0, heading(title, width, self.palette, key=self.key, focused=self.has_focus))
        self.set_lines(shown)

    def _matches(self, entry: Entry) -> bool:
        return self.filter.matches(entry.source, entry.text)

    def _wrapped(self, entry: Entry, width: int, *, most: int | None) -> list[Line]:
        """Returns an entry in at most ``most`` lines, the last one cut; in all its lines for None."""
        palette = self.palette
        stamp = time.strftime("%H:%M:%S ", time.localtime(entry.time)) if width >= 60 else ""
        mark, style = {
            "command": ("› ", palette.strong),
            "reply": ("  ", palette.text),
            "warning": ("! ", palette.warning),
            "error": ("✗ ", palette.alarm),
        }.get(entry.level, ("  ", palette.dim))
        who = f"{entry.source}: " if entry.level in ("info", "warning", "error") and entry.source else ""
        head = len(stamp) + len(mark)
        more = self._more if width >= _SPACE_FOR_MORE else "…"
        parts: list[str] = []
        text = who + entry.text
        if most is not None and most <= _FEW:
            text = " · ".join(" ".join(line.split()) for line in text.split("\n"))
        if most == 1:
            return [((stamp, palette.dim), (mark, style), (cut(text, width - head), style))]
        space = max(8, width - head)
        for line in text.split("\n"):
            parts += wrapped(line, space, hanging="  ")
        if most is not None and len(parts) > most:
            parts[most - 1 :] = [f"{parts[most - 1][: space - len(more)]}{more}"]
        lines: list[Line] = []
        for number, part in enumerate(parts):
            begin = ((stamp, palette.dim), (mark, style)) if number == 0 else ((" " * head, style),)
            lines.append((*begin, (part, style)))
        return lines

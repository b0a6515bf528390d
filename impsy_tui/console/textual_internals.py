"""All private names of Textual that the console uses, each with a fallback.

If a later Textual lacks one of these names, the console loses the feature that is described here, and works
otherwise.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from rich.color import ColorSystem
from rich.console import Console
from textual import constants, events
from textual.app import App
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget
from textual.widgets import OptionList

from impsy_tui.key_actions import key_name

try:
    from textual._compositor import Compositor, CompositorUpdate
except ImportError:  # a later Textual: its own compositor draws
    Compositor = CompositorUpdate = object  # type: ignore[assignment,misc]

__all__ = ["CompositorUpdate", "FilteringCompositor", "Layers", "Spans"]

Spans = list[tuple[int, int, int]]
"""Changed cells: line, first cell and the cell after the last one; sorted, without overlaps."""
Layers = Sequence[Sequence[tuple[Widget, Region, Region]]]
"""Widgets on each line, those in front first, with their visible region and their whole region."""

_WAITING_WRITES: Final = 1
_HOLD: Final = 1.0
"""Longest time in seconds for the rest of an escape sequence to arrive."""
_BEGUN: Final = re.compile(r"\x1b(\[[0-9;?<]*|O)\Z")
"""Pattern of an escape sequence of a key that is not complete."""
_REST: Final = re.compile(r"(\[[0-9;]*[A-Za-z~]|O[A-Za-z])")
"""Characters after the escape character in a key sequence."""
_PRINTABLE: Final = range(0x20, 0x7F)


class FilteringCompositor(Compositor):
    """Textual's compositor, which passes each line of each widget through ``shown``.

    If Textual has no ``_get_renders``, lines stay as widgets make them in a full update.
    """

    def take_changes(self) -> tuple[Spans, Layers] | None:
        """Returns the changed cells and the widgets, and forgets the changes.

        Returns:
            None if Textual keeps them in another form.
        """
        try:
            regions, layers = self._dirty_regions, self.layers_visible
            spans = list(self._regions_to_spans(regions))
        except AttributeError:
            return None
        regions.clear()
        return spans, layers

    def shown(self, strip: Strip) -> Strip:
        """Returns a line that is safe for the terminal."""
        return strip

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        for region, clip, strips in super()._get_renders(crop):
            yield region, clip, [self.shown(strip) for strip in strips]


def use_compositor(screen: Screen[Any], make: Callable[[], object]) -> None:
    """Sets another compositor for a screen, if Textual's screens have one."""
    if Compositor is not object and hasattr(screen, "_compositor"):
        screen._compositor = make()  # type: ignore[assignment]


def paint(screen: Screen[Any], changes: Mapping[Widget, Iterable[Region]]) -> bool:
    """Draws changed regions of widgets now, without a message from each widget to its screen.

    Returns:
        False if Textual has to draw them: the screen is not on top, or Textual lacks the names.
    """
    app = screen.app
    try:
        if app.screen is not screen or app._batch_count:
            return False
        compositor, display, others = screen._compositor, app._display, app._background_screens
        placed, dirty = compositor.visible_widgets, compositor._dirty_regions
    except AttributeError:
        return False
    for widget, regions in changes.items():
        if (place := placed.get(widget)) is not None:
            (x, y, _, _), clip = place
            dirty.update(cut for region in regions if (cut := clip.intersection(region.translate((x, y)))))
    display(screen, compositor.render_update(screen_stack=others))
    return True


def colour_system(console: Console) -> ColorSystem:
    """Returns the colours of a terminal."""
    return getattr(console, "_color_system", None) or ColorSystem.TRUECOLOR


def is_behind(app: App[Any]) -> bool:
    """Returns True while a terminal has not read all output of Textual."""
    writer = getattr(getattr(app, "_driver", None), "_writer_thread", None)
    queue = getattr(writer, "_queue", None)
    return queue is not None and queue.qsize() > _WAITING_WRITES


def keep_reverse() -> None:
    """Makes lists show rows reversed if their style sheet says so: Textual leaves that attribute of a row out."""
    OptionList.get_visual_style = _visual_style  # type: ignore[method-assign,assignment]


def _visual_style(self: OptionList, *components: str, partial: bool = False) -> VisualStyle:
    style = Widget.get_visual_style(self, *components, partial=partial)
    is_reversed = any(self.get_component_styles(each).text_style.reverse for each in components)
    return style + VisualStyle(reverse=True) if is_reversed else style


def use_kitty_keyboard(on: bool) -> None:
    """Turns kitty's keyboard protocol on or off, for terminals that have it."""
    constants.DISABLE_KITTY_KEY = not on  # type: ignore[misc]


def read_escapes_patiently() -> None:
    """Makes Textual's terminal drivers read keys with ``patient`` parsers."""
    try:
        from textual.drivers import linux_driver

        parser = getattr(linux_driver, "XTermParser")  # noqa: B009 – not public: mypy knows no such name
        setattr(linux_driver, "XTermParser", patient(parser))  # noqa: B010
    except (ImportError, AttributeError):
        pass  # no such driver on this system, or a later Textual


def patient(parser: type[Any]) -> type[Any]:
    """Returns a parser that distinguishes Escape and a key from Alt, and waits for cut escape sequences.

    A terminal sends Escape followed by a key exactly as it sends Alt with the key: tmux and screen
    pass both on in one piece. The parser reports ``alt+key``, so that the console can decide.
    """
    if issubclass(parser, _Marker):
        return parser

    class PatientParser(_Marker, parser):  # type: ignore[misc]
        """Textual's parser behind a buffer for sequences whose end has not come."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._held = ""
            self._held_until = 0.0
            self._escaped = -_HOLD

        def feed(self, data: str) -> Iterable[Message]:
            if data and time.monotonic() - self._escaped < _HOLD and _REST.match(data) and len(data) > 1:
                data = f"\x1b{data}"  # its escape character came alone and counted as Escape
            if data:
                self._escaped = -_HOLD
            data, self._held = self._held + data, ""
            if begun := _BEGUN.search(data):
                self._held, data = begun[0], data[: begun.start()]
                self._held_until = time.monotonic() + _HOLD
                if not data:
                    return
            yield from super().feed(data)

        def tick(self) -> Iterable[Message]:
            if self._held and time.monotonic() > self._held_until:
                held, self._held = self._held, ""
                if len(held) == 2:  # Escape and a key; a longer sequence was not typed
                    yield from (events.Key("escape", "\x1b"), events.Key(key_name(held[1]), held[1]))
            for message in super().tick():
                if isinstance(message, events.Key) and message.key == "escape":
                    self._escaped = time.monotonic()
                yield message

        def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
            if len(sequence) == 2 and sequence[0] == "\x1b" and ord(sequence[1]) in _PRINTABLE:
                if sequence[1] in "[O":
                    return []  # this is the beginning of a sequence
                return [events.Key(f"alt+{key_name(sequence[1])}", sequence[1])]
            if alt and len(sequence) == 1 and ord(sequence) in _PRINTABLE:
                return [events.Key(f"alt+{key_name(sequence)}", sequence)]
            found: Iterable[events.Key] = super()._sequence_to_key_events(sequence, alt)
            return found

    return PatientParser


class _Marker:
    """Marks a parser that is patient already."""

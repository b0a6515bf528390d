"""Themes: colours by purpose, from TOML files, and the styles of widgets."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from rich.color import Color
from rich.style import Style
from textual.theme import Theme

from impsy_tui.errors import UserError
from impsy_tui.paths import files_in, shipped_folder
from impsy_tui.text import can_be_typed
from impsy_tui.toml_files import read_toml

STANDING: Final = "amber"
FEW_COLOURS: Final = "sixteen"
"""Theme in place of the standing one in terminals of sixteen colours."""
LARGEST_FILE = 1 << 16
"""Greatest size of a theme in bytes: the shipped ones have less than one thousand."""
_PREFIX: Final = "impsy-"
_COLOUR: Final = re.compile("#[0-9a-fA-F]{6}|(bright_)?(black|red|green|yellow|blue|magenta|cyan|white)")
"""Attributes that both Rich and Textual support."""


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by purpose; see ``themes/amber.toml``."""

    background: str
    panel: str
    text: str
    dim: str
    faint: str
    track: str
    input: str
    input_stale: str
    prediction: str
    prediction_stale: str
    upcoming: str
    accent: str
    good: str
    warning: str
    alarm: str


_PURPOSES: Final = tuple(field.name for field in fields(Colours))


class Palette:
    """Styles of a theme.

    Args:
        name: name of the theme.
        colours: colours of the theme.
        glyphs: True without colours: bars differ by their glyphs, and important text is reversed.

    Attributes:
        dots: True if the empty part of a bar has no separate colour and needs dots.
    """

    def __init__(self, name: str, colours: Colours, *, glyphs: bool = False) -> None:
        def ink(colour: str, *, bold: bool = False, on: str = colours.background) -> Style:
            return Style(bold=bold) if glyphs else Style(color=_rich(colour), bgcolor=_rich(on), bold=bold)

        def block(colour: str) -> Style:
            return Style(bold=True, reverse=True) if glyphs else ink(colours.background, on=colour, bold=True)

        self.name = name
        self.glyphs = glyphs
        self.dots = colours.track == colours.background
        self.ground = ink(colours.text)
        self.text = ink(colours.text)
        self.strong = ink(colours.accent, bold=True)
        self.dim = ink(colours.dim)
        self.faint = ink(colours.faint)
        self.accent = ink(colours.accent)
        self.good = ink(colours.good)
        self.warning = ink(colours.warning, bold=True)
        self.alarm = ink(colours.alarm, bold=True)
        self.input = ink(colours.input)
        self.prediction = ink(colours.prediction)
        self.upcoming = ink(colours.upcoming, bold=True)
        # Words that must be seen from afar stand in a block of their colour.
        self.input_block = block(colours.input)
        self.prediction_block = block(colours.prediction)
        self.warning_block = block(colours.warning)
        self.alarm_block = block(colours.alarm)
        self.text_block = block(colours.text)
        self.marker = ink(colours.upcoming, bold=True, on=colours.track)
        self._bars = {}
        for kind in ("input", "prediction"):
            for stale in (False, True):
                colour = getattr(colours, f"{kind}_stale" if stale else kind)
                self._bars[kind, stale] = (ink(colour, on=colour), ink(colour, on=colours.track))
        purposes = ("track", "input", "input_stale", "prediction", "prediction_stale")
        self._halves = {
            (upper, lower): ink(getattr(colours, upper), on=getattr(colours, lower))
            for upper in purposes
            for lower in purposes
        }
        self._colours = colours

    def bar(self, kind: str, *, stale: bool) -> tuple[Style, Style]:
        """Returns the styles of a bar ("input" or "prediction"): its filled cells and its empty cells.

        A space in the first style is full; a partial block in the second shows the bar on its track.
        """
        return self._bars[kind, stale]

    def halves(self, upper: str, lower: str) -> Style:
        """Returns the style of a half block: foreground for the upper half, background for the lower half."""
        return self._halves[upper, lower]

    def textual(self) -> Theme:
        """Returns the theme of Textual's own widgets."""
        colours = self._colours
        return Theme(
            name=_PREFIX + self.name,
            primary=_css(colours.text),
            secondary=_css(colours.dim),
            accent=_css(colours.accent),
            foreground=_css(colours.text),
            background=_css(colours.background),
            surface=_css(colours.background),
            panel=_css(colours.panel),
            success=_css(colours.good),
            warning=_css(colours.warning),
            error=_css(colours.alarm),
            dark=True,
            text_alpha=1.0,
            ansi=not colours.text.startswith("#"),
            variables={
                "dim": _css(colours.dim),
                "faint": _css(colours.faint),
                "prediction": _css(colours.prediction),
                "block-cursor-foreground": _css(colours.background),
                "block-cursor-background": _css(colours.text),
                "input-cursor-background": _css(colours.text),
                "input-cursor-foreground": _css(colours.background),
                "input-cursor-text-style": "reverse" if self.glyphs else "none",
                # Textual needs these variables for themes in the colours of the terminal.
                "ansi-background": _css(colours.background),
                "ansi-foreground": _css(colours.text),
                "input-selection-background": _css(colours.dim),
                "scrollbar": _css(colours.dim),
                "scrollbar-background": _css(colours.background),
                "scrollbar-hover": _css(colours.text),
                "scrollbar-active": _css(colours.text),
            },
        )


def _rich(colour: str) -> Color:
    return Color.parse(colour)


def _css(colour: str) -> str:
    return colour if colour.startswith("#") else f"ansi_{colour}"


class ThemeFolders:
    """Themes by name: the user's in ``themes/`` here, then the shipped ones."""

    def __init__(self, *, glyphs: bool = False) -> None:
        self._folders = (Path("themes"), shipped_folder("themes"))
        self._glyphs = glyphs

    def names(self) -> list[str]:
        """Names of all themes."""
        found = [
            file.stem for folder in self._folders for file in files_in(folder, ".toml") if can_be_typed(file.name)
        ]
        return [name for name in dict.fromkeys(found) if self.file(name) is not None]

    def file(self, name: str) -> Path | None:
        """Returns the file of a theme; None if there is none."""
        if "/" in name or name.startswith("."):
            return None
        try:
            return next((file for folder in self._folders if (file := folder / f"{name}.toml").is_file()), None)
        except OSError:
            return None  # no file can have this name

    def load(self, name: str) -> Palette:
        """Returns a theme.

        Raises:
            UserError: no theme has this name, or its file is not valid.
        """
        file = self.file(name)
        if file is None:
            raise UserError(f"no theme is called {name}: there are {', '.join(self.names())}")
        try:
            raw = read_toml(file, LARGEST_FILE)
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror or error}") from None
        except ValueError as error:
            raise UserError(f"{file} cannot be read: {error}") from None
        return Palette(name, _colours(file, raw), glyphs=self._glyphs)


def _colours(file: Path, raw: dict[str, object]) -> Colours:
    values: dict[str, str] = {}
    for purpose in _PURPOSES:
        value = raw.get(purpose)
        if value is None:
            raise UserError(f"{file}: {purpose} is missing: a colour such as #ffb000 or bright_yellow")
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise UserError(f"{file}: {purpose} = {value!r} is not a colour such as #ffb000 or bright_yellow")
        values[purpose] = value
    return Colours(**values)

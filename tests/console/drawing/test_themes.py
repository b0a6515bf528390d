"""Themes: the shipped ones are valid, and the message of a wrong one names the mistake and its place."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.console import Console
from rich.style import Style
from textual.app import App

from impsy_tui.console.drawing.theme_files import first_theme
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.themes import STANDING, ThemeFolders
from impsy_tui.control.messages import ConsoleSettings
from impsy_tui.errors import UserError
from impsy_tui.paths import shipped_folder

SHIPPED = sorted(file.stem for file in shipped_folder("themes").glob("*.toml"))
NEWLINE = "\n"
AMBER = (shipped_folder("themes") / "amber.toml").read_text()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes a folder of the user's themes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "themes").mkdir()
    return tmp_path / "themes"


def test_standing_theme_is_among_those_shipped() -> None:
    assert STANDING in SHIPPED
    assert set(SHIPPED) <= set(ThemeFolders().names())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_theme_loads_and_textual_takes_it(name: str) -> None:
    palette = ThemeFolders().load(name)
    assert palette.name == name
    theme = palette.textual()
    theme.to_color_system().generate()
    app = App[None]()
    app.register_theme(theme)
    app.theme = theme.name


@pytest.mark.parametrize("name", SHIPPED)
def test_theme_styles_differ(name: str) -> None:
    palette = ThemeFolders().load(name)
    full, track = palette.bar("input", stale=False)
    assert full.bgcolor != track.bgcolor
    assert full != palette.bar("prediction", stale=False)[0]
    assert full != palette.bar("input", stale=True)[0]
    assert palette.halves("input", "prediction").color != palette.halves("input", "prediction").bgcolor
    assert palette.alarm_block != palette.warning_block


def _luminance(color: Color) -> float:
    """Returns the relative luminance of WCAG 2.2; the sixteen colours are those of xterm."""
    shares = (channel / 255 for channel in color.get_truecolor())
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(style: Style) -> float:
    """Returns the contrast of text and ground in a style, 1 to 21."""
    assert style.color is not None
    assert style.bgcolor is not None
    dark, light = sorted((_luminance(style.color), _luminance(style.bgcolor)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", SHIPPED)
def test_theme_contrast_is_enough_for_text_and_hints(name: str) -> None:
    palette = ThemeFolders().load(name)
    inks = ("text", "strong", "dim", "accent", "good", "warning", "alarm", "input", "prediction", "upcoming")
    blocks = ("input_block", "prediction_block", "warning_block", "alarm_block", "text_block")
    for ink in (*inks, *blocks):
        assert _contrast(getattr(palette, ink)) >= 4.5, ink
    assert _contrast(palette.faint) >= 3.0
    for kind in ("input", "prediction"):
        for stale in (False, True):
            assert _contrast(palette.bar(kind, stale=stale)[1]) >= 3.0, (kind, stale)


@pytest.mark.parametrize("name", SHIPPED)
def test_warning_and_alarm_are_seen_among_text_from_afar(name: str) -> None:
    palette = ThemeFolders().load(name)
    for ink in (palette.warning, palette.alarm):
        for other in (palette.text, palette.dim, palette.accent):
            assert _distance(ink, other) > 75, (ink, other)


def _distance(one: Style, other: Style) -> float:
    """Returns the Euclidean distance of the colours of two texts, 0 to 441."""
    assert one.color is not None
    assert other.color is not None
    return math.dist(one.color.get_truecolor(), other.color.get_truecolor())


def test_theme_of_ones_own_goes_before_a_shipped_one(own: Path) -> None:
    (own / "amber.toml").write_text(AMBER.replace('text = "#ffaf00"', 'text = "#FFFFFF"'))
    (own / "mine.toml").write_text(AMBER)
    shelf = ThemeFolders()
    assert shelf.names()[:2] == ["amber", "mine"]
    assert shelf.load("amber").text.color.triplet == (255, 255, 255)
    assert shelf.load("mine").name == "mine"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (AMBER.replace("alarm =", "alram ="), "alarm is missing: a colour such as #ffb000"),
        (AMBER.replace('"#ff5f5f"', '"reddish"'), "alarm = 'reddish' is not a colour"),
        (AMBER.replace('"#ff5f5f"', '"#ff5f5"'), "alarm = '#ff5f5' is not a colour"),
        (AMBER.replace('"#ff5f5f"', '"rgb(255,0,0)"'), "alarm = 'rgb(255,0,0)' is not a colour"),
        (AMBER.replace('"#ff5f5f"', '"grey50"'), "alarm = 'grey50' is not a colour"),
        (AMBER.replace('"#ff5f5f"', "7"), "alarm = 7 is not a colour"),
        (AMBER.replace('"#ff5f5f"', '"#ff5f5f'), f"at line {AMBER.count(NEWLINE)}, column 17"),
        ("", "background is missing"),
        ("[text]\n" + AMBER, "background is missing"),
    ],
)
def test_wrong_theme_names_the_mistake_and_its_place(content: str, says: str, own: Path) -> None:
    (own / "mine.toml").write_text(content)
    with pytest.raises(UserError) as caught:
        ThemeFolders().load("mine")
    assert "themes/mine.toml" in str(caught.value)
    assert says in str(caught.value)


def test_file_that_is_no_text_is_reported(own: Path) -> None:
    (own / "mine.toml").write_bytes(b"\xff\xfe\0")
    with pytest.raises(UserError, match=r"themes/mine\.toml cannot be read"):
        ThemeFolders().load("mine")


@pytest.mark.parametrize(
    "name", ["../secret", "../themes/mine", "/etc/passwd", ".", "..", "", ".hidden", "x" * 300, "a\0b", "folder"]
)
def test_name_stays_within_the_folder(name: str, own: Path) -> None:
    (own.parent / "secret.toml").write_text(AMBER)
    (own / ".hidden.toml").write_text(AMBER)
    (own / "mine.toml").write_text(AMBER)
    (own / "folder.toml").mkdir()
    shelf = ThemeFolders()
    assert shelf.file(name) is None
    with pytest.raises(UserError, match="no theme is called"):
        shelf.load(name)
    assert ".hidden" not in shelf.names()


@given(st.text())
def test_any_name_is_a_theme_or_a_problem_in_words(name: str) -> None:
    try:
        assert ThemeFolders().load(name).name == name
    except UserError as problem:
        assert "there are" in str(problem)


def test_everything_listed_can_be_loaded_by_its_name(own: Path) -> None:
    (own / "my own.toml").write_text(AMBER)
    (own / "folder.toml").mkdir()
    shelf = ThemeFolders()
    for name in shelf.names():
        assert shelf.load(name).name == name


@pytest.mark.parametrize(
    ("system", "option", "configured", "theme"),
    [
        ("standard", "", "amber", "sixteen"),
        ("standard", "amber", "amber", "amber"),
        ("standard", "", "contrast", "contrast"),
        ("256", "", "amber", "amber"),
        ("truecolor", "", "amber", "amber"),
    ],
)
def test_terminal_of_sixteen_colours_gets_their_theme(system: Any, option: str, configured: str, theme: str) -> None:
    terminal = Console(color_system=system, force_terminal=True)
    assert first_theme(terminal, ConsoleOptions(None, option, wishes=ConsoleSettings(theme=configured))) == theme


def test_empty_part_of_bar_is_seen_in_every_theme() -> None:
    for name in SHIPPED:
        palette = ThemeFolders().load(name)
        assert palette.dots == (palette.bar("input", stale=False)[1].bgcolor == palette.ground.bgcolor)

"""Style sheets of the console: each selector names a widget that exists."""

import importlib
import pkgutil
import re
from pathlib import Path

import textual.widgets
from textual.screen import Screen
from textual.widget import Widget

import impsy_tui.console
from impsy_tui.console import app


def _widgets() -> dict[str, type[Widget]]:
    for module in pkgutil.walk_packages(impsy_tui.console.__path__, "impsy_tui.console."):
        importlib.import_module(module.name)
    found: dict[str, type[Widget]] = {}
    waiting: list[type[Widget]] = [Widget]
    while waiting:
        for each in waiting.pop().__subclasses__():
            found[each.__name__] = each
            waiting.append(each)
    return found


def _types(sheet: str) -> set[str]:
    """Returns the type selectors of a style sheet."""
    rules = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    heads = re.findall(r"([^{}]+)\{", rules)
    return {name for head in heads for name in re.findall(r"(?<![\w#.:-])[A-Z]\w*", head)}


def test_default_css_names_its_own_class() -> None:
    own = [each for each in _widgets().values() if each.__module__.startswith("impsy_tui.")]
    sheets = {each.__name__: each.__dict__["DEFAULT_CSS"] for each in own if "DEFAULT_CSS" in each.__dict__}
    assert len(sheets) > 10
    assert {name for name, sheet in sheets.items() if name not in _types(sheet)} == set()


def test_style_sheet_names_widgets_that_exist() -> None:
    sheet = Path(app.__file__).with_name("console.tcss").read_text(encoding="utf-8")
    named = _types(sheet)
    assert "EventLog" in named
    known = {*_widgets(), Screen.__name__, *textual.widgets.__all__}
    assert named - known == set()

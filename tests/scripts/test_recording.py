"""Recording of the first minute: terminal, asciicast and animated picture."""

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as Xml
from pathlib import Path

import pytest

from tests.support.places import ROOT

SCRIPTS = ROOT / "scripts"
PICTURE = ROOT / "docs" / "pages" / "pictures" / "first-minute.svg"
SVG = "{http://www.w3.org/2000/svg}"
CLEAR = "\x1b[H\x1b[2J"


def _cast(*pictures: tuple[float, str]) -> str:
    header = {"version": 2, "width": 20, "height": 3, "title": "A <test>"}
    return "\n".join(json.dumps(line) for line in (header, *([moment, "o", text] for moment, text in pictures)))


def _drawn(cast: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "a.cast").write_text(cast, encoding="utf-8")
    command = [sys.executable, SCRIPTS / "cast_svg.py", folder / "a.cast", folder / "a.svg"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _texts(picture: Path) -> list[str]:
    return [text.text or "" for text in Xml.fromstring(picture.read_text(encoding="utf-8")).iter(f"{SVG}text")]


def test_cast_svg_draws_each_row_once(tmp_path: Path) -> None:
    cast = _cast((0.0, f"{CLEAR}one\r\n\x1b[31mred & <b>\x1b[0m"), (1.0, f"{CLEAR}two\r\n\x1b[31mred & <b>\x1b[0m"))
    assert _drawn(cast, tmp_path).returncode == 0
    assert _texts(tmp_path / "a.svg") == ["one", "two", "red & <b>"]
    text = (tmp_path / "a.svg").read_text()
    assert "{fill:#cd3131}" in text
    assert "25.00%{transform:translateY(-17px)}" in text


def test_cast_svg_repeats_a_row_by_its_name(tmp_path: Path) -> None:
    assert _drawn(_cast((0.0, f"{CLEAR}one"), (1.0, f"{CLEAR}two"), (2.0, f"{CLEAR}one")), tmp_path).returncode == 0
    assert _texts(tmp_path / "a.svg") == ["one", "two"]
    assert '<use href="#r0-0" y="34"/>' in (tmp_path / "a.svg").read_text()


def test_cast_svg_refuses_events_that_paint_a_part_of_the_screen(tmp_path: Path) -> None:
    done = _drawn(_cast((0.0, "one")), tmp_path)
    assert done.returncode
    assert "event 1 does not paint the whole screen" in done.stderr


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed (Debian: apt-get install tmux)")
def test_screen_records_typed_lines(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from recording import Screen, cast
screen = Screen(Path(sys.argv[1]))
screen.watch(1.0)
screen.type("printf 'a%s' b; printf c", "Enter")
for _ in range(60):
    screen.watch(1.0)
    if "abc" in screen.events[-1][1]:
        break
screen.close()
print(cast(screen.events), end="")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    header, *events = map(json.loads, done.stdout.splitlines())
    assert header["version"] == 2
    assert "$ printf 'a%s' b; printf c\r\nabc" in events[-1][2]
    assert _drawn(done.stdout, tmp_path).returncode == 0


def test_readme_shows_the_recording_of_the_first_minute() -> None:
    assert "(docs/pages/pictures/first-minute.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert PICTURE.stat().st_size <= 300_000
    shown = " ".join(_texts(PICTURE))
    for words in ("impsy-tui play --demo", "mode battle; temp 1.3", "BATTLE", "impsy-tui shutdown"):
        assert words in shown

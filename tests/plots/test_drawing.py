"""Sheets in terminals, in pictures, and by the shell command."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.errors import UserError
from impsy_tui.plots import pictures
from impsy_tui.plots.canvas import Canvas
from impsy_tui.plots.facts import PLAYER, YOU, Curve, Series, Sheet, histogram, track
from impsy_tui.plots.terminal import MOST_VALUES, Paper, draw
from impsy_tui.workers.messages import Failed, Finished
from impsy_tui.workers.requests import PictureRequest
from tests.support.engine_process import shell
from tests.support.plot_data import made_dataset, made_log
from tests.support.workers.training_workers import worker_result

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
MODEL = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"


def _sheet(values: int = 8, title: str = "a name") -> Sheet:
    at = np.linspace(0, 10, 200)
    tracks = tuple(
        track(who, at[part], 0.5 + 0.5 * np.sin(at[part, None] * np.arange(1, values + 1)), 10.0, 160)
        for who, part in ((YOU, slice(0, 100)), (PLAYER, slice(100, 200)))
    )
    series = Series("", 10.0, tuple(f"x{number + 1}" for number in range(values)), tracks)
    gaps = histogram({YOU: np.diff(at[:100]), PLAYER: np.diff(at[100:])})
    return Sheet(title, "all that is in it", (series,), gaps, np.linspace(0, 1, values))


def test_canvas_draws_no_bars_without_values() -> None:
    canvas = Canvas(3, 1, (0.0, 1.0), (0.0, 1.0))
    canvas.bars([], "#", 32)
    assert canvas.lines(colours=True) == ["   "]


@pytest.mark.parametrize("width", [10, 48, 79, 80, 120, 300])
@pytest.mark.parametrize(("colours", "ascii"), [(True, False), (False, False), (False, True)])
def test_drawing_is_not_wider_than_the_terminal(width: int, colours: bool, ascii: bool) -> None:
    sheet = _sheet()
    both = Sheet("m" * 90, "r" * 99, (sheet.series[0],) * 2, sheet.histogram, None, Curve((3.0, 1.0), (3.5, 2.0)))
    for each in (sheet, both):
        lines = draw(each, Paper(width, 24, colours, ascii)).splitlines()
        assert max(len(COLOUR.sub("", line)) for line in lines) <= max(width, 48)


@pytest.mark.parametrize(("height", "lines"), [(24, 23), (40, 39)])
def test_eight_values_fill_the_terminal_and_leave_room_for_the_prompt(height: int, lines: int) -> None:
    drawn = draw(_sheet(), Paper(80, height, colours=True, ascii=False)).splitlines()
    assert lines - 8 < len(drawn) <= lines


def test_model_fits_a_small_terminal() -> None:
    one = _sheet()
    sheet = Sheet("m" * 60, "r " * 60, one.series * 2, one.histogram, None, Curve((3.0, 1.0), (3.5, 2.0)))
    assert len(draw(sheet, Paper(80, 24, colours=True, ascii=False)).splitlines()) <= 23


def test_everything_is_labelled() -> None:
    text = draw(_sheet(), Paper(80, 40, colours=False, ascii=False))
    for label in (
        "a name",
        "all that is in it",
        "you",
        "player",
        "moves",
        "x1",
        "x8",
        "100 %",
        "0 s",
        "10 ms",
    ):
        assert label in text
    curve = draw(Sheet("m", "", curve=Curve((3.0, 0.0), ())), Paper(80, 40, colours=False, ascii=False))
    for label in ("nats", "training", "3", "0", "1", "2"):
        assert label in curve
    assert "held out" not in curve


def test_drawing_without_colours_marks_the_player_by_a_glyph() -> None:
    plain = draw(_sheet(), Paper(80, None, colours=False, ascii=True))
    assert plain.isascii()
    assert {"*", "o", "#"} <= set(plain)
    grey = draw(_sheet(), Paper(80, 24, colours=False, ascii=False))
    assert "\x1b" not in grey
    assert "•" in grey
    assert "\x1b[" in draw(_sheet(), Paper(80, 24, colours=True, ascii=False))


def test_name_does_nothing_to_the_terminal() -> None:
    for sheet in (_sheet(title="a\x1b[2Jb\nc"), Sheet("m", "a\x1b[2Jb\nc")):
        text = draw(sheet, Paper(80, 24, colours=True, ascii=False))
        assert text.splitlines()[0].count("a?[2Jb?c") == 1


def test_values_too_many_are_reported() -> None:
    text = draw(_sheet(MOST_VALUES + 5), Paper(80, 24, colours=False, ascii=True))
    assert f"x{MOST_VALUES} " in text
    assert "and 5 more: --dimensions" in text


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_pictures_are_whole(tmp_path: Path, suffix: str) -> None:
    sheet = _sheet(title="a $name$ <of> mine_{")
    both = Sheet(sheet.title, "", sheet.series * 2, None, None, Curve((3.0, 1.0), (3.5, 2.0)))
    for number, each in enumerate((sheet, both)):
        pictures.draw(each, tmp_path / f"{number}{suffix}")
        content = (tmp_path / f"{number}{suffix}").read_bytes()
        if suffix == ".png":
            assert content.startswith(b"\x89PNG\r\n\x1a\n")
            assert content.endswith(b"IEND\xaeB`\x82")
        else:
            text = " ".join(ET.fromstring(content).itertext())
            for label in (sheet.title, "x1", "x8", "you", "player", "epoch" if number else "dt: time between events"):
                assert label in text
    assert len(list(tmp_path.iterdir())) == 2


def test_picture_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        pictures.draw(_sheet(), tmp_path / "none" / "a.png")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    made_log(folder / "logs" / "tuesday-9d-mdrnn.log")
    made_dataset(folder / "datasets" / "training-dataset-9d.npz")
    (folder / "datasets" / "bad.npz").write_bytes(b"PK nonsense")
    return folder


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (("tuesday-9d-mdrnn",), ("of your events", "** you", "oo player", "x8", "moves")),
        (("logs/tuesday-9d-mdrnn.log", "--dimensions", "x2-x3"), ("x2", "x3")),
        (("training-dataset-9d.npz", "--performance", "1"), ("drawn is number 1", "** you")),
        ((MODEL,), ("what followed", "what it plays", "now", "2 layers of 64 units")),
        ((MODEL, "--on", "training-dataset-9d", "--seed", "7"), ("it hears performance 2 of training-dataset-9d",)),
    ],
)
def test_plot_prints_plain_text_into_a_pipe(place: Path, words: tuple[str, ...], labels: tuple[str, ...]) -> None:
    done = shell("plot", *words, cwd=place, COLUMNS="90")
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout
    assert 80 < max(map(len, done.stdout.splitlines())) <= 90
    said = " ".join(done.stdout.split())
    for label in labels:
        assert label in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("thuesday-9d-mdrnn",), "did you mean tuesday-9d-mdrnn?"),
        (("logs/none.log",), "logs/none.log: no such file"),
        (("bad",), "bad.npz cannot be read"),
        (("tuesday-9d-mdrnn", "-o", "a.pdf"), "must end in .png or .svg"),
        (("tuesday-9d-mdrnn", "--dimensions", "9"), "--dimensions: '9' is not a dimension: did you mean x9?"),
        (("tuesday-9d-mdrnn", "--dimensions", "x9"), "there is no x9: the last is x8"),
        ((MODEL, "--on", "none"), "no dataset is called none"),
    ],
)
def test_plot_reports_invalid_request(place: Path, words: tuple[str, ...], said: str) -> None:
    done = shell("plot", *words, cwd=place)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("colours", [True, False])
def test_plot_draws_braille_in_a_terminal_with_or_without_colours(place: Path, colours: bool) -> None:
    ours, theirs = os.openpty()
    wishes = {"NO_COLOR": "" if colours else "1", "TERM": "xterm", "PYTHONUTF8": "1"}
    environment = {**os.environ, **wishes, "COLUMNS": "70", "LINES": "24"}
    process = subprocess.Popen(
        [sys.executable, "-m", "impsy_tui", "plot", "tuesday-9d-mdrnn"], cwd=place, env=environment, stdout=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:
        pass  # Linux reports in this way that the other end is closed
    os.close(ours)
    assert process.wait(60) == 0
    lines = said.decode().splitlines()
    assert any("\u2801" <= character <= "\u28ff" for line in lines for character in line)
    assert ("\x1b[" in said.decode()) is colours
    assert len(lines) < 24
    assert max(len(COLOUR.sub("", line)) for line in lines) <= 70


def test_picture_from_the_shell(place: Path) -> None:
    done = shell("plot", "tuesday-9d-mdrnn", "-o", "a.svg", cwd=place)
    assert (done.returncode, done.stdout) == (0, "drawn: a.svg\n")
    assert ET.parse(place / "a.svg").getroot().tag.endswith("svg")


def test_as_a_job(place: Path, tmp_path: Path) -> None:
    picture, datasets = tmp_path / "plots" / "a.svg", place / "datasets"
    result = worker_result(PictureRequest(datasets / "training-dataset-9d.npz", picture, datasets))
    assert result == Finished(f"drawn: {picture}", str(picture))
    assert picture.stat().st_size > 10_000
    last = worker_result(PictureRequest(datasets / "bad.npz", picture, datasets))
    assert isinstance(last, Failed)
    assert "bad.npz cannot be read" in last.text


def test_plot_without_matplotlib_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install .*\[plot\]"):
        pictures.draw(_sheet(), tmp_path / "a.png")

"""Map of a look-up table with a cursor: each point under the cursor sounds."""

import os
import pty
import re
import socket
import subprocess
import sys
import termios
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage

from impsy_tui.agent.lookup_table import LookupTable, write_table
from impsy_tui.plots.map_cursor import MapCursor
from impsy_tui.plots.map_pictures import html_page
from impsy_tui.plots.maps import map_of
from impsy_tui.plots.terminal import Paper
from tests.support.agents import small_table
from tests.support.places import ROOT

PAPER = Paper(48, 24, colours=False, ascii=False)


def _cursor(table: LookupTable) -> MapCursor:
    drawn = map_of("small", table, "centroid", ("loudness-dBFS", "specshape-centroid"), "pca")
    return MapCursor(drawn, table, PAPER)


def test_cursor_begins_in_the_middle_and_goes_to_the_next_point_each_way() -> None:
    cursor = _cursor(small_table(5))
    assert cursor.parameters.tolist() == [0.5, 0.5]
    ways = [(1, 0), (-1, 0), (0, 1), (0, -1)]
    gone = []
    for way, back in zip(ways, [(-1, 0), (1, 0), (0, -1), (0, 1)], strict=True):
        cursor.move(*way)
        gone.append(cursor.parameters)
        cursor.move(*back)
        assert cursor.parameters.tolist() == [0.5, 0.5]
    assert len({tuple(point) for point in gone}) == 4
    for _ in range(99):  # at the edge it stays
        cursor.move(1, 0)
    edge = cursor.row
    cursor.move(1, 0)
    assert cursor.row == edge


def test_rows_that_sound_the_same_are_gone_through_in_their_place() -> None:
    one = small_table(3)
    twice = LookupTable(
        np.vstack([one.parameters, 1.0 - one.parameters]), np.vstack([one.descriptors, one.descriptors])
    )
    cursor = _cursor(twice)
    cursor.move(1, 0)
    first = cursor.row
    assert "(1 of 2 here)" in cursor.draw()
    cursor.turn(1)
    assert abs(cursor.row - first) == len(one.parameters)
    cursor.turn(1)
    assert cursor.row == first


def test_page_has_every_point_and_loads_nothing() -> None:
    table = small_table(3)
    shown = html_page(map_of("</script><b>", table, "loudness", (), "pca"), table)
    assert "</script><b>" not in shown
    (points,) = re.findall(r"const points = (\[\[.*\]\]);", shown)
    assert len(points.split("],[")) == 9
    assert "default-src 'none'" in shown


_ENDED = b"<ended>"


class Terminal:
    """``impsy-tui agent map`` in a separate terminal."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 80))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen(
            [sys.executable, "-m", "impsy_tui", "agent", "map", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
            start_new_session=True,
        )
        self._shown = b""
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Reads the output: otherwise a full terminal would block the program."""
        while not self._shown.endswith(_ENDED):
            self._shown += os.read(self.master, 1 << 16)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def said(self) -> str:
        """Returns the whole output after the end of the program."""
        self.process.wait(60)
        os.write(self.slave, _ENDED)
        self._reader.join(60)
        return self._shown.removesuffix(_ENDED).decode()


def test_cursor_sends_parameters_to_synth(tmp_path: Path, receiver: socket.socket) -> None:
    write_table(tmp_path / "small-5.csv", table := small_table(5))
    points = {tuple(row) for row in table.parameters.tolist()}
    words = ["small-5.csv", "--by", "loudness-dBFS specshape-centroid", "--address", "/play"]
    terminal = Terminal(tmp_path, *words, "--osc", f"127.0.0.1:{receiver.getsockname()[1]}")
    heard = []
    for keys in ("", "l", "\x1b[A", "\x1bOD", " "):
        terminal.press(keys)
        message = OscMessage(receiver.recv(1000))
        assert message.address == "/play"
        heard.append(tuple(round(value, 6) for value in message.params))
    assert set(heard) <= points
    assert heard[3] == heard[4]
    assert len(set(heard)) == 4
    terminal.press("q")
    said = terminal.said()
    assert terminal.process.returncode == 0
    assert "row " in said
    assert said.endswith("\x1b[?25h\x1b[?1049l")
    assert termios.tcgetattr(terminal.slave) == terminal.before


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--osc", "6001"], "--osc 6001: write a host and a port"),
        (["--osc", "127.0.0.1:1", "--address", "x"], "--address x: an OSC address must begin with /"),
        (["--audio", "--synth", "organ"], "no synth is called organ: there are sine, fm, granular"),
    ],
)
def test_play_reports_problem_in_one_line(tmp_path: Path, words: list[str], problem: str) -> None:
    write_table(tmp_path / "small-5.csv", small_table(3))
    terminal = Terminal(tmp_path, "small-5.csv", *words)
    said = terminal.said()
    assert terminal.process.returncode == 1
    assert problem in said
    assert len(said.strip().splitlines()) == 1

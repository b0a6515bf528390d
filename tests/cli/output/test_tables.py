"""Tables in a shell."""

import os
import pty
import subprocess
import sys

from impsy_tui.workers.messages import Finished, Table, finished_with

TABLE = Table(("RMSE", "mixed"), (("seek", "0.1"), ("an agent", "12.5")))
SHOW = (
    "from impsy_tui.cli.output.tables import show_table; from impsy_tui.workers.messages import Table; "
    "show_table(Table(('RMSE', 'mixed'), (('seek', '0.1'), ('[red]\\x1b[5m', '12.5'))))"
)


def test_table_text_aligns_numbers_to_the_right() -> None:
    assert TABLE.text().splitlines() == ["RMSE      mixed", "seek        0.1", "an agent   12.5"]


def test_finished_with_keeps_lines_and_tables_in_order() -> None:
    assert finished_with(["first", TABLE, "last"], "f") == Finished(
        f"first\n{TABLE.text()}\nlast", "f", ("first", TABLE, "last")
    )


def test_show_table_prints_plain_text_without_a_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[:2] == ["RMSE       mixed", "seek         0.1"]
    assert "\x1b" not in done.stdout


def test_show_table_draws_in_a_terminal_and_escapes_cells() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", SHOW], stdout=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert process.wait(60) == 0
    lines = said.decode().splitlines()
    assert any("\u2500" in line for line in lines)
    assert any("[red]" in line for line in lines)
    assert b"\x1b[5m" not in said

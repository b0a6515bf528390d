"""Processes that the engine talks to in lines of JSON."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from impsy_tui.channels.json_process import JsonProcess

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)\n"


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "echo_lines.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "echo_lines"


class Heard:
    """Lines and ends of a process."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.ends: list[str] = []

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.01)


def test_lines_that_are_sent_before_the_process_runs_arrive_in_order(echo: str) -> None:
    heard = Heard()

    async def run() -> None:
        process = JsonProcess(echo, [], heard.lines.append, heard.ends.append)
        for number in range(100):
            process.send({"number": number})
        await heard.until(lambda: len(heard.lines) == 100)
        process.send("late")
        await heard.until(lambda: heard.lines[-1] == "late")
        process.close()
        process.send("lost")

    asyncio.run(run())
    assert heard.lines == [*({"number": number} for number in range(100)), "late"]
    assert heard.ends == []


def test_process_that_is_closed_while_it_starts_ends(echo: str) -> None:
    heard = Heard()

    async def run() -> None:
        process = JsonProcess(echo, [], heard.lines.append, heard.ends.append)
        process.send("never")
        process.close()
        await heard.until(lambda: process._process is not None)
        assert process._process is not None
        await asyncio.to_thread(process._process.wait)

    asyncio.run(run())
    assert (heard.lines, heard.ends) == ([], [])


def test_process_that_ends_is_reported_without_a_reason_of_the_system(echo: str) -> None:
    heard = Heard()

    async def run() -> None:
        process = JsonProcess(echo, [], heard.lines.append, heard.ends.append)
        await heard.until(lambda: process._process is not None)
        assert process._process is not None
        process._process.kill()
        await heard.until(lambda: bool(heard.ends))

    asyncio.run(run())
    assert heard.ends == [""]


def test_process_that_cannot_be_started_is_reported_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    heard = Heard()

    async def run() -> None:
        process = JsonProcess("json", [], heard.lines.append, heard.ends.append)
        process.send("never")
        await heard.until(lambda: bool(heard.ends))
        process.close()

    asyncio.run(run())
    assert heard.ends == ["No such file or directory"]

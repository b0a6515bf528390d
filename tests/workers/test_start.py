"""Processes of low priority that start beside an event loop."""

import asyncio
import os
import subprocess
import threading
from typing import Any

import pytest

from impsy_tui.workers.start import start_process


def test_process_is_started_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    starters: list[threading.Thread] = []
    real = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        starters.append(threading.current_thread())
        return real(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", start)

    async def said() -> bytes:
        process = await start_process(
            ["echo", "here"], output=subprocess.PIPE, errors=subprocess.DEVNULL, environment=os.environ
        )
        return (await asyncio.to_thread(process.communicate))[0]

    assert asyncio.run(said()) == b"here\n"
    assert threading.main_thread() not in starters


def test_program_that_does_not_exist_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def start() -> None:
        await start_process(
            ["echo"], output=subprocess.DEVNULL, errors=subprocess.DEVNULL, environment={"PATH": "/nowhere"}
        )

    with pytest.raises(FileNotFoundError):
        asyncio.run(start())

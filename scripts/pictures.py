"""Plays the demo in a separate folder and saves pictures of the console:  pictures.py FOLDER"""

import asyncio
import os
import socket as udp
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.control.client import connected
from impsy_tui.control.launch import launch_engine
from impsy_tui.paths import shipped_folder


async def perform(socket: Path, folder: Path) -> None:
    app = ConsoleApp(ConsoleOptions(socket))
    async with app.run_test(size=(120, 36)) as pilot:
        for line in ("timer start", "temp 1.2", "mute x3", "dataset 9"):
            app.enter(line)
            await pilot.pause(0.6)
        while (snapshot := app._link.snapshot) is None or snapshot.players[0].turn != "player":
            await pilot.pause(0.05)
        await pilot.pause(2.0)
        await pilot.press(*"mode b")
        await pilot.pause(0.2)
        save(app, folder / "perform.svg")


async def small(socket: Path, folder: Path) -> None:
    app = ConsoleApp(ConsoleOptions(socket))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape", "4")
        await pilot.pause(2.0)
        save(app, folder / "keys.svg")
        await pilot.press("f2")
        await pilot.pause(2.5)
        await pilot.press("enter")
        await pilot.pause(2.0)
        save(app, folder / "files.svg")


async def ensemble(socket: Path, folder: Path) -> None:
    app = ConsoleApp(ConsoleOptions(socket))
    async with app.run_test(size=(100, 26)) as pilot:
        await pilot.pause(45.0)
        app.enter("force p2 small-swirl")
        await pilot.pause(6.0)
        save(app, folder / "ensemble.svg")


def save(app: ConsoleApp, file: Path) -> None:
    file.write_text(app.export_screenshot(title="impsy-tui"), encoding="utf-8")
    print(file)


def looked_at(config: str, *looks: Callable[[Path, Path], Coroutine[Any, Any, None]], folder: Path) -> None:
    """Plays a configuration and takes pictures of the console."""
    socket = Path("engine.sock").absolute()
    launch_engine(["-c", str(shipped_folder("configs") / config)], socket, Path("logs", "engine.out").absolute())
    try:
        for look in looks:
            asyncio.run(look(socket, folder))
    finally:
        with connected(socket) as client:
            client.command("shutdown")


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:  # the engine may still end
        os.chdir(place)
        os.environ["XDG_STATE_HOME"] = place
        # A socket listens in place of a synthesiser.
        synthesiser = udp.socket(udp.AF_INET, udp.SOCK_DGRAM)
        synthesiser.bind(("127.0.0.1", 6001))
        looked_at("demo.toml", perform, small, folder=folder)
        looked_at("ensemble.toml", ensemble, folder=folder)


if __name__ == "__main__":
    main()

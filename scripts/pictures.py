"""Takes pictures of the console in real performances, as SVG files.

``pictures.py FOLDER`` takes those of the manual. ``pictures.py FOLDER all`` takes every screen with every kind of
player, and of a rig in which nothing works, at three sizes of the terminal, in true colour, in sixteen colours and
without colour: about fifteen minutes.
"""

import asyncio
import itertools
import math
import os
import re
import socket as udp
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pythonosc.udp_client import SimpleUDPClient
from rich.terminal_theme import SVG_EXPORT_THEME

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.screens.files import FilesPage
from impsy_tui.control.client import connected
from impsy_tui.control.launch import launch_engine
from impsy_tui.paths import shipped_folder

Look = Callable[[Path, Path], Coroutine[Any, Any, None]]

_PATIENCE = 10
"""Seconds for a worker, which runs when the machine has nothing else to do."""
SIZES = ((80, 24), (120, 40), (200, 50))
TERMINALS = {
    "colour": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "sixteen": {"TERM": "linux"},
    "plain": {"TERM": "xterm-256color", "NO_COLOR": "1"},
}
LINUX_CONSOLE = (
    *("#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa"),
    *("#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff"),
)
"""Colours 0 to 15 of a Linux console."""
SCREENS = {
    "first": (),
    "keys": ("escape",),
    "stage": ("escape", "f5"),
    "events": ("f5", "f6"),
    "help": ("f6", "f6", "f1"),
    "files": ("f1", "f2"),
    "settings": ("f2", "f3"),
    "rig": ("f3", "f4"),
    "palette": ("f4", "ctrl+p"),
    "mistake": ("escape", *"temp 200", "enter"),
    "choices": ("ctrl+c", *"mode "),
    "question": ("ctrl+c", *"shutdown", "enter"),
    "score": ("escape", "ctrl+c", *"score night", "enter"),
}
"""Keys from each screen to the next."""
BUSY = {
    "demo.toml": (
        "temp 1.2",
        "mute x3",
        "dataset 9",
        "over 300s temp 1.6",
        "every 20s sigma rand 0.01 0.05",
        'speed "1 2*2"',
        'hold x5 "0.2 ^ ^ 0.8"',
        "map x1 -> osc /synth/cutoff 200 8000 log",
    ),
    "duel.toml": ("@all give", "over 300s temp 1.6", "scene save dark", "record on"),
    "ensemble.toml": ("force p2 small-swirl", "after 300s free p2"),
    "agent.toml": ("aim contrast", "steer seek", "rest -50"),
}
"""Commands before the pictures, by configuration."""
BROKEN = """
[model]
file = "gone.tflite"

[osc]
server_port = 6001
client_ip = "synth.invalid"

[midi]
in_device = ["Missing Box"]
out_device = ["Missing Synth"]

[midi.input]
"Missing Box" = [["control_change", 1, 1], ["control_change", 1, 2]]

[midi.output]
"Missing Synth" = [["control_change", 1, 70], ["note_on", 1]]

[serial]
port = "/dev/ttyACM9"

[websocket]
server_ip = "192.0.2.1"
"""
"""Configuration in which no channel opens."""


def faders(seconds: float) -> list[float]:
    """Returns what a musician plays who rests every five seconds for five seconds."""
    return [0.5 + 0.4 * math.sin((0.3 + 0.2 * n) * seconds) for n in range(8)] if seconds % 10.0 < 5.0 else []


def sound(seconds: float) -> list[float]:
    """Returns the descriptors of the musician's sound and of the synth's."""
    yours, its = ([math.sin(rate * seconds + n) for n in range(len(NAMES))] for rate in (0.7, 0.4))
    yours[NAMES.index("loudness-dBFS")], its[NAMES.index("loudness-dBFS")] = -18.0 + yours[0], -24.0 + its[0]
    return [*yours, *its, 0.5, 0.5, 0.5]


MUSICIANS = {"duel": ("/interface", faders), "agent": ("/feats/loudness", sound)}
"""Address and values that play the instrument in place of a demo, by configuration."""


@contextmanager
def musician(config: str) -> Iterator[None]:
    """Plays the instrument of a configuration."""
    ends = threading.Event()

    def play() -> None:
        address, playing = MUSICIANS[config]
        client = SimpleUDPClient("127.0.0.1", 6000)
        for step in itertools.count():
            if ends.wait(0.05):
                return
            if values := playing(step * 0.05):
                client.send_message(address, values)

    if config in MUSICIANS:
        threading.Thread(target=play, daemon=True).start()
    yield
    ends.set()


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


def every_screen(name: str, size: tuple[int, int], terminal: str, busy: tuple[str, ...]) -> Look:
    """Returns a look at every screen, after some commands."""

    async def look(socket: Path, folder: Path) -> None:
        with environment(TERMINALS[terminal]):
            app = ConsoleApp(ConsoleOptions(socket))
            async with app.run_test(size=size) as pilot:
                while app._link.snapshot is None:
                    await pilot.pause(0.05)
                for line in busy:
                    app.enter(line)
                    await pilot.pause(0.6)
                await pilot.pause(10.0 if busy else 3.0)
                for screen, keys in SCREENS.items():
                    await pilot.press(*keys)
                    await pilot.pause(1.0)
                    if isinstance(app.screen, FilesPage):
                        for _ in range(_PATIENCE):
                            await pilot.pause(1.0)  # the last one for the plot
                            if app.screen._files:
                                break
                    save(app, folder / f"{name}-{screen}-{size[0]}x{size[1]}-{terminal}.svg")

    return look


@contextmanager
def environment(names: dict[str, str]) -> Iterator[None]:
    """Sets the variables of a terminal, and no others of its kind."""
    before = dict(os.environ)
    for name in ("TERM", "COLORTERM", "NO_COLOR"):
        os.environ.pop(name, None)
    os.environ |= names
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def save(app: ConsoleApp, file: Path) -> None:
    picture = app.export_screenshot(title="impsy-tui")
    if os.environ["TERM"] == "linux":
        drawn = [SVG_EXPORT_THEME.ansi_colors[number].hex for number in range(16)]
        colours = dict(zip(drawn, LINUX_CONSOLE, strict=True))
        picture = re.sub("#[0-9a-f]{6}", lambda found: colours.get(found[0], found[0]), picture)
    file.write_text(picture, encoding="utf-8")
    print(file)


def looked_at(config: Path, *looks: Look, folder: Path) -> None:
    """Plays a configuration, and takes pictures of it."""
    socket = Path(f"{config.stem}.sock").absolute()
    launch_engine(["-c", str(config)], socket, Path("logs", "engine.out").absolute())
    try:
        with musician(config.stem):
            for look in looks:
                asyncio.run(look(socket, folder))
    finally:
        with connected(socket) as client:
            client.command("shutdown")
        while socket.exists():  # the next engine needs its ports
            time.sleep(0.1)


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:  # the engine may still end
        os.chdir(place)
        os.environ["XDG_STATE_HOME"] = place
        # A socket listens in place of a synthesiser.
        synthesiser = udp.socket(udp.AF_INET, udp.SOCK_DGRAM)
        synthesiser.bind(("127.0.0.1", 6001))
        configs = shipped_folder("configs")
        if sys.argv[2:] == ["all"]:
            broken = Path("broken.toml")
            broken.write_text(BROKEN, encoding="utf-8")
            for config, busy in [*((configs / name, busy) for name, busy in BUSY.items()), (broken, ())]:
                looks = [
                    every_screen(config.stem, size, terminal, () if number else busy)
                    for number, (size, terminal) in enumerate((size, name) for size in SIZES for name in TERMINALS)
                ]
                looked_at(config, *looks, folder=folder)
            return
        with environment(TERMINALS["colour"]):
            looked_at(configs / "demo.toml", perform, small, folder=folder)
            looked_at(configs / "ensemble.toml", ensemble, folder=folder)


if __name__ == "__main__":
    main()

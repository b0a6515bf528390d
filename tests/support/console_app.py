"""Console under test: its screen, pressed keys, and waits."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.screens.page import Page
from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import ConsoleSettings, Snapshot
from impsy_tui.control.remote import RemoteSocket
from impsy_tui.control.states import PlayerState

SMALL, LARGE, HUGE = (80, 24), (120, 40), (200, 50)
_PATIENCE = 30.0
_FRAMES = 8
"""Frames after which every number has changed, and every widget has the size of its content."""


def performed(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Returns a test function for a test that is a coroutine."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


def screen_text(app: App[Any]) -> str:
    """Returns the text of the screen."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


class Console:
    """Console without a terminal, on a real engine."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[str]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        """Text of the screen."""
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        """Lines of the screen."""
        return self.text.splitlines()

    @property
    def typed(self) -> str:
        """Text of the prompt."""
        return self.app.perform.prompt.line.value

    @property
    def snapshot(self) -> Snapshot:
        """Newest snapshot of the engine."""
        snapshot = self.app._link.snapshot
        assert snapshot is not None
        return snapshot

    @property
    def player(self) -> PlayerState:
        """Focused player of the newest snapshot."""
        return self.snapshot.players[0]

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits for a condition."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE
        while not condition():
            assert loop.time() < deadline, f"it did not happen in time; the screen is\n{self.text}"
            await asyncio.sleep(0.01)

    async def sees(self, *texts: str) -> None:
        """Waits until all of these texts are on the screen."""
        for text in texts:
            await self.until(lambda text=text: text in self.text)  # type: ignore[misc]

    async def misses(self, *texts: str) -> None:
        """Waits until none of these texts is on the screen."""
        await self.until(lambda: not any(text in self.text for text in texts))

    async def has_typed(self, text: str) -> None:
        """Waits until the prompt has this text."""
        await self.until(lambda: self.typed == text)

    async def page_typed(self, text: str) -> None:
        """Waits until the prompt of the visible page has this text."""
        await self.until(lambda: isinstance(page := self.app.screen, Page) and page.prompt.line.value == text)

    async def focuses(self, widget: Widget) -> None:
        """Waits until a widget has the focus."""
        await self.until(lambda: self.app.focused is widget)

    async def frames(self, count: int = 3) -> None:
        """Waits until some more snapshots have arrived and are on the screen."""
        wanted = self.app._link.received + count
        await self.until(lambda: self.app._link.received >= wanted)
        await self.pilot.pause()

    async def detach(self) -> None:
        """Ends the search for an engine, so that given snapshots can be shown."""
        searching = self.app._linking
        assert searching is not None
        searching.cancel()
        await self.until(searching.done)

    async def show(self, snapshot: Snapshot | None, link: LinkState = LinkState.UP, *, locked: bool = False) -> None:
        """Shows a snapshot for as many frames as all its numbers and panes need."""
        self.app._link.state, self.app._locked = link, locked
        for _ in range(_FRAMES):
            self.app._link.snapshot = snapshot
            self.app._link.received += 1
            self.app._frame()
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        for key in keys:
            self._send(key if len(key) > 1 or key.isalnum() else _character_to_key(key), key)
            await self.pilot._wait_for_screen()
        await self.pilot.pause()

    async def burst(self, *keys: str) -> None:
        """Presses keys that arrive all at once, as over a link that had stopped."""
        for key in keys:
            self._send(key if len(key) > 1 or key.isalnum() else _character_to_key(key), key)
        await self.frames(2)

    async def type(self, text: str) -> None:
        """Types letter by letter, as fast as a paste, and waits until the prompt has the whole text."""
        for letter in text:
            self._send(letter if letter.isalnum() else _character_to_key(letter), letter)
        await self.until(lambda: self.typed.endswith(text))
        await self.pilot.pause()

    def _send(self, key: str, character: str) -> None:
        driver = self.app._driver
        assert driver is not None
        event = events.Key(key, character if len(character) == 1 else None)
        event.set_sender(self.app)
        driver.send_message(event)

    async def enter(self, line: str) -> None:
        """Types a line and Enter."""
        self.app.perform.prompt.put(line)
        await self.press("enter")


@asynccontextmanager
async def console(
    socket: Path,
    size: tuple[int, int] = SMALL,
    keys: Mapping[str, str] | None = None,
    theme: str = "",
    *,
    connected: bool = True,
    remote: RemoteSocket | None = None,
    score: str = "",
) -> AsyncIterator[Console]:
    """Gives a console.

    Args:
        socket: socket of the engine.
        size: size of the terminal.
        keys: keys as in ``[console.keys]``.
        theme: first theme.
        connected: True to wait for the engine.
        remote: connection to the machine of the engine.
        score: score that is opened first.
    """
    wishes = ConsoleSettings(keys=dict(keys or {}))
    app = ConsoleApp(ConsoleOptions(socket, theme, wishes=wishes, remote=remote, score=score))
    async with app.run_test(size=size) as pilot:
        shown = Console(app, pilot)
        if connected:
            await shown.until(lambda: app._link.state is LinkState.UP and app._link.received > 0)
            await shown.until(lambda: "temp " in shown.text or "aim " in shown.text or "●" in shown.text)
        yield shown

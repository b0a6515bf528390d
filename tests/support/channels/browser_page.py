"""WebSocket channel with its page in a browser, for tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.config import WebSocket
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.channels.chromium import Chromium, Page
from tests.support.channels.fake_listener import Hearing, to_the_end
from tests.support.ports import free_tcp_port
from tests.support.waiting import until

Play = Callable[["Stage"], Awaitable[None]]


class Stage:
    """Channel, its listener, and its page in a browser."""

    def __init__(self, settings: WebSocket, dimension: int, hearing: Hearing, page: Page) -> None:
        self.settings = settings
        self.dimension = dimension
        self.hearing = hearing
        self.page = page
        self.channel = WebSocketChannel(settings)

    async def show(self) -> None:
        """Opens the page, and waits until it is connected."""
        await self.page.ask("Page.navigate", url=f"http://127.0.0.1:{self.settings.server_port}/")
        await self.connected()

    async def connected(self) -> None:
        """Waits until the page is connected."""
        await self.page.until("document.readyState === 'complete' && document.body.classList.contains('on')")

    async def spot(self, index: int, height: float) -> tuple[float, float]:
        """Returns the position on the page of a fader at this height, 0..1."""
        box = f"document.querySelectorAll('.track')[{index}].getBoundingClientRect()"
        x, top, tall = await self.page.run(f"(b => [b.left + b.width / 2, b.top, b.height])({box})")
        return x, top + tall * (1.0 - height)

    def shows(self, index: int, number: int) -> str:
        """Returns the condition, in JavaScript, that a fader shows this number."""
        return f"document.querySelectorAll('.fader')[{index}].getAttribute('aria-valuenow') === '{number}'"

    def marks(self, index: int, share: float) -> str:
        """Returns the condition, in JavaScript, that the mark of a fader is near this share of the height."""
        track = f"document.querySelectorAll('.track')[{index}]"
        return (
            f"(t => {{ const b = t.getBoundingClientRect(), m = t.querySelector('.mark').getBoundingClientRect();"
            f" return m.height > 0 && Math.abs((b.bottom - m.bottom) / b.height - {share}) < 0.02; }})({track})"
        )

    def values(self, index: int) -> list[float]:
        """Returns the heard values of one dimension."""
        return [value for event in self.hearing.updates for number, value in event if number == index]


def on_stage(chromium: Chromium, play: Play, entries: Any = (), **settings: Any) -> Hearing:
    """Opens a channel and its page, plays, and closes both; the page must not report an error."""
    loop = EngineLoop()
    hearing = Hearing(loop.scheduler)

    async def run() -> None:
        page = await chromium.page()
        wanted = WebSocket(server_port=free_tcp_port(), **{"input": entries, "output": entries, **settings})
        stage = Stage(wanted, 1 + max(len(wanted.input), len(wanted.output)), hearing, page)
        await stage.channel.open(hearing, stage.dimension)
        try:
            await stage.show()
            await play(stage)
            await page.run("0")  # reads the errors until now
            assert [text for text in page.complaints if "ERR_CONNECTION_REFUSED" not in text] == []
        finally:
            await page.close()
            stage.channel.close()
            await until(lambda: len(asyncio.all_tasks()) == 1)

    to_the_end(loop, run())
    return hearing

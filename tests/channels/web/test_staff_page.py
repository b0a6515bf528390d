"""The page of the staff in a real browser, with a real engine."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.support.channels.chromium import PROGRAM, Chromium, Page
from tests.support.engine.processes import Start
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed (chromium)")

TOKEN = "correct horse battery"


def test_staff_page_opens_with_the_token_and_gives_commands(
    chromium: Chromium, start_engine: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMPSY_TUI_STAFF_TOKEN", TOKEN)
    port = free_tcp_port()
    engine = start_engine(
        f"[model]\ndimension = 4\n[osc]\nserver_port = {free_port()}\n[websocket]\nserver_port = {port}\n"
    )
    engine.command("send", "scene save dark")

    async def log_in(page: Page, token: str) -> None:
        await page.run(f"part('token').value = {json.dumps(token)}; part('login').requestSubmit(); 1")

    async def press(page: Page, button: str) -> None:
        await page.run(f"document.querySelector({json.dumps(button)}).click()")

    async def work() -> None:
        page = await chromium.page()
        try:
            await page.ask("Page.navigate", url=f"http://127.0.0.1:{port}/staff")
            await page.until("document.readyState === 'complete'")
            await page.until("part('status').textContent.includes('callresponse')")
            assert await page.run("part('commands').hidden")
            await log_in(page, "a wrong token of some length")
            await page.until("part('reply').textContent === 'wrong token'")
            await asyncio.sleep(1.5)  # after a wrong token, the next attempt is after a second
            await log_in(page, TOKEN)
            await page.until("!part('commands').hidden && part('login').hidden")
            assert await page.run("part('token').value") == ""
            assert await page.run("[...part('scene').options].map((one) => one.value)") == ["dark"]
            assert await page.run("part('next').disabled")
            await page.run("part('mode').value = 'battle'; 1")
            await press(page, "[data-from=mode]")
            await page.until("part('status').textContent.includes('battle')")
            await press(page, "[data-from=scene]")
            await page.until("part('status').textContent.includes('callresponse')")
            await press(page, "#panic")
            await page.until("part('status').textContent.includes('paused')")
            assert not await page.run("part('reply').classList.contains('wrong')")
            (tmp_path / "staff.png").write_bytes(await page.picture())
            assert [text for text in page.complaints if "wrong token" not in text] == []
            engine.end()
            await page.until("part('status').textContent === 'the engine does not answer'")
            await page.until("part('commands').hidden")
        finally:
            await page.close()

    asyncio.run(work())
    wait_until(lambda: engine.process.poll() == 0)

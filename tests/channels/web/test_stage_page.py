"""The page of the performer in a real browser of the size of a phone, with a real engine."""

import asyncio
import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from impsy_tui.channels.base import Rights
from impsy_tui.channels.monitor import Monitor, StaffReply
from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.channels.web.stage import RATE
from tests.support.channels.chromium import PROGRAM, Chromium, Page
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.web_listener import with_channel
from tests.support.engine.processes import Start
from tests.support.ports import free_port, free_tcp_port

PHONE = (390, 844)
SMALL_PHONE = (320, 568)


async def _press(page: Page, words: str) -> None:
    await page.run(f"[...document.querySelectorAll('button')].find((one) => one.textContent === {words!r}).click()")


@pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed (chromium)")
@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE])
def test_performer_plays_from_the_page(
    chromium: Chromium, start_engine: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    port = free_tcp_port()
    engine = start_engine(
        f"[model]\ndimension = 4\n[osc]\nserver_port = {free_port()}\n[websocket]\nserver_port = {port}\n[demo]\n"
    )
    (engine.folder / "sets").mkdir(exist_ok=True)
    (engine.folder / "sets" / "night.imp").write_text("# calm\ntemp 0.5\n# break\ntemp 2\n")
    for line in ("scene save dark", "cue night"):
        engine.command("send", line)

    async def work() -> None:
        page = await chromium.page(*size)
        try:
            await page.ask("Page.navigate", url=f"http://127.0.0.1:{port}/stage")
            await page.until("document.readyState === 'complete' && state !== null")
            assert await page.run("document.documentElement.scrollWidth <= innerWidth")
            panic = await page.run("(b => [b.top, b.bottom])(part('panic').getBoundingClientRect())")
            cut = "[...document.querySelectorAll('#modes button')].some((one) => one.scrollWidth > one.clientWidth)"
            await page.until("part('modes').children.length > 0")
            assert not await page.run(cut)
            assert 0 < panic[0] < panic[1] <= size[1]
            await _press(page, "polyphony")
            await page.until("player().mode === 'polyphony'")
            await _press(page, "callresponse")
            await page.until("player().mode === 'callresponse'")
            await _press(page, "give")
            await page.until("player().turn === 'player'")
            await _press(page, "take")
            await page.until("player().turn === 'you'")
            await page.run("sliders[0].input.value = 500; sliders[0].input.oninput(); 1")
            await page.until("Math.abs(player().sliders.temp - sliders[0].value()) < 0.01")
            await page.until("!part('next').disabled")
            await page.run("part('next').click()")
            await page.until("state.cue.number === 1 && player().sliders.temp === 0.5")
            await page.until("part('next').textContent.includes('break')")
            await _press(page, "dark")
            await page.until("state.scene === 'dark'")
            await _press(page, "pause")
            await page.until("player().paused && part('pause').textContent === 'resume'")
            await _press(page, "resume")
            await page.until("!player().paused")
            await page.run("part('panic').click()")
            await page.until("player().paused")
            await page.until("Number(canvas.dataset.states) > 5")
            assert await page.run("pen.getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one > 0)")
            await page.run("tell('temp 9999')")
            await page.until("part('reply').classList.contains('wrong')")
            assert "out of range" in await page.run("part('reply').textContent")
            (tmp_path / "stage.png").write_bytes(await page.picture())
            assert page.complaints == []
        finally:
            await page.close()

    asyncio.run(work())


class Performed:
    """Part of an engine that keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Rights]] = []

    def monitor(self) -> Monitor:
        async def choices() -> dict[str, Any]:
            return {}

        async def carry_out(host: str, line: str) -> StaffReply:
            return StaffReply(True, line)

        async def models() -> list[str]:
            return ["m"]

        def perform(channel: str, host: str, line: str, rights: Rights) -> str:
            self.lines.append((line, rights))
            return "" if rights is Rights.COMMANDS else "refused"

        return Monitor(lambda: b"{}", choices, carry_out, lambda: b'{"input":[]}', models, perform)


async def _until(client: Any, key: str) -> dict[str, Any]:
    async for text in client:
        message: dict[str, Any] = json.loads(text)
        if key in message:
            return message
    raise AssertionError(key)


def _origin(url: str) -> Origin:
    return Origin(url.replace("ws", "http").rstrip("/"))


def test_page_gives_lines_with_the_rights_of_its_machine() -> None:
    performed = Performed()

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        channel.show_monitor(performed.monitor())
        async with connect(f"{url}stage", origin=_origin(url)) as client:
            assert await _until(client, "rights") == {"rights": "commands", "models": ["m"]}
            await client.send("mode battle")
            assert await _until(client, "ok") == {"ok": True, "text": "mode battle"}
            assert await _until(client, "state") == {"state": {"input": []}}
        assert performed.lines == [("mode battle", Rights.COMMANDS)]

    with_channel(play)


def test_page_gets_its_rights_before_the_first_state() -> None:
    performed = Performed()

    async def slow_models() -> list[str]:
        await asyncio.sleep(0.3)
        return ["m"]

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        channel.show_monitor(replace(performed.monitor(), models=slow_models))
        async with connect(f"{url}stage", origin=_origin(url)) as client:
            assert list(json.loads(await client.recv())) == ["rights", "models"]
            assert list(json.loads(await client.recv())) == ["state"]

    with_channel(play)


def test_page_that_is_loaded_again_gets_no_more_states() -> None:
    performed = Performed()

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        channel.show_monitor(performed.monitor())
        for _ in range(6):
            async with connect(f"{url}stage", origin=_origin(url)) as client:
                await _until(client, "state")
        async with connect(f"{url}stage", origin=_origin(url)) as client:
            received = 0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.5):
                    while await _until(client, "state"):
                        received += 1
        # A slow machine sends fewer.
        assert 0 < received <= 1.5 * RATE + 3

    with_channel(play)


@pytest.mark.parametrize(
    ("settings", "rights"),
    [
        ({}, Rights.PARAMETERS),
        ({"remote_parameters": False}, Rights.PLAY),
        ({"remote_commands": True}, Rights.COMMANDS),
    ],
)
def test_rights_of_another_machine_follow_the_configuration(settings: dict[str, bool], rights: Rights) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        assert channel._rights("192.168.1.20") is rights
        assert channel._rights("127.0.0.1") is Rights.COMMANDS

    with_channel(play, **settings)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9"])
def test_page_of_another_place_does_not_connect(origin: str) -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        channel.show_monitor(Performed().monitor())
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"{url}stage", origin=origin)  # type: ignore[arg-type]

    with_channel(play)

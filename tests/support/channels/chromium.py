"""Headless Chromium, controlled by its DevTools protocol."""

import asyncio
import base64
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.support.libraries import skip_without_library

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--remote-debugging-port=0",
)


class Chromium:
    """One browser; each test opens a separate page.

    Args:
        folder: folder for all files of the browser.
    """

    def __init__(self, folder: Path) -> None:
        assert PROGRAM is not None
        said = folder / "said.txt"
        with said.open("wb") as sink:
            self._process = subprocess.Popen(
                [PROGRAM, *_OPTIONS, f"--user-data-dir={folder / 'profile'}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=sink,
                start_new_session=True,
                env={**os.environ, "HOME": str(folder)},
            )
        self._said = said
        self._port = 0

    async def page(self, width: int = 390, height: int = 844) -> "Page":
        """Opens a new page of this size, in pixels."""
        if not self._port:
            async with asyncio.timeout(60):
                while not (found := re.search(r"DevTools listening on ws://[^:]+:(\d+)/", self._said.read_text())):
                    if self._process.poll() is not None:
                        skip_without_library(self._said.read_text())
                        raise AssertionError(f"it has ended: {self._said.read_text()}")
                    await asyncio.sleep(0.05)
            self._port = int(found[1])
        target = await asyncio.get_running_loop().run_in_executor(None, self._new_target)
        page = Page(await connect(target["webSocketDebuggerUrl"], max_size=None, compression=None))
        for domain in ("Page", "Runtime", "Log"):
            await page.ask(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await page.ask("Emulation.setDeviceMetricsOverride", **size)
        await page.ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
        return page

    def close(self) -> None:
        """Ends the browser with all its processes."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _new_target(self) -> dict[str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


class Page:
    """Page of the browser.

    Attributes:
        complaints: errors of the page: exceptions, and violations of its policy.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.complaints: list[str] = []
        self._connection = connection
        self._numbers = itertools.count(1)

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command, and waits for the answer."""
        number = next(self._numbers)
        await self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(60):
            while True:
                message = json.loads(await self._connection.recv())
                if message.get("id") == number:
                    assert "error" not in message, message
                    result: dict[str, Any] = message["result"]
                    return result
                self._note(message)

    async def run(self, expression: str) -> Any:
        """Returns the value of a JavaScript expression."""
        result = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def until(self, expression: str) -> None:
        """Waits for an expression to be true."""
        async with asyncio.timeout(60):
            while not await self.run(expression):
                await asyncio.sleep(0.02)

    async def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """Sends touches at these places: touchStart, touchMove or touchEnd (with the remaining touches)."""
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        await self.ask("Input.dispatchTouchEvent", type=kind, touchPoints=fingers)

    async def mouse(self, kind: str, x: float, y: float) -> None:
        """Sends an event of the mouse with its first button: mousePressed, mouseMoved or mouseReleased."""
        await self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    async def picture(self) -> bytes:
        """Returns a screenshot as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])

    async def close(self) -> None:
        """Closes the page."""
        await self.ask("Page.close")
        await self._connection.close()

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))
        elif message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"])

"""Page of the staff: WebSockets at ``/staff`` that carry out a few commands, after a token.

The first message of a client is the token. Each later message is a line of commands. The answers are JSON.
"""

import asyncio
import hashlib
import hmac
import json
import os
import stat
from pathlib import Path
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from impsy_tui.channels.base import ChannelScheduler
from impsy_tui.channels.monitor import Monitor
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.channels.web.client import host_of
from impsy_tui.errors import UserError
from impsy_tui.toml_files import read_regular

TOKEN_VARIABLE: Final = "IMPSY_TUI_STAFF_TOKEN"
SHORTEST_TOKEN: Final = 16
_LARGEST_FILE: Final = 4096
_LONGEST_LOGIN: Final = 10.0
"""Seconds in which a client must send its token."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
"""Seconds without a further attempt after a wrong token; doubled with each wrong one."""
_MOST_HOSTS: Final = 256
"""Addresses whose wrong tokens are remembered: the newest."""
_LEAST_BETWEEN: Final = 0.2
"""Seconds between two lines of one client."""
_MOST_SESSIONS: Final = 8
WRONG_TOKEN: Final = 4401
TOO_MANY: Final = 4429


def read_token(file: str) -> str:
    """Returns the token from a file, or from ``TOKEN_VARIABLE`` if no file is named; empty without a token.

    Raises:
        UserError: The file cannot be read, other users may read it, or the token is too short.
    """
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if file:
        try:
            mode = Path(file).stat().st_mode
            token = read_regular(Path(file), _LARGEST_FILE).decode(errors="replace").strip()
        except OSError as error:
            raise UserError(f"staff_token_file {file} cannot be read: {error.strerror}") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UserError(f"staff_token_file {file} may be read by other users: chmod 600 {file}")
    if (file or token) and len(token) < SHORTEST_TOKEN:
        raise UserError(
            f"the staff token is shorter than {SHORTEST_TOKEN} characters: openssl rand -hex 16 makes one"
        )
    return token


def staff_page(
    file: str, scheduler: ChannelScheduler, troubles: ErrorCounter, monitor: Monitor
) -> "StaffPage | None":
    """Returns the page of the staff; None without a token, or with one that is not safe, which is reported.

    Args:
        file: File with the token, see ``read_token``.
        scheduler, troubles, monitor: See ``StaffPage``.
    """
    try:
        token = read_token(file)
    except UserError as problem:
        troubles.note("staff", f"there is no page for staff: {problem}")
        return None
    return StaffPage(token, scheduler, troubles, monitor) if token else None


class StaffPage:
    """Sessions of the staff.

    Args:
        token: Token that opens a session.
        scheduler: Scheduler of the engine.
        troubles: Counter of the channel's problems.
        monitor: Part of the engine that the staff reaches.
    """

    def __init__(self, token: str, scheduler: ChannelScheduler, troubles: ErrorCounter, monitor: Monitor) -> None:
        self._token = _digest(token)
        self._scheduler = scheduler
        self._troubles = troubles
        self._monitor = monitor
        self._sessions = 0
        self._waits: dict[str, tuple[float, float]] = {}
        """Earliest time of the next attempt, and the wait after a further wrong token, by address."""

    async def serve(self, connection: ServerConnection) -> None:
        """Serves one client until it leaves."""
        try:
            if not await self._opens(connection):
                return
            if self._sessions >= _MOST_SESSIONS:
                await connection.close(TOO_MANY, "too many staff pages are open")
                return
            self._sessions += 1
            try:
                await self._carry_out_lines(connection)
            finally:
                self._sessions -= 1
        except (ConnectionClosed, TimeoutError):
            pass

    async def _opens(self, connection: ServerConnection) -> bool:
        """Returns True if the client sends the token; closes the connection otherwise."""
        host = host_of(connection)
        async with asyncio.timeout(_LONGEST_LOGIN):
            given = await connection.recv()
        now = self._scheduler.now()
        earliest, wait = self._waits.get(host, (0.0, _FIRST_WAIT))
        if now < earliest:
            await connection.close(TOO_MANY, f"wait {earliest - now:.0f} s")
            return False
        if isinstance(given, str) and hmac.compare_digest(_digest(given.strip()), self._token):
            self._waits.pop(host, None)
            return True
        self._waits.pop(host, None)
        self._waits[host] = (now + wait, min(2 * wait, _LONGEST_WAIT))
        while len(self._waits) > _MOST_HOSTS:
            del self._waits[next(iter(self._waits))]
        self._troubles.note("staff", f"{host} sent a wrong token to the staff page: refused")
        await connection.close(WRONG_TOKEN, "wrong token")
        return False

    async def _carry_out_lines(self, connection: ServerConnection) -> None:
        await connection.send(json.dumps({"choices": await self._monitor.choices()}))
        host = host_of(connection)
        async for line in connection:
            if isinstance(line, str):
                reply = await self._monitor.carry_out(host, line)
                await connection.send(json.dumps({"ok": reply.ok, "text": reply.text}))
            # Later lines wait with their sender.
            resumed = asyncio.Event()
            self._scheduler.at(self._scheduler.now() + _LEAST_BETWEEN, resumed.set)
            await resumed.wait()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

"""Decides which requests of browsers are answered with a page, a WebSocket or a refusal."""

from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from impsy_tui.channels.osc.text import is_local
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.channels.web.client import host_of
from impsy_tui.channels.web.origins import Origins
from impsy_tui.channels.web.pages import PageServer, plain
from impsy_tui.text import printable

MOST_CLIENTS: Final = 128


class Admission:
    """Answers requests.

    Args:
        origins: of pages that may connect.
        pages: that are served.
        troubles: where refusals are reported.
    """

    def __init__(self, origins: Origins, pages: PageServer, troubles: ErrorCounter) -> None:
        self._origins = origins
        self._pages = pages
        self._troubles = troubles

    def answer(self, connection: ServerConnection, request: Request, clients: int) -> Response | None:
        """Returns a page, a refusal, or None if the connection may become a WebSocket.

        Args:
            connection: by which the request came.
            request: with its headers.
            clients: number of WebSockets that are open.
        """
        headers = request.headers
        origins, hosts = headers.get_all("Origin"), headers.get_all("Host")
        if "websocket" not in (value.strip().lower() for value in headers.get_all("Upgrade")):
            if not self._origins.serves(hosts):
                return self._refuse_name(connection, hosts)
            # Before its version 17 the library refuses other methods itself.
            return self._pages.answer(getattr(request, "method", "GET"), request.path)
        if not self._origins.admits(origins, hosts, local=is_local(host_of(connection))):
            if not self._origins.serves(hosts):
                return self._refuse_name(connection, hosts)
            return self._refuse_page(connection, origins)
        if clients >= MOST_CLIENTS:
            self._troubles.note("clients", f"{MOST_CLIENTS} clients are connected (the most): another one is refused")
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, "Too many clients are connected.")
        return None

    def _refuse_page(self, connection: ServerConnection, origins: list[str]) -> Response:
        origin = printable(", ".join(origins)[:80])
        line = f'[websocket] origins = ["{origin}"]'
        page = f"a page of {origin}"
        if origin == "null":
            page = "a page from a file, or one that another page holds in a sandbox (origin null)"
        self._troubles.note(
            "origin", f"{page}, open in a browser at {host_of(connection)}, is refused: {line} lets it play"
        )
        return plain(HTTPStatus.FORBIDDEN, f"This page may not play. In the configuration, {line} lets it play.")

    def _refuse_name(self, connection: ServerConnection, hosts: list[str]) -> Response:
        """Answers a browser that opened a name which is not ours: it may be a name of an attacker."""
        name = printable(", ".join(hosts)[:80]) or "no name"
        self._troubles.note(
            "host",
            f"a browser at {host_of(connection)} opened {name}, which is no name of this machine: refused. "
            f'Open an address, or write [websocket] origins = ["http://{name}"]',
        )
        return plain(HTTPStatus.FORBIDDEN, "This machine does not have this name. Open its address instead.")

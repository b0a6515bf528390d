"""Decides which requests of browsers are answered with a page, a WebSocket or a refusal."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from websockets.http11 import Request, Response

from impsy_tui.channels.osc.text import is_local
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.channels.web.client import host_of
from impsy_tui.channels.web.connection import WebConnection
from impsy_tui.channels.web.origins import Origins
from impsy_tui.channels.web.pages import STAFF, STAGE, PageServer, plain
from impsy_tui.config import WebSocket
from impsy_tui.text import printable

MOST_CLIENTS: Final = 128
"""Clients that may play."""
MOST_LISTENERS: Final = 8
"""Pages of other places. Their limit is separate, so that they take no place from clients that may play."""


_QUIET_INTERVAL: Final = 60.0
"""Seconds between two reports of the same kind about pages of other places, which come again by themselves."""


class Admission:
    """Answers requests.

    Args:
        connections: all open connections of the server.
        settings: address of the channel, and origins of other pages that may play. The channel's own pages alone may
            connect as staff.
        pages: pages that the channel serves.
        troubles: counter of the channel's problems, refusals among them.
    """

    def __init__(
        self, connections: Collection[WebConnection], settings: WebSocket, pages: PageServer, troubles: ErrorCounter
    ) -> None:
        self._connections = connections
        self._origins = Origins(settings.server_ip, settings.origins)
        self._own = Origins(settings.server_ip, ())
        self._pages = pages
        self._troubles = troubles

    def answer(self, connection: WebConnection, request: Request, players: int) -> Response | None:
        """Returns a page, a refusal, or None if the connection may become a WebSocket.

        Args:
            connection: connection of the request; keeps the origin of a page of another place.
            request: request with its headers.
            players: number of clients that may play.
        """
        headers = request.headers
        origins, hosts = headers.get_all("Origin"), headers.get_all("Host")
        if "websocket" not in (value.strip().lower() for value in headers.get_all("Upgrade")):
            if not self._origins.serves(hosts):
                return self._refuse_name(connection, hosts)
            # Before its version 17 the library refuses other methods itself.
            return self._pages.answer(getattr(request, "method", "GET"), request.path)
        if request.path == STAFF:
            if self._pages.has_staff and self._own.lets_play(origins, hosts, local=False):
                return None
            return plain(HTTPStatus.FORBIDDEN, "Only the page of the staff connects here.")
        if request.path == STAGE:
            if self._pages.has_stage and self._own.lets_play(origins, hosts, local=False):
                return None
            return plain(HTTPStatus.FORBIDDEN, "Only the page of the performer connects here.")
        if self._origins.lets_play(origins, hosts, local=is_local(host_of(connection))):
            return self._refuse_client() if players >= MOST_CLIENTS else None
        if not self._origins.serves(hosts):
            return self._refuse_name(connection, hosts)
        if len(origins) > 1:  # no browser sends several
            return plain(HTTPStatus.BAD_REQUEST, "The request has more than one Origin.")
        # Counted by connection: several pages can come before the first of them is a client.
        if sum(bool(each.foreign_page) for each in self._connections) >= MOST_LISTENERS:
            return self._refuse_listener(connection, origins[0])
        connection.foreign_page = printable(origins[0][:80])
        return None

    def _refuse_client(self) -> Response:
        self._troubles.note("clients", f"{MOST_CLIENTS} clients are connected (the most): another one is refused")
        return plain(HTTPStatus.SERVICE_UNAVAILABLE, "Too many clients are connected.")

    def _refuse_listener(self, connection: WebConnection, origin: str) -> Response:
        page, line = _in_words(printable(origin[:80]))
        self._troubles.note(
            "listeners",
            f"{page}, open in a browser at {host_of(connection)}, is refused: {MOST_LISTENERS} pages of other places "
            f"listen (the most). {line} lets it play",
            _QUIET_INTERVAL,
        )
        return plain(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages of other places listen.")

    def _refuse_name(self, connection: WebConnection, hosts: list[str]) -> Response:
        """Answers a request for a name that does not belong to this machine: it may be the name of an attacker."""
        name = printable(", ".join(hosts)[:80]) or "no name"
        self._troubles.note(
            "host",
            f"a browser at {host_of(connection)} opened {name}, which is no name of this machine: refused. "
            f'Open an address, or write [websocket] origins = ["http://{name}"]',
        )
        return plain(HTTPStatus.FORBIDDEN, "This machine does not have this name. Open its address instead.")


def note_refused_message(troubles: ErrorCounter, connection: WebConnection) -> None:
    """Notes that a page of another place sends, although such a page may only listen."""
    page, line = _in_words(connection.foreign_page)
    troubles.note(
        "page",
        f"{page}, open in a browser at {host_of(connection)}, may only listen: {line} lets it play",
        _QUIET_INTERVAL,
    )


def _in_words(origin: str) -> tuple[str, str]:
    """Returns the name of a page with this origin, and the line of the configuration that lets the page play."""
    page = "a page from a file or in a sandbox (origin null)" if origin == "null" else f"a page of {origin}"
    return page, f'[websocket] origins = ["{origin}"]'

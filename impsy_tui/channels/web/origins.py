"""Web pages that may play: those of this program, others that this machine serves to itself, and configured ones.

Without this check every page that a browser has open could play, because WebSockets have no other limits (RFC 6455,
section 10.2). Other pages may only listen. The name in Host is checked too. An attacker can make a name point to this
machine (DNS rebinding), and then Origin and Host agree.
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, urlsplit


class Origins:
    """Decides which requests are answered.

    Args:
        server_ip: address or name that the channel listens at.
        allowed: origins of the configuration, such as ``https://editor.p5js.org``.
    """

    def __init__(self, server_ip: str, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(map(_normal, allowed))
        own = socket.gethostname().lower()
        self._names = {"localhost", own, f"{own.removesuffix('.local')}.local", server_ip.lower()}
        self._names.update(name for origin in self._allowed if (name := _split(origin).hostname))

    def serves(self, hosts: Sequence[str]) -> bool:
        """Returns True if these values of Host name this machine, by one of its names or by an address.

        Any address is accepted, because an address cannot be rebound.
        """
        if len(hosts) != 1:
            return False
        name = _split(f"//{hosts[0].strip()}").hostname or ""
        return name in self._names or _is_address(name)

    def lets_play(self, origins: Sequence[str], hosts: Sequence[str], *, local: bool) -> bool:
        """Returns True if a request for a WebSocket comes from no page, or from a page that may play.

        Args:
            origins: values of the header Origin.
            hosts: values of the header Host.
            local: True if the request comes from this machine. Then a page that this machine serves at any port may
                play: only programs of this machine can have such an origin.
        """
        if not origins:
            return True
        if len(origins) > 1 or not self.serves(hosts):
            return False
        origin = _normal(origins[0])
        if origin in self._allowed:
            return True
        page = _split(origin)
        if local and page.scheme in ("http", "https") and _is_loopback(page.hostname or ""):
            return True
        # A page of this port belongs to this program, under each name of the machine.
        return (
            page.scheme in ("http", "https")
            and self.serves([page.netloc])
            and _port(page) == _port(_split(f"{page.scheme}://{hosts[0].strip()}"))
        )


def _normal(origin: str) -> str:
    return origin.strip().lower().rstrip("/")


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        _ = split.port, split.hostname  # each raises an error for an invalid origin
    except ValueError:
        return urlsplit("")
    return split


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _is_loopback(name: str) -> bool:
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

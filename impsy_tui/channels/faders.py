"""The page with faders that the WebSocket channel serves to browsers."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Response

from impsy_tui.channels.mapping import Entry

_FILE: Final = Path(__file__).with_name("faders.html")
_INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


class FaderPage:
    """One page with a fader for each value; it needs nothing from anywhere else.

    Args:
        inputs: what the faders send.
        outputs: what predictions are sent as, so that the faders can follow.
    """

    def __init__(self, inputs: Sequence[Entry], outputs: Sequence[Entry]) -> None:
        page = _FILE.read_text(encoding="utf-8")
        mapping = {"input": inputs, "output": outputs}
        self._tag = hashlib.sha256((page + _for_script(mapping)).encode()).hexdigest()[:16]
        page = page.replace("{{mapping}}", _for_script({**mapping, "tag": self._tag}))
        self._body = page.encode()
        self._policy = _policy(page)

    def answer(self, method: str, path: str) -> Response:
        """The answer to a request that wants no WebSocket."""
        if method not in ("GET", "HEAD"):
            return plain(HTTPStatus.METHOD_NOT_ALLOWED, "This page can only be looked at.", Allow="GET, HEAD")
        if path.partition("?")[0] != "/":
            return plain(HTTPStatus.NOT_FOUND, "There is nothing here: the faders are at /.", method == "HEAD")
        headers = Headers(
            {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(self._body)),
                "Content-Security-Policy": self._policy,
                "Cache-Control": "no-store",
                "ETag": f'"{self._tag}"',
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Connection": "close",
            }
        )
        return Response(HTTPStatus.OK, "OK", headers, b"" if method == "HEAD" else self._body)


def plain(status: HTTPStatus, text: str, empty: bool = False, **headers: str) -> Response:
    """A short answer in words; without them if it is to be empty."""
    body = f"{text}\n".encode()
    named = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "X-Content-Type-Options": "nosniff",
        "Connection": "close",
        **headers,
    }
    return Response(status, status.phrase, Headers(named), b"" if empty else body)


def _policy(page: str) -> str:
    """Nothing but the page's own script and style may run, known by their digests."""
    digests: dict[str, list[str]] = {"script": [], "style": []}
    for found in _INLINE.finditer(page):
        digest = base64.b64encode(hashlib.sha256(found[2].encode()).digest()).decode()
        digests[found[1]].append(f"'sha256-{digest}'")
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(digests['script'])}",
            f"style-src {' '.join(digests['style'])}",
            # Older Safari does not count a WebSocket to the page's own host as 'self'.
            "connect-src 'self' ws: wss:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _for_script(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

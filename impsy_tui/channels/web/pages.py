"""Web pages of the WebSocket channel: faders, and a touch pad that shows the ensemble."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Response

from impsy_tui.channels.midi.mapping import UNUSED, Entry
from impsy_tui.config.mapping_targets import targets_of
from impsy_tui.ensemble.gestures import NAMES, SHORT
from impsy_tui.modes import MODES
from impsy_tui.parameters import SIGMA, TEMP

STAFF: Final = "/staff"
STAGE: Final = "/stage"
_FOLDER: Final = Path(__file__).parent / "static"
_SHARED: Final = ("page_head.html", "page.css", "page.js")
"""Files that both pages include by a mark such as ``{{page.css}}``; the head includes the style."""
_INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


class PageServer:
    """Serves a page with a fader for each value, and a touch pad; both pages are complete without other servers.

    Args:
        inputs: mapping of the faders.
        outputs: mapping of predictions, so that the faders can follow.
        touches: True if there is a pad; the pad is then the first page.
    """

    def __init__(self, inputs: Sequence[Entry], outputs: Sequence[Entry], *, touches: bool = False) -> None:
        self._inputs, self._outputs = inputs, outputs
        self._status: Callable[[], bytes] | None = None
        self._staff: _Page | None = None
        self._stage: _Page | None = None
        self._files = {name: _read(name) for name in ("faders", *(("pad",) if touches else ()))}
        self._make_pages()

    def set_inputs(self, inputs: Sequence[Entry]) -> None:
        """Sets the mapping of the faders; no file is read."""
        self._inputs = inputs
        self._make_pages()

    def set_outputs(self, outputs: Sequence[Entry]) -> None:
        """Sets the mapping that the faders follow; no file is read."""
        self._outputs = outputs
        self._make_pages()

    def _make_pages(self) -> None:
        inputs, outputs, files = _firsts(self._inputs), _firsts(self._outputs), self._files
        stage = ["stage"] if self._stage is not None else []
        others = [*(["pad"] if "pad" in files else []), *stage]
        faders = _Page("faders", files["faders"], {"input": inputs, "output": outputs, "others": others})
        self._pages = {"/": faders, "/faders": faders}
        if "pad" in files:
            gestures = dict(zip(SHORT, NAMES, strict=True))
            others = [*(["faders"] if inputs or outputs else []), *stage]
            pad = _Page("pad", files["pad"], {"gestures": gestures, "others": others})
            self._pages = {"/": pad, "/pad": pad, "/faders": faders}

    def show_status(self, status: Callable[[], bytes]) -> None:
        """Serves the status of the engine, as JSON, at ``/status``."""
        self._status = status

    def show_staff(self) -> None:
        """Serves the page of the staff at ``/staff``."""
        self._staff = _Page("staff", _read("staff"), {"modes": list(MODES)})

    def show_stage(self) -> None:
        """Serves the page of the performer at ``/stage``."""
        sliders = [(one.name, one.limits.low, one.limits.high) for one in (TEMP, SIGMA)]
        self._stage = _Page(
            "stage", _read("stage"), {"modes": list(MODES), "sliders": sliders, "others": list(self._files)}
        )
        self._make_pages()  # with links to it

    @property
    def has_stage(self) -> bool:
        """True if the page of the performer is served."""
        return self._stage is not None

    @property
    def has_staff(self) -> bool:
        """True if the page of the staff is served."""
        return self._staff is not None

    def answer(self, method: str, path: str) -> Response:
        """Returns the answer to a request for a page."""
        if method not in ("GET", "HEAD"):
            return plain(HTTPStatus.METHOD_NOT_ALLOWED, "This page can only be looked at.", Allow="GET, HEAD")
        path = path.partition("?")[0]
        if path == "/status" and self._status is not None:
            return _answer(self._status(), "application/json", method == "HEAD")
        page = {STAFF: self._staff, STAGE: self._stage}.get(path) or self._pages.get(path)
        if page is None:
            there = " and ".join(f"{name} ({one.title})" for name, one in self._pages.items())
            return plain(HTTPStatus.NOT_FOUND, f"There is nothing here, but at {there}.", method == "HEAD")
        return page.answer(method == "HEAD")


class _Page:
    """One page in one file, with a policy that allows only its own script.

    Args:
        title: title of the page.
        page: text of the page.
        settings: settings for its script.
    """

    def __init__(self, title: str, page: str, settings: Mapping[str, object]) -> None:
        self.title = title
        self._tag = hashlib.sha256((page + _for_script(settings)).encode()).hexdigest()[:16]
        page = page.replace("{{mapping}}", _for_script({**settings, "tag": self._tag}))
        self._body = page.encode()
        self._policy = _policy(page)

    def answer(self, empty: bool) -> Response:
        """Returns the page as an answer; only its headers for a HEAD request."""
        more = {
            "Content-Security-Policy": self._policy,
            "ETag": f'"{self._tag}"',
            "Referrer-Policy": "no-referrer",
        }
        return _answer(self._body, "text/html; charset=utf-8", empty, more)


def _firsts(entries: Sequence[Entry]) -> list[Entry]:
    """Returns the first target of each dimension: a fader shows one."""
    return [next(iter(targets_of(entry)), UNUSED) for entry in entries]


def _answer(body: bytes, kind: str, empty: bool, more: Mapping[str, str] | None = None) -> Response:
    headers = {
        "Content-Type": kind,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Connection": "close",
        **(more or {}),
    }
    return Response(HTTPStatus.OK, "OK", Headers(headers), b"" if empty else body)


def _read(title: str) -> str:
    """Returns the text of a page with its included files."""
    page = (_FOLDER / f"{title}.html").read_text(encoding="utf-8")
    for shared in _SHARED:
        page = page.replace(f"{{{{{shared}}}}}", (_FOLDER / shared).read_text(encoding="utf-8"))
    return page.replace("{{title}}", title)


def plain(status: HTTPStatus, text: str, empty: bool = False, **headers: str) -> Response:
    """Returns a short answer as text; only its headers for a HEAD request."""
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
    """Returns the policy that allows the page's own script and style alone, by their digests."""
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
    """Returns JSON that cannot end the script element around it."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

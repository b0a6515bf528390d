"""Watching a JACK server: which ports there are, what is connected, and whether it still runs.

python-rtmidi does not tell that a server has gone: it lists the ports of the past for ever, and
once its buffer is full it waits, holding the interpreter, for a server that no longer reads. So
this looks through the JACK library itself, the very one that python-rtmidi has loaded, by
ctypes, which lets the interpreter go during each call.
"""

import ctypes
import threading
from typing import Any, ClassVar, Final

import rtmidi  # type: ignore[import-untyped]

_MIDI: Final = b"8 bit raw midi"
_IS_INPUT, _IS_OUTPUT = 1, 2
_START_NO_SERVER: Final = 1
_MOST_PORTS: Final = 4096


def _library() -> Any:
    """The functions of JACK that are needed; None where python-rtmidi was built without JACK."""
    try:
        found = ctypes.CDLL(rtmidi._rtmidi.__file__)
        pointer, text, names = ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p)
        for name, result, arguments in (
            ("jack_client_open", pointer, [text, ctypes.c_int, pointer]),
            ("jack_client_close", ctypes.c_int, [pointer]),
            ("jack_on_shutdown", None, [pointer, pointer, pointer]),
            ("jack_get_ports", names, [pointer, text, text, ctypes.c_ulong]),
            ("jack_port_by_name", pointer, [pointer, text]),
            ("jack_port_get_all_connections", names, [pointer, pointer]),
            ("jack_last_frame_time", ctypes.c_uint32, [pointer]),
            ("jack_free", None, [pointer]),
            ("jack_set_error_function", None, [pointer]),
            ("jack_set_info_function", None, [pointer]),
        ):
            function = getattr(found, name)
            function.restype, function.argtypes = result, arguments
        return found
    except (AttributeError, OSError):
        return None


def _address(function: str) -> ctypes.c_void_p:
    return ctypes.cast(getattr(ctypes.CDLL(None), function), ctypes.c_void_p)


class JackWatch:
    """A client of a JACK server that has no ports and looks on.

    All methods may be called by any thread. ``close`` may wait for a call that is under way.

    Raises:
        OSError: no server runs, or JACK is not there at all.
    """

    _jack: Any = None
    _left: ClassVar[list[Any]] = []
    """What servers that have ended may yet write to."""

    def __init__(self, name: str) -> None:
        if JackWatch._jack is None:
            jack = JackWatch._jack = _library()
            if jack is not None:
                # What JACK would print, twice a second while no server runs, goes to a function that does nothing.
                jack.jack_set_error_function(_address("strlen"))
                jack.jack_set_info_function(_address("strlen"))
        if self._jack is None:
            raise OSError("no JACK library")
        self._lock = threading.Lock()
        self._gone_at = ctypes.c_int64(0)
        self._frames: int | None = None
        self._stuck = False
        self._client = self._jack.jack_client_open(name.encode(), _START_NO_SERVER, None)
        if not self._client:
            raise OSError("no JACK server")
        # The server's end is noted by the C library's time(), which writes to where it is told: no
        # thread of JACK ever waits for the interpreter.
        self._jack.jack_on_shutdown(self._client, _address("time"), ctypes.addressof(self._gone_at))

    @staticmethod
    def usable() -> bool:
        """Whether the JACK library can be reached at all."""
        return _library() is not None

    @property
    def alive(self) -> bool:
        """Whether the server runs. Known at once, without asking it."""
        return self._client is not None and not self._gone_at.value and not self._stuck

    def check(self) -> None:
        """Notice a server that no longer moves: call it now and then, half a second apart."""
        with self._lock:
            if self._client is not None:
                frames = self._jack.jack_last_frame_time(self._client)
                self._stuck = frames == self._frames
                self._frames = frames

    def ports(self) -> tuple[list[str], list[str]]:
        """Names of the MIDI ports that can be heard, and of those that can be sent to."""
        with self._lock:
            if self._client is None:
                return [], []
            ask = self._jack.jack_get_ports
            return (
                self._take(ask(self._client, None, _MIDI, _IS_OUTPUT)),
                self._take(ask(self._client, None, _MIDI, _IS_INPUT)),
            )

    def connected(self, port: str, other: str) -> bool:
        """Whether two ports are connected."""
        with self._lock:
            if self._client is None:
                return False
            found = self._jack.jack_port_by_name(self._client, port.encode())
            if not found:
                return False
            return other in self._take(self._jack.jack_port_get_all_connections(self._client, found))

    def close(self) -> None:
        """Leave the server; where it has ended, touch nothing of what it has left in memory."""
        with self._lock:
            if self.alive:
                self._jack.jack_client_close(self._client)
            else:
                self._left.append(self._gone_at)
            self._client = None

    def _take(self, names: Any) -> list[str]:
        found: list[str] = []
        if names:
            while len(found) < _MOST_PORTS and (name := names[len(found)]) is not None:
                found.append(name.decode(errors="replace"))
            self._jack.jack_free(names)
        return found

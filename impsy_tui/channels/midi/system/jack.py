"""Watch of a JACK server by its C library: its ports, their connections, and its end.

python-rtmidi does not report the end of a server. It lists the past ports for ever. When its buffer is full, it waits
for the dead server and holds the interpreter. So this module calls the JACK library that python-rtmidi has loaded, by
ctypes, which releases the interpreter during each call. If the library cannot be reached, ``JackWatch.usable`` is
False, and ``ports`` uses python-rtmidi instead.

JACK-Client 0.5.7 cannot replace ctypes. After the end of a server, its ``close`` and its finaliser call
``jack_client_close`` for the dead server, and the process ends with a segmentation fault.
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
    """Returns the functions of JACK that are needed; None if python-rtmidi was built without JACK."""
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
    """Client of a JACK server without ports.

    Any thread may call the methods. ``close`` may wait for a call in progress.

    Raises:
        OSError: no server runs, or there is no JACK library.
    """

    _jack: Any = None
    _left: ClassVar[list[Any]] = []
    """Memory that servers may still write to after their end."""

    def __init__(self, name: str) -> None:
        if JackWatch._jack is None:
            jack = JackWatch._jack = _library()
            if jack is not None:
                # JACK prints twice a second while no server runs: its text goes to a function that does nothing.
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
        # The C library's time() notes the end of the server in `_gone_at`: no thread of JACK ever waits for the
        # interpreter.
        self._jack.jack_on_shutdown(self._client, _address("time"), ctypes.addressof(self._gone_at))

    @staticmethod
    def usable() -> bool:
        """Returns True if the JACK library can be reached."""
        return _library() is not None

    @property
    def alive(self) -> bool:
        """True while the server runs; does not call the server."""
        return self._client is not None and not self._gone_at.value and not self._stuck

    def check(self) -> None:
        """Checks that the server still runs; two calls must be at least half a second apart."""
        with self._lock:
            if self._client is not None:
                frames = self._jack.jack_last_frame_time(self._client)
                self._stuck = frames == self._frames
                self._frames = frames

    def ports(self) -> tuple[list[str], list[str]]:
        """Returns the names of the MIDI inputs and of the MIDI outputs."""
        with self._lock:
            if self._client is None:
                return [], []
            ask = self._jack.jack_get_ports
            return (
                self._take(ask(self._client, None, _MIDI, _IS_OUTPUT)),
                self._take(ask(self._client, None, _MIDI, _IS_INPUT)),
            )

    def connected(self, port: str, other: str) -> bool:
        """Returns True if two ports are connected."""
        with self._lock:
            if self._client is None:
                return False
            found = self._jack.jack_port_by_name(self._client, port.encode())
            if not found:
                return False
            return other in self._take(self._jack.jack_port_get_all_connections(self._client, found))

    def close(self) -> None:
        """Leaves the server. After the end of the server, its memory must not be touched."""
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

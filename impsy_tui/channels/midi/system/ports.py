"""MIDI ports of this machine.

This module calls python-rtmidi, which holds the interpreter during each call. So the engine uses a separate process:
see `host`.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any, Final, Protocol

import rtmidi  # type: ignore[import-untyped]

from impsy_tui.channels.midi.system.jack import JackWatch
from impsy_tui.channels.midi.system.port_names import LINK_CLIENT
from impsy_tui.errors import UserError

_APIS: Final = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "linux_alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "unix_jack": rtmidi.API_UNIX_JACK,
    "coremidi": rtmidi.API_MACOSX_CORE,
    "macosx_core": rtmidi.API_MACOSX_CORE,
    "winmm": rtmidi.API_WINDOWS_MM,
    "windows_mm": rtmidi.API_WINDOWS_MM,
}
_NAMES: Final = {
    rtmidi.API_LINUX_ALSA: "ALSA",
    rtmidi.API_UNIX_JACK: "JACK",
    rtmidi.API_MACOSX_CORE: "CoreMIDI",
    rtmidi.API_WINDOWS_MM: "WinMM",
}
_NOT_THERE: Final = {
    rtmidi.API_LINUX_ALSA: "ALSA has no MIDI here: /dev/snd/seq is missing",
    rtmidi.API_UNIX_JACK: "the JACK server is not running",
}


class _Ports(Protocol):
    @property
    def alive(self) -> bool: ...

    def ports(self) -> tuple[list[str], list[str]]: ...

    def leads(self, real: str, own: str) -> bool: ...

    def close(self) -> None: ...


class _JackPorts:
    def __init__(self) -> None:
        self._watch = JackWatch(f"{LINK_CLIENT}{os.getpid()}")

    @property
    def alive(self) -> bool:
        return self._watch.alive

    def ports(self) -> tuple[list[str], list[str]]:
        self._watch.check()
        if not self._watch.alive:
            raise OSError
        return self._watch.ports()

    def leads(self, real: str, own: str) -> bool:
        """A device that was unplugged and plugged in again between two scans exists, but is not connected."""
        return not own or self._watch.connected(real, own)

    def close(self) -> None:
        self._watch.close()


class _AnyPorts:
    def __init__(self, api: int) -> None:
        if api == rtmidi.API_LINUX_ALSA and sys.platform == "linux" and not os.path.exists("/dev/snd/seq"):
            raise OSError  # the library would print each attempt
        self._api = api
        self._listeners = self._listen()
        self.alive = True

    def ports(self) -> tuple[list[str], list[str]]:
        if self._api == rtmidi.API_UNIX_JACK:  # clients of a server that has ended list its last ports for ever
            self.close()
            self._listeners = self._listen()
        heard, sent = self._listeners
        return heard.get_ports(), sent.get_ports()

    def leads(self, real: str, own: str) -> bool:
        return True

    def close(self) -> None:
        listeners, self._listeners = self._listeners, ()
        for listener in listeners:
            listener.delete()

    def _listen(self) -> tuple[Any, ...]:
        name = f"{LINK_CLIENT}{os.getpid()}"
        return rtmidi.MidiIn(rtapi=self._api, name=name), rtmidi.MidiOut(rtapi=self._api, name=name)


class PortFinder:
    """Finds the ports of one MIDI system.

    Args:
        api: name as in the configuration; empty for that of the environment, or else the first that works.
    """

    def __init__(self, api: str = "") -> None:
        backend, _, of_environment = os.environ.get("MIDO_BACKEND", "").partition("/")
        if not api and backend == "mido.backends.rtmidi":
            api = of_environment
        self._wanted = api
        self._ports: _Ports | None = None
        self._api = 0

    def look(self, links: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
        """Returns the names of all ``inputs`` and ``outputs``, and the number of the ``api``; or the ``problem``.

        Args:
            links: device port and own port of each link to check; an empty own port is not checked. ``lost`` is True
                for each link whose device is gone. ``restarted`` is True if the MIDI system is another one than at
                the last scan, so that all earlier ports are gone.
        """
        ports = self._ports
        if ports is not None and not ports.alive:
            self.close()
            ports = None
        restarted = ports is None
        try:
            if ports is None:
                ports, self._api = self._find()
                self._ports = ports
            inputs, outputs = ports.ports()
            here = {*inputs, *outputs}
            lost = [restarted or real not in here or not ports.leads(real, own) for real, own in links]
        except UserError as problem:
            return {"problem": str(problem)}
        except Exception:
            self.close()
            return {"problem": _NOT_THERE.get(self._api, "MIDI does not answer")}
        return {
            "api": self._api,
            "inputs": [name for name in inputs if not name.startswith(LINK_CLIENT)],
            "outputs": [name for name in outputs if not name.startswith(LINK_CLIENT)],
            "lost": lost,
            "restarted": restarted,
        }

    def close(self) -> None:
        """Leaves the MIDI system."""
        ports, self._ports = self._ports, None
        if ports is not None:
            try:
                ports.close()
            except Exception:
                pass  # the client is not used again

    def _find(self) -> tuple[_Ports, int]:
        compiled = rtmidi.get_compiled_api()
        candidates = [api for api in compiled if api in _NAMES]
        if self._wanted:
            api = _APIS.get(self._wanted.casefold())
            spoken = ", ".join(_NAMES[one] for one in candidates) or "none"
            if api is None:
                raise UserError(f'no MIDI system is called "{self._wanted}". MIDI systems here: {spoken}')
            if api not in compiled:
                raise UserError(f"{_NAMES[api]} is not available on this machine. MIDI systems here: {spoken}")
            candidates = [api]
        for api in candidates:
            try:
                if api == rtmidi.API_UNIX_JACK and JackWatch.usable():
                    return _JackPorts(), api
                return _AnyPorts(api), api
            except Exception:
                continue
        reasons = [_NOT_THERE.get(api, f"{_NAMES[api]} does not answer") for api in candidates]
        raise UserError("; ".join(reasons) or "python-rtmidi supports no MIDI system on this machine")


def list_ports(api: str = "") -> tuple[list[str], list[str]]:
    """Returns the names of all inputs and of all outputs.

    Args:
        api: name as in the configuration; empty for that of the environment, or else the first that works.

    Raises:
        UserError: there is no MIDI; the message says why.
    """
    finder = PortFinder(api)
    try:
        seen = finder.look()
    finally:
        finder.close()
    if "problem" in seen:
        raise UserError(seen["problem"])
    return seen["inputs"], seen["outputs"]

"""MIDI ports of this machine: which there are, whose names match, and opening them.

What python-rtmidi is asked for is asked here. It never lets the interpreter go, so what takes long is done
seldom: ports are opened when a device comes, and looked for by other means where there are any.
"""

import itertools
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import rtmidi  # type: ignore[import-untyped]

from impsy_tui.channels import ChannelProblem
from impsy_tui.channels.midi_jack import JackWatch
from impsy_tui.channels.midi_links import Arrived, InLink, Link, OutLink, dismiss, harmless

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

VIRTUAL_CLIENT: Final = "impsy-tui"
"""What the owner of virtual ports is called."""
_LINK_CLIENT: Final = "impsy-link-"
"""How the owners of ports that lead to a device are called; such ports are no devices."""
_numbers = itertools.count(1)

_PATIENCE: Final = 0.5
"""Seconds to wait, at the end, for a look that is under way."""


def _client_name() -> str:
    return f"{_LINK_CLIENT}{os.getpid()}-{next(_numbers)}"


def match(wanted: str, names: Sequence[str]) -> str | None:
    """The port that is meant by a name or a part of one.

    An exact match goes first, then one without the numbers that ALSA puts behind a name, then a name
    that contains it, and last one that contains it if case is left aside.
    """
    folded = wanted.casefold()
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: re.sub(r" \d+:\d+$", "", name) == wanted,
        lambda name: wanted in name,
        lambda name: folded in name.casefold(),
    )
    for test in tests:
        for name in names:
            if test(name):
                return name
    return None


def client_of(port: str) -> str:
    """The client that a port belongs to, empty where that name says nothing of the device."""
    client = port.partition(":")[0]
    return "" if client in ("system", "a2j", "Midi-Bridge") else client


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look around found.

    Attributes:
        inputs: names of ports that can be heard.
        outputs: names of ports that can be sent to.
        lost: links that lead nowhere now.
    """

    inputs: Sequence[str]
    outputs: Sequence[str]
    lost: frozenset[Link]


class _Finder(Protocol):
    @property
    def alive(self) -> bool: ...

    def ports(self) -> tuple[list[str], list[str]]: ...

    def leads(self, link: Link) -> bool: ...

    def close(self) -> None: ...


class _JackFinder:
    def __init__(self) -> None:
        self._watch = JackWatch(_client_name())

    @property
    def alive(self) -> bool:
        return self._watch.alive

    def ports(self) -> tuple[list[str], list[str]]:
        self._watch.check()
        if not self._watch.alive:
            raise OSError
        return self._watch.ports()

    def leads(self, link: Link) -> bool:
        """A device that was pulled and put back between two looks is there, and yet not connected."""
        return not link.own or self._watch.connected(link.real, link.own)

    def close(self) -> None:
        self._watch.close()


class _AnyFinder:
    def __init__(self, api: int) -> None:
        if api == rtmidi.API_LINUX_ALSA and sys.platform == "linux" and not os.path.exists("/dev/snd/seq"):
            raise OSError  # the attempt would be printed, each time
        self._api = api
        self._listeners = self._listen()
        self.alive = True

    def ports(self) -> tuple[list[str], list[str]]:
        if self._api == rtmidi.API_UNIX_JACK:  # listeners of a server that has ended list its last ports for ever
            self.close()
            self._listeners = self._listen()
        heard, sent = self._listeners
        return heard.get_ports(), sent.get_ports()

    def leads(self, link: Link) -> bool:
        return True

    def close(self) -> None:
        listeners, self._listeners = self._listeners, ()
        for listener in listeners:
            listener.delete()

    def _listen(self) -> tuple[Any, ...]:
        return rtmidi.MidiIn(rtapi=self._api, name=_client_name()), rtmidi.MidiOut(
            rtapi=self._api, name=_client_name()
        )


class Ports:
    """The ports of one system of MIDI. Its methods may wait: they are for a thread.

    Args:
        api: its name as in the settings; empty takes what the environment says, else the first that works.
    """

    def __init__(self, api: str = "") -> None:
        backend, _, of_environment = os.environ.get("MIDO_BACKEND", "").partition("/")
        if not api and backend == "mido.backends.rtmidi":
            api = of_environment
        self._wanted = api
        self._finder: _Finder | None = None
        self._api = 0
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it was there a moment ago."""
        return self._finder is not None and self._finder.alive

    def look(self, links: Iterable[Link] = ()) -> Seen:
        """Which ports there are.

        Args:
            links: to be looked after.

        Raises:
            ChannelProblem: there is no MIDI at all; the message says why.
        """
        with self._lock:
            finder = self._finder
            if finder is not None and not finder.alive:
                self._finder = None
                harmless(finder.close)
                finder = None
            try:
                if finder is None:
                    finder, self._api = self._find()
                    self._finder = finder
                inputs, outputs = finder.ports()
                lost = frozenset(link for link in links if not self._holds(finder, link, {*inputs, *outputs}))
            except ChannelProblem:
                raise
            except Exception:
                self._finder = None
                if finder is not None:
                    harmless(finder.close)
                raise ChannelProblem(_NOT_THERE.get(self._api, "MIDI does not answer")) from None
        return Seen(
            [name for name in inputs if not name.startswith(_LINK_CLIENT)],
            [name for name in outputs if not name.startswith(_LINK_CLIENT)],
            lost,
        )

    def open_input(self, real: str, arrived: Arrived, *, virtual: bool, everything: bool) -> InLink:
        """Hear a device.

        Args:
            real: its port, or what a virtual one is to be called.
            arrived: told of what comes in.
            virtual: make a port for others to connect to.
            everything: hear clock and system exclusive messages too.

        Raises:
            ChannelProblem: the system refuses; the message says what it says.
        """
        name = VIRTUAL_CLIENT if virtual else _client_name()
        made = self._make(rtmidi.MidiIn, name)
        link = InLink(made, real, "" if virtual else f"{name}:in", self._alive(), everything)
        link.hear_clock(False)
        link.listen(arrived)
        self._lead(link, made, "in")
        return link

    def open_output(self, real: str, *, virtual: bool) -> OutLink:
        """Send to a device; see ``open_input``."""
        name = VIRTUAL_CLIENT if virtual else _client_name()
        made = self._make(rtmidi.MidiOut, name)
        link = OutLink(made, real, "" if virtual else f"{name}:out", self._alive())
        self._lead(link, made, "out")
        return link

    def close(self) -> None:
        """Stop looking. Links are to be closed before."""
        if not self._lock.acquire(timeout=_PATIENCE):
            return  # a server that does not answer is being asked
        try:
            finder, self._finder = self._finder, None
            if finder is not None:
                harmless(finder.close)
        finally:
            self._lock.release()

    @staticmethod
    def _holds(finder: _Finder, link: Link, here: set[str]) -> bool:
        if not link.alive():
            return False
        return link.virtual or (link.real in here and finder.leads(link))

    def _alive(self) -> Callable[[], bool]:
        finder = self._finder
        return lambda: finder is not None and finder.alive

    def _make(self, kind: Any, name: str) -> Any:
        try:
            return kind(rtapi=self._api, name=name)
        except Exception as error:
            raise ChannelProblem(str(error)) from None

    def _lead(self, link: Link, made: Any, port: str) -> None:
        try:
            if link.virtual:
                made.open_virtual_port(link.real)
                return
            names = made.get_ports()
            if link.real not in names:
                raise ChannelProblem("it went while it was opened")
            made.open_port(names.index(link.real), port)
        except Exception as error:
            dismiss([link])
            raise ChannelProblem(str(error)) from None
        if self._finder is not None and not self._finder.leads(link):
            link.own = ""  # JACK has called it otherwise: no use asking for it by name

    def _find(self) -> tuple[_Finder, int]:
        compiled = rtmidi.get_compiled_api()
        candidates = [api for api in compiled if api in _NAMES]
        if self._wanted:
            api = _APIS.get(self._wanted.casefold())
            spoken = ", ".join(_NAMES[one] for one in candidates) or "none"
            if api is None:
                raise ChannelProblem(f'no MIDI system is called "{self._wanted}"; there are here: {spoken}')
            if api not in compiled:
                raise ChannelProblem(f"{_NAMES[api]} is not to be had on this machine; there are here: {spoken}")
            candidates = [api]
        for api in candidates:
            try:
                if api == rtmidi.API_UNIX_JACK and JackWatch.usable():
                    return _JackFinder(), api
                return _AnyFinder(api), api
            except Exception:
                continue
        reasons = [_NOT_THERE.get(api, f"{_NAMES[api]} does not answer") for api in candidates]
        raise ChannelProblem("; ".join(reasons) or "python-rtmidi knows no MIDI system of this machine")


def list_ports(api: str = "") -> tuple[list[str], list[str]]:
    """Names of all inputs and of all outputs.

    Args:
        api: as in the settings; empty takes what the environment says, else the first that works.

    Raises:
        ChannelProblem: there is no MIDI; the message says why.
    """
    ports = Ports(api)
    try:
        seen = ports.look()
    finally:
        ports.close()
    return list(seen.inputs), list(seen.outputs)

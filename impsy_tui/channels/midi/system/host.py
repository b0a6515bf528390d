"""Process that opens MIDI ports: ``python -m impsy_tui.channels.midi.system.host DESCRIPTOR [real-time]``.

The process imports python-rtmidi once and forks one process for each request of the engine. So each port has a
separate interpreter: a waiting call of python-rtmidi stops neither another port nor the engine.

A request is a line of JSON on the Unix socket DESCRIPTOR, together with two descriptors of pipes. The new process
reads frames from the first pipe and writes frames to the second. Its first frame is JSON: the opened port, or the
problem. Each process ends when its pipe ends. An output first turns off the notes that still sound: the engine may
have been killed. Then it repeats the last note-offs, because JACK without real-time priority loses messages.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from typing import Any, Final

from impsy_tui.channels.midi.system.driver import loading_problem
from impsy_tui.channels.midi.system.frames import LONGEST, Frames, frame
from impsy_tui.channels.midi.system.port_names import LINK_CLIENT, VIRTUAL_CLIENT
from impsy_tui.channels.realtime import take_normal_priority, take_real_time_priority
from impsy_tui.errors import UserError

_PATIENCE: Final = 10
"""Seconds that a call of the MIDI system may take; after that the process ends, and the engine tries again."""
_LAST_PATIENCE: Final = 2
"""The same for closing a port."""
_SETTLE: Final = 0.05
"""Seconds for the last messages to leave before a port is closed."""
_REPEATED: Final = 0.25
"""Seconds. Note-offs of this last time are repeated before a port is closed."""
_PIECE: Final = 1 << 16


def main() -> None:
    """Serves requests until the engine closes the socket."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # the process ends when the engine closes its pipes
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    take_real_time_priority()
    control = socket.socket(fileno=int(sys.argv[1]))
    problem = loading_problem()
    while True:
        line, descriptors, _, _ = socket.recv_fds(control, _PIECE, 2)
        if not line:
            return
        problem = problem and loading_problem()  # the library may have been installed meanwhile
        if not os.fork():
            control.close()
            try:
                if problem:
                    _refuse(problem, *descriptors)
                else:
                    _serve(json.loads(line), *descriptors)
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _refuse(problem: str, down: int, up: int) -> None:
    """Answers each frame with the reason why there is no MIDI; runs in the new process."""
    os.set_blocking(down, True)
    frames = Frames()
    while data := os.read(down, _PIECE):
        for asked, _ in frames.feed(data):
            if not asked or not loading_problem():
                return
            _write_all(up, {"problem": problem})


def _serve(request: dict[str, Any], down: int, up: int) -> None:
    """Carries out a request until the engine closes the pipe; runs in the new process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.set_blocking(down, True)
    match request["kind"]:
        case "look":
            _look(request["api"], down, up)
        case "in":
            _InPort(up).serve(request, down)
        case "out":
            _OutPort(up).serve(request, down)


def _look(api: str, down: int, up: int) -> None:
    """Answers each frame, which has the links to check, with the ports of the MIDI system."""
    take_normal_priority()
    from impsy_tui.channels.midi.system.ports import PortFinder

    finder = PortFinder(api)
    frames = Frames()
    while data := os.read(down, _PIECE):
        for asked, _ in frames.feed(data):
            if not asked:
                signal.alarm(_LAST_PATIENCE)
                finder.close()
                return
            signal.alarm(_PATIENCE)
            _write_all(up, finder.look(json.loads(asked)))
            signal.alarm(0)


def _write_all(up: int, answer: dict[str, Any]) -> None:
    data = frame(json.dumps(answer).encode())
    os.set_blocking(up, True)
    while data:
        data = data[os.write(up, data) :]


class _Port:
    """Port of python-rtmidi with its pipes to the engine."""

    def __init__(self, up: int) -> None:
        self._up = up
        self._made: Any = None

    def serve(self, request: dict[str, Any], down: int) -> None:
        """Opens the port, then handles the frames of the engine."""
        signal.alarm(_PATIENCE)
        try:
            self._open(request)
        except Exception as error:
            _write_all(self._up, {"problem": str(error)})
            return
        signal.alarm(0)
        frames = Frames()
        while data := os.read(down, _PIECE):
            for message, _ in frames.feed(data):
                if not message:
                    self._end(close=True)
                    return
                self._take(message)
        self._end(close=False)

    def _make(self, request: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _take(self, message: bytes) -> None:
        raise NotImplementedError

    def _open(self, request: dict[str, Any]) -> None:
        virtual, real = request["virtual"], request["real"]
        name = VIRTUAL_CLIENT if virtual else f"{LINK_CLIENT}{os.getpid()}"
        self._made = self._make({**request, "name": name})
        port = request["kind"]
        if virtual:
            self._made.open_virtual_port(real)
        else:
            names = self._made.get_ports()
            if real not in names:
                raise UserError("the device was disconnected while it was opened")
            self._made.open_port(names.index(real), port)
        self._answer({"own": "" if virtual else f"{name}:{port}"})

    def _answer(self, answer: dict[str, Any]) -> None:
        _write_all(self._up, answer)
        os.set_blocking(self._up, False)

    def _end(self, *, close: bool) -> None:
        """Ends the port.

        Args:
            close: True if the MIDI system still runs. A client of a JACK server that has ended must not be closed:
                that would damage the memory that it shares with the next server.
        """
        signal.alarm(_LAST_PATIENCE)
        time.sleep(_SETTLE)
        if close:
            self._made.close_port()
            self._made.delete()


class _InPort(_Port):
    """Sends the messages of a port to the engine."""

    def __init__(self, up: int) -> None:
        super().__init__(up)
        self._lost = 0
        self._everything = False
        self._answers = threading.Lock()
        self._has_answered = False

    def _make(self, request: dict[str, Any]) -> Any:
        self._everything = request["everything"]
        import rtmidi  # type: ignore[import-untyped]

        self._made = rtmidi.MidiIn(rtapi=request["api"], name=request["name"], queue_size_limit=1)
        self._hear_clock(wanted=request["clock"])
        self._made.set_callback(self._arrived)
        return self._made

    def _answer(self, answer: dict[str, Any]) -> None:
        with self._answers:  # the answer comes before all messages
            super()._answer(answer)
            self._has_answered = True

    def _take(self, message: bytes) -> None:
        self._hear_clock(wanted=message == b"\x01")

    def _hear_clock(self, *, wanted: bool) -> None:
        everything = self._everything
        self._made.ignore_types(sysex=not everything, timing=not (everything or wanted), active_sense=True)

    def _arrived(self, event: tuple[list[int], float], data: Any) -> None:
        at = time.monotonic()
        if not self._has_answered:
            with self._answers:
                if not self._has_answered:
                    return
        if not event[0] or len(event[0]) > LONGEST:
            return
        try:
            if self._lost:
                os.write(self._up, frame(b"", float(self._lost)))
                self._lost = 0
            written = frame(bytes(event[0]), at)
            sent = os.write(self._up, written)
            if sent < len(written):  # long messages alone are cut: the rest must follow
                os.set_blocking(self._up, True)
                os.write(self._up, written[sent:])
                os.set_blocking(self._up, False)
        except BlockingIOError:
            self._lost += 1
        except (OSError, ValueError):
            pass  # the engine has closed the pipe

    def _end(self, *, close: bool) -> None:
        self._made.cancel_callback()
        super()._end(close=close)


class _OutPort(_Port):
    """Sends the messages of the engine to a port."""

    def __init__(self, up: int) -> None:
        super().__init__(up)
        self._sounding: dict[tuple[int, int], None] = {}
        self._ended: dict[tuple[int, int], float] = {}
        """Time of the note-off of each note that has not been struck since."""

    def _make(self, request: dict[str, Any]) -> Any:
        import rtmidi

        return rtmidi.MidiOut(rtapi=request["api"], name=request["name"])

    def _take(self, message: bytes) -> None:
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        if kind == 0x90 and len(message) > 2 and message[2]:
            self._sounding[channel, message[1]] = None
            self._ended.pop((channel, message[1]), None)
        elif kind in (0x80, 0x90) and len(message) > 1:
            self._sounding.pop((channel, message[1]), None)
            self._ended[channel, message[1]] = time.monotonic()
        signal.alarm(_PATIENCE)  # when its buffer is full, python-rtmidi waits without end for a dead server
        try:
            self._made.send_message(message)
        except Exception as error:
            self._answer({"problem": str(error)})
        signal.alarm(0)

    def _end(self, *, close: bool) -> None:
        for channel, note in list(self._sounding):
            self._take(bytes((0x80 | channel, note, 0)))
        since = time.monotonic() - _REPEATED
        time.sleep(_SETTLE)
        for (channel, note), at in list(self._ended.items()):
            if at > since:
                self._take(bytes((0x80 | channel, note, 0)))
        super()._end(close=close)


if __name__ == "__main__":
    main()

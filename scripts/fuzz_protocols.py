"""Fuzzer of protocols: mutated bytes for every parser of messages, under bounds of time and memory.

    PYTHON scripts/fuzz_protocols.py [--bytes 1000000] [--seed 1] [PROTOCOL…]

A parser may refuse a message with the exceptions that it documents. HTTP requests and WebSocket frames go to the
server of the channel over TCP, and it must answer a valid request afterwards. Findings are: another exception, more
than a second of processor time for a piece, growing memory. Needs the packages of the tests. The exit status is 1
after a finding.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, Final

from fuzz import mutated
from fuzz_seeds import ROOT

sys.path.insert(0, str(ROOT))  # the tests have listeners

from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.channels.midi.stream import MidiStream
from impsy_tui.channels.osc.packet import BUNDLE_AT_ONCE, read_packet, write_message
from impsy_tui.channels.serial.lines import SerialChannel
from impsy_tui.channels.web.text_protocol import read_text
from impsy_tui.channels.web.touch_protocol import read_touch
from impsy_tui.config import Serial
from impsy_tui.engine.server.control_server import _Client
from impsy_tui.errors import MalformedMessageError
from tests.support.channels import web_listener
from tests.support.channels.fake_listener import perform

MEMORY: Final = 8 << 20
"""Bytes by which the memory may grow."""
SLOWEST: Final = 1.0
"""Processor time in seconds for a piece."""

_MESSAGE: Final = write_message("/interface", 0.1, 0.2, 3, "x")
_SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "OSC": (
        _MESSAGE,
        BUNDLE_AT_ONCE + len(_MESSAGE).to_bytes(4, "big") + _MESSAGE,
        write_message("/impsy/temp", 1.5),
    ),
    "MIDI": (bytes((0x90, 60, 100, 60, 0, 0xB0, 1, 64, 0xF8, 0xE1, 0, 64, 0xF0, 1, 2, 0xF7, 0xC0, 5)),),
    "serial": (b"0.1,0.2,0.3\n0.4 0.5 0.6\r\n", b"1,0,0.5\r"),
    "text": (b"/channel/1/cc/42/64", b"/channel/16/noteon/60/100", b"/touch/0/0.5/0.25/0.1", b"/touch/ended/3"),
    "control": tuple(
        json.dumps(message).encode()
        for message in (
            {"type": "hello", "protocol": 2},
            {"type": "command", "id": 1, "line": "temp 1", "force": False},
            {"type": "subscribe", "rate": 20.0, "events": True, "since": 0.0},
            {"type": "ask", "id": 2, "about": "log", "name": "x", "columns": 80},
            {"type": "save_set", "id": 3, "name": "first", "text": "# one", "before": ""},
        )
    ),
}
_GREETING: Final = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_FRAME: Final = b"\x81\x93\0\0\0\0/channel/1/cc/42/64"
_HTTP: Final = (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n", _GREETING)


class Fuzz:
    """Mutated pieces of one protocol, and the findings.

    Args:
        name: name of the protocol.
        size: number of bytes.
        seed: random seed.
    """

    def __init__(self, name: str, size: int, seed: int) -> None:
        self.name, self.size = name, size
        self.pieces = self.refused = 0
        self.slowest = 0.0
        self.findings: list[str] = []
        self._dice = random.Random(f"{name} {seed}")

    def mutations(self, seeds: tuple[bytes, ...]) -> Iterator[bytes]:
        """Yields mutated pieces, together as many bytes as wanted."""
        left = self.size
        while left > 0:
            piece = mutated(self._dice.choice(seeds), self._dice)[:4096]
            left -= max(1, len(piece))
            self.pieces += 1
            yield piece

    def parse(self, read: Callable[[bytes], object]) -> None:
        """Gives mutated pieces to a parser."""
        for piece in self.mutations(_SEEDS[self.name]):
            began = time.process_time()
            try:
                read(piece)
            except MalformedMessageError:
                self.refused += 1
            except Exception as error:
                self.findings.append(f"{self.name}: {type(error).__name__}: {error} for {piece[:200]!r}")
            self.slowest = max(self.slowest, time.process_time() - began)


def _midi(fuzz: Fuzz) -> None:
    stream, mapping = MidiStream(), InputMapping([("note_on", 1), ("control_change", 1, 1), ("pitch_bend", 2)])
    fuzz.parse(lambda piece: [mapping.updates(message) for message in stream.feed(piece)])


def _text(fuzz: Fuzz) -> None:
    fuzz.parse(lambda piece: read_touch(piece.decode(errors="replace")) or read_text(piece.decode(errors="replace")))


def _control(fuzz: Fuzz) -> None:
    def read(piece: bytes) -> None:
        for data in (piece, piece.decode(errors="replace")):
            if isinstance(_Client.read(_Client, data), str):  # type: ignore[arg-type]
                raise MalformedMessageError

    fuzz.parse(read)


def _serial(fuzz: Fuzz) -> None:
    async def play(hearing: Any) -> None:
        fuzz.parse(lambda piece: channel.received(piece, 0.0))
        hearing.vectors.clear()
        hearing.told.clear()

    channel = SerialChannel(Serial(port="/nowhere"))
    perform(channel, play, 4)


def _web(fuzz: Fuzz) -> None:
    seeds = _HTTP if fuzz.name == "HTTP" else (_FRAME,)

    async def play(channel: Any, hearing: Any, url: str) -> None:
        port = web_listener.port_of(url)
        for piece in fuzz.mutations(seeds):
            data = piece if fuzz.name == "HTTP" else _GREETING + piece
            await _send(port, data)
        status, _, page = await asyncio.to_thread(web_listener.get, f"http://127.0.0.1:{port}/")
        if status != 200 or not page:
            fuzz.findings.append(f"{fuzz.name}: a valid request gets {status}")
        for one in (hearing.messages, hearing.rights, hearing.told, hearing.held, hearing.updates, hearing.times):
            one.clear()

    web_listener.with_channel(play)


async def _send(port: int, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        writer.write_eof()
        async with asyncio.timeout(20):
            while await reader.read(1 << 16):
                pass
    except OSError:
        pass  # the server may cut the connection
    finally:
        writer.close()


PROTOCOLS: Final[dict[str, Callable[[Fuzz], None]]] = {
    "OSC": lambda fuzz: fuzz.parse(read_packet),
    "MIDI": _midi,
    "serial": _serial,
    "text": _text,
    "control": _control,
    "HTTP": _web,
    "WebSocket": _web,
}


def main() -> None:
    """Runs the fuzzer, and prints a line for each protocol."""
    parser = argparse.ArgumentParser(description="Fuzzes every protocol.")
    parser.add_argument("protocols", nargs="*", default=[*PROTOCOLS], metavar="PROTOCOL", help=", ".join(PROTOCOLS))
    parser.add_argument("--bytes", type=int, default=1_000_000, help="Bytes for each protocol (default 1000000).")
    parser.add_argument("--seed", type=int, default=1, help="Random seed (default 1).")
    options = parser.parse_args()
    found = []
    for name in options.protocols:
        fuzz = Fuzz(name, options.bytes, options.seed)
        tracemalloc.start()
        PROTOCOLS[name](fuzz)
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        if used > MEMORY:
            fuzz.findings.append(f"{name}: {used >> 10} kB stay in use")
        if fuzz.slowest > SLOWEST:
            fuzz.findings.append(f"{name}: {fuzz.slowest:.1f} s for a piece")
        facts = f"{options.bytes} bytes, {fuzz.pieces} pieces, {fuzz.refused} refused, {used >> 10} kB"
        print(f"{name}: {facts}, slowest {fuzz.slowest * 1000:.1f} ms, {len(fuzz.findings)} findings", flush=True)
        for finding in fuzz.findings[:5]:
            print(f"    {finding}", flush=True)
        found += fuzz.findings
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()

"""Fuzzer of commands on a running engine: control socket, OSC, bound controls and set lists."""

import os
import random
import shutil
import tty
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from common import ROOT
from fuzz_virtual import NAMES
from random_lines import RandomLines
from tested_engine import TestedEngine, rss

from impsy_tui.channels.midi.stream import MidiStream
from impsy_tui.channels.osc.packet import write_message
from impsy_tui.control.client import connected
from impsy_tui.control.messages import Event, Reply, Snapshot
from impsy_tui.errors import NoEngineError
from impsy_tui.language.commands import GROUPS
from impsy_tui.parameters import ENGINE, MDRNN, PARAMETERS, Kind

LINES: Final = 150
"""Lines between two checks."""
VALUES: Final = 8
PATIENCE: Final = 300.0
"""Seconds for a reply: twenty commands in a line may start a process each, on a busy machine."""
_WITHOUT: Final = ("shutdown", "clock link")
"""Commands that no line has. With Link, another engine on the machine changes the tempo, and `undo` does not."""
_JOBS: Final = tuple(command.name for command in GROUPS["Files and jobs"])
"""Commands that start processes or change files: one line in fifty has one."""
_CONFIG: Final = """
log_predictions = true
[interaction]
mode = "callresponse"
threshold = 0.1
[model]
file = "models/musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"
[[player]]
name = "lead"
[[player]]
name = "bass"
mode = "battle"
[[player]]
name = "trio"
kind = "ensemble"
players = 3
[osc]
server_port = {port}
client_port = {out}
touches = ["metatone"]
[serialmidi]
port = "ttyMIDI"
input = [["control_change", 1, 1]]
output = [["note_on", 1], ["note_velocity", 1], ["note_on", 2], ["control_change", 1, 4],
 ["control_change", 1, 5], ["control_change", 1, 6], ["note_on", 3], ["control_change", 1, 8]]
"""
_NAMES: Final = {
    **NAMES,
    "model": ("none",) * 40 + ("musicMDRNN", "newest", "ensembleRNN-units16", "s"),
    "name": ("lead", "trio", "none"),
    "kind": ("log", "model"),
}
_ENDED: Final = "The engine failed"


class EngineFuzz:
    """Running engine with two players, an ensemble, and a MIDI synth, and the findings.

    Args:
        folder: folder of the engine.
        dice: source of the random numbers.
    """

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self.dice = dice
        self.findings: list[str] = []
        self.lines = {"control socket": 0, "OSC": 0, "bound": 0, "set list": 0}
        self.refused = 0
        self.sounding: dict[tuple[int, int], int] = {}
        (folder / "sets").mkdir()
        (folder / "models").mkdir()
        for name in ("musicMDRNN*", "ensembleRNN*"):
            for file in (ROOT / "models").glob(name):
                shutil.copy(file, folder / "models")
        self._far, near = os.openpty()
        tty.setraw(near)
        os.set_blocking(self._far, False)
        (folder / "ttyMIDI").symlink_to(os.ttyname(near))
        self._midi = MidiStream()
        self._folder = folder
        self._recent: list[str] = []
        self._memory: list[float] = []
        self._lines = RandomLines(dice, _NAMES, ("lead", "bass", "trio"), (*_WITHOUT, *_JOBS))
        self._jobs = RandomLines(dice, _NAMES, ("lead", "bass", "trio"), _WITHOUT)
        self._engine = TestedEngine(folder, _CONFIG)
        self._start()

    def _start(self) -> None:
        ready = self._engine.start()
        if not ready.startswith("ready"):
            raise SystemExit(f"the engine does not start: {ready}{self._engine.said()}")
        self._stack = ExitStack()
        self._client = self._stack.enter_context(connected(self._engine.socket, 20.0))
        self._receive, self._client._receive = self._client._receive, self._hear  # type: ignore[method-assign]
        self._client.subscribe(0.0, events=True)

    def _hear(self, patience: float | None = PATIENCE) -> Any:
        message = self._receive(max(patience or 0.0, PATIENCE))
        if isinstance(message, Event) and message.level == "error" and message.source == "engine":
            self._find(f"event: {message.text}")
        return message

    @property
    def growth(self) -> float:
        """Megabytes by which the memory grew after the first quarter."""
        quarter = len(self._memory) // 4
        return max(0.0, self._memory[-1] - self._memory[quarter]) if self._memory else 0.0

    def _find(self, finding: str) -> None:
        self.findings.append(f"{finding}\n    after {self._recent[-6:]!r:.3000}")

    def _say(self, line: str, *, random_: bool = True) -> Reply:
        """Gives a line over the control socket; returns the reply, which must have words."""
        if random_:
            self._recent.append(line)
        try:
            reply = self._client.command(line.encode("utf-8", "replace").decode())
        except NoEngineError as problem:
            self._find(f"no reply: {problem}; {self._engine.said()[-2000:]}")
            raise SystemExit(self.findings[-1]) from None
        self._listen()
        if reply.text.startswith(_ENDED):
            self._find(f"the engine failed at {line!r:.500}")
        if not (reply.text or (reply.ok and not line.strip(" ;\t\n"))):
            self._find(f"no words in the reply to {line!r:.500}")
        self.refused += random_ and not reply.ok
        return reply

    def _line(self) -> str:
        return (self._jobs if self.dice.random() < 0.02 else self._lines).line()

    def round(self) -> None:
        """Gives some lines from all sources, then checks status, undo and notes."""
        self._recent.clear()
        found = len(self.findings)
        for line in ("unlock", "cancel replay", "log on", "record off", "learn off", "unbind osc /b1"):
            self._say(line, random_=False)
        self._undo_all()
        before = self._state()
        for _ in range(LINES):
            source = self.dice.choices([*self.lines], [10, 4, 2, 0.3])[0]
            {"control socket": self._type, "OSC": self._osc, "bound": self._bound, "set list": self._cue}[source]()
            if self.dice.random() < 0.3:
                self._engine.send(write_message("/interface", *(self.dice.random() for _ in range(VALUES))))
                self._engine.send(
                    write_message("/metatone/touch", "lead", *(500 * self.dice.random() for _ in "xyv"))
                )
        self._engine.count(0.05)  # the engine has the OSC messages
        self._say("unlock", random_=False)
        if self._undo_all():
            self._compare(before, self._state())
        self._check_status()
        self._check_silence()
        self._engine.drain()
        self._memory.append(rss(self._engine.pid))
        if len(self.findings) > found:  # a finding must not cause others
            self._end()
            self._start()

    def _type(self) -> None:
        self.lines["control socket"] += 1
        self._say(self._line())

    def _osc(self) -> None:
        self.lines["OSC"] += 1
        line = self._line()
        self._recent.append(f"OSC {line}")
        self._engine.send(write_message("/impsy/command", line[:1400].encode("utf-8", "replace").decode()))

    def _bound(self) -> None:
        self.lines["bound"] += 1
        if self._say(f"bind osc /b1 {self._line()}").ok:
            self._engine.send(write_message("/b1", 1.0))
        self._listen()

    def _cue(self) -> None:
        lines = [self._lines.valid() if self.dice.random() < 0.95 else self._lines.line() for _ in range(8)]
        self.lines["set list"] += len(lines)
        text = "\n".join(("# one", *lines[:4], "# two", *lines[4:]))
        (self._folder / "sets" / "wild.imp").write_text(text, encoding="utf-8", errors="replace")
        for line in ("cue wild", "next", "next"):
            self._say(line)

    def _undo_all(self) -> bool:
        """Takes everything back; returns False if there may be more than the history holds."""
        for count in range(400):
            reply = self._say("undo", random_=False)
            if reply.text == "there is nothing to undo":
                return count < 195
        self._find(f"undo has no end: {reply.text:.300}")
        return False

    def _snapshot(self) -> Snapshot:
        snapshot = self._client.snapshot()
        self._client.subscribe(0.0, events=True)
        return snapshot

    def _state(self) -> dict[str, Any]:
        """Returns everything that undo takes back, by name."""
        snapshot = self._snapshot()
        state = {
            f"{player.name} {name}": value for player in snapshot.players for name, value in player.parameters.items()
        }
        state |= {f"{player.name} model": player.model for player in snapshot.players}
        scenes = {name: value for name, value in snapshot.parameters.items() if PARAMETERS[name].in_scenes}
        return state | scenes | {"marks": snapshot.marks, "pending": [one.text for one in snapshot.pending]}

    def _compare(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        different = [
            f"{name}: {before.get(name)} became {after.get(name)}"
            for name in {*before, *after}
            if before.get(name) != after.get(name)
        ]
        if different:
            self.findings.append(f"undo of everything: {'; '.join(different)}\n    after {self._recent!r:.8000}")

    def _check_status(self) -> None:
        """Sets parameters, and compares them with the status."""
        for parameter in self.dice.sample([one for one in PARAMETERS.values() if one.example], 6):
            scope = parameter.scope[0]
            if scope not in (MDRNN, ENGINE) or parameter.inverse or parameter.kind not in (Kind.NUMBER, Kind.TIME):
                continue
            value = float(f"{self.dice.uniform(parameter.limits.low, min(parameter.limits.high, 1e4)):.4g}")
            to = "@lead " if scope == MDRNN else ""
            if not self._say(f"{to}{parameter.name} {value}").ok:
                continue
            snapshot = self._snapshot()
            lead = next(player for player in snapshot.players if player.name == "lead")
            shown = (lead.parameters if to else snapshot.parameters).get(parameter.name)
            if shown != value:
                self._find(f"{parameter.name} {value} is accepted, but the snapshot has {shown}")
            words = f"{parameter.name} {parameter.shown(value)}"
            text = self._say("status", random_=False).text
            if parameter.name != "tempo" and words not in text and value != parameter.default:
                self._find(f"the status does not say {words}: {text}")

    def _listen(self) -> None:
        """Reads the wire of the MIDI synth."""
        while True:
            try:
                data = os.read(self._far, 4096)
            except BlockingIOError:
                return
            for message in self._midi.feed(data):
                kind, note = message[0] & 0xF0, (message[0] & 0x0F, message[1] if len(message) > 1 else 0)
                if kind == 0x90 and message[2]:
                    self.sounding[note] = self.sounding.get(note, 0) + 1
                elif kind in (0x80, 0x90):
                    self.sounding.pop(note, None)
                elif kind == 0xB0 and message[1] in (120, 123):
                    self.sounding = {one: count for one, count in self.sounding.items() if one[0] != note[0]}

    def _check_silence(self) -> None:
        self._say("panic", random_=False)
        self._engine.count(0.1)
        self._listen()
        if self.sounding:
            self._find(f"notes sound after panic: {self.sounding}")
            self.sounding.clear()
        self._say("@all resume", random_=False)

    def close(self) -> None:
        """Ends the engine, and checks memory and the end."""
        self._end()
        if self.growth > 25.0:
            self._find(f"memory grew by {self.growth:.0f} MB")
        self._engine.close()

    def _end(self) -> None:
        self._stack.close()
        code = self._engine.end()
        self._listen()
        if code:
            self._find(f"the engine ended with {code}: {self._engine.said()[-2000:]}")
        if self.sounding:
            self._find(f"notes sound after the end: {self.sounding}")
        if "Traceback" in self._engine.said():
            self._find(self._engine.said()[-3000:])
            self._engine.errors.write_text("")

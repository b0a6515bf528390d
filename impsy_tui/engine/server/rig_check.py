"""Rig check: tests everything that can fail in a performance."""

import asyncio
import os
import platform
import resource
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from impsy_tui.channels.base import Channel
from impsy_tui.channels.own_addresses import own_addresses
from impsy_tui.control.answers import Check
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.runtime.realtime_priority import BUSY, RealtimePriority
from impsy_tui.engine.server.machine_health import read_health
from impsy_tui.engine.server.snapshot import free_space

_LITTLE_SPACE = 200e6
_NO_SPACE = 20e6
_SLOW_WRITE = 0.5
_HOT = 80.0
_DEAD_DISK = 10.0
"""Seconds without an answer after which a disk counts as dead."""
_LATE = 0.005

State = Literal["ok", "warning", "error"]


class RigChecker:
    """Checks of channels, players, log and machine.

    Args:
        session: Players.
        channels: Channels of the session.
        log: Performance log.
        socket: Path of the control socket.
        lateness: Returns the worst lateness of the last second, in seconds.
        priority: Real-time priority of the engine.
    """

    def __init__(
        self,
        session: Session,
        channels: Sequence[Channel],
        log: PerformanceLog,
        socket: Path,
        lateness: Callable[[], float],
        priority: RealtimePriority,
    ) -> None:
        self._session = session
        self._channels = channels
        self._log = log
        self._socket = socket
        self._lateness = lateness
        self._priority = priority

    async def checks(self) -> tuple[Check, ...]:
        """Returns all checks; checks that may block run in a thread."""
        late = self._lateness()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_DEAD_DISK):
                slow = await loop.run_in_executor(None, self._check_machine)
        except TimeoutError:
            slow = [Check("disk", "error", f"the disk of {self._log.folder} does not answer within {_DEAD_DISK:g} s")]
        return (
            *self._check_channels(),
            *self._check_players(),
            self._check_log(),
            _check_timing(late),
            *_check_priority(self._priority),
            *slow,
        )

    def _check_channels(self) -> list[Check]:
        checks = []
        for channel in self._channels:
            status = channel.status()
            text = f"{status.bound}; {status.received} in, {status.sent} out"
            state: State = "ok" if status.state == "open" else "warning" if status.state == "waiting" else "error"
            if status.problem:
                state = "warning" if state == "ok" else state
                text += f"; last problem: {status.problem}"
            elif status.state != "open":
                text = f"{status.state}: {text}"
            checks.append(Check(status.name, state, text))
        return checks or [Check("channels", "error", "no channel is configured: nothing can be heard or played")]

    def _check_players(self) -> list[Check]:
        players = self._session.players
        checks = [_check_player("model" if len(players) == 1 else name, player) for name, player in players.items()]
        return checks + list(map(_check_ensemble, self._session.ensembles.values()))

    def _check_log(self) -> Check:
        log = self._log
        if log.problem:
            return Check("log", "error", f"{log.problem}; {log.rows - log.written} events wait for the disk")
        if not log.enabled:
            return Check("log", "warning", "off: your events are not kept; log on starts it")
        return Check("log", "ok", f"{log.file or log.folder.absolute()}, {log.written} events on the disk")

    def _check_machine(self) -> list[Check]:
        return [
            self._check_disk(),
            self._check_socket(),
            _check_network(),
            _check_clock(),
            *_check_health(),
            Check("system", "ok", f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"),
        ]

    def _check_disk(self) -> Check:
        folder = self._log.folder.absolute()
        free = free_space(folder)
        space = f"{free / 1e9:.1f} GB free" if free >= 0 else "free space unknown"
        while not os.path.exists(folder) and folder != folder.parent:
            folder = folder.parent
        began = time.monotonic()
        try:
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".rig-check-") as probe:
                probe.write(b"x" * 65536)
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            return Check("disk", "error", f"Cannot write to {folder}: {error.strerror}")
        took = time.monotonic() - began
        state: State = "ok"
        if 0 <= free < _LITTLE_SPACE or took > _SLOW_WRITE:
            state = "error" if 0 <= free < _NO_SPACE else "warning"
        return Check("disk", state, f"{space}, a write takes {took * 1000:.0f} ms")

    def _check_socket(self) -> Check:
        try:
            found = self._socket.stat()
        except OSError as error:
            return Check("socket", "error", f"{self._socket}: {error.strerror}")
        if stat.S_IMODE(found.st_mode) & 0o077:
            return Check("socket", "warning", f"{self._socket} is open to other users")
        return Check("socket", "ok", f"{self._socket}, only for you")


def _check_player(name: str, player: Player) -> Check:
    predictor = player.behaviour.predictor
    if predictor.kind == "dummy":
        return Check(name, "error", "DUMMY: no model is loaded; it plays at random")
    return Check(name, "ok", f"{predictor.name}, dimension {predictor.dimension}, {predictor.runtime}")


def _check_ensemble(ensemble: EnsemblePlayer) -> Check:
    models = ensemble.behaviour.models
    if models.kind == "dummy":
        return Check(ensemble.name, "error", "DUMMY: no model is loaded; it plays at random")
    if missing := models.clips.missing:
        return Check(ensemble.name, "warning", f"{ensemble.describe()}; there are no clips of {', '.join(missing)}")
    return Check(ensemble.name, "ok", ensemble.describe())


def _check_timing(late: float) -> Check:
    state: State = "ok" if late < _LATE else "warning"
    return Check("timing", state, f"latest by {late * 1000:.2f} ms in the last second")


def _check_priority(priority: RealtimePriority) -> list[Check]:
    if sys.platform != "linux":
        return []
    match priority.state:
        case "real-time":
            return [Check("priority", "ok", "real-time: other programs do not delay the engine")]
        case "off":
            return [Check("priority", "ok", "normal: realtime is off in the configuration")]
        case "given up":
            return [Check("priority", "warning", f"normal while the engine uses over {BUSY:.0%} of a core")]
    limit, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    if limit or not os.geteuid():
        why = "this system does not allow it, for example a container"
    else:
        why = (
            "'@audio - rtprio 95' in /etc/security/limits.d/audio.conf allows it for the group audio "
            "after the next login"
        )
    return [Check("priority", "warning", f"not real-time, so other programs can delay the engine: {why}")]


def _check_network() -> Check:
    addresses = own_addresses()
    if not addresses:
        return Check("network", "ok", "this machine has no address in a network: other machines cannot reach it")
    return Check("network", "ok", f"this machine is {', '.join(addresses)}")


def _check_clock() -> Check:
    wall = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    if time.time() < 1_700_000_000:
        return Check("clock", "warning", f"{wall} is wrong: logs get a wrong date in their names")
    resolution = time.get_clock_info("monotonic").resolution
    if resolution > 0.0005:
        return Check("clock", "warning", f"{wall}; it counts in steps of {resolution * 1000:.1f} ms")
    return Check("clock", "ok", wall)


def _check_health() -> list[Check]:
    health = read_health()
    checks = []
    if health.temperature is not None:
        state: State = "ok" if health.temperature < _HOT else "warning"
        checks.append(Check("heat", state, f"{health.temperature:.0f} °C"))
    if health.undervoltage or health.throttled:
        why = "the power supply is too weak" if health.undervoltage else "the processor is slowed down"
        checks.append(Check("power", "error", why))
    governor = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    try:
        chosen = governor.read_text().strip()
    except OSError:
        return checks  # another system, or a container
    if chosen:
        checks.append(Check("processor", "ok" if chosen == "performance" else "warning", f"governor {chosen}"))
    return checks

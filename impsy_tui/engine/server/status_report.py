"""Status for monitoring programs: facts without secrets, names of files or addresses of visitors."""

from typing import Any

import msgspec

from impsy_tui import __version__
from impsy_tui.control.messages import Snapshot
from impsy_tui.parameters import MODE


class StatusReport(msgspec.Struct, frozen=True):
    """Status of an engine.

    Attributes:
        state: "playing", or "paused" if every player is paused.
        title: title of the configuration.
        version: version of the program.
        time: seconds since 1970.
        uptime: seconds since the start.
        events: number of events received since then.
        silence: seconds since the last event; -1 before the first.
        players: name, model, mode and turn of each player, and if it is paused.
        channels: name and state of each channel, and its number of problems.
        waiting: number of channels that are not open.
        log: True if every event reaches the disk.
        disk_free: free bytes; -1 if unknown.
        memory: bytes of the engine; -1 if unknown.
        load: share of time that the engine was busy, 0 to 1.
        lateness: longest delay of the last second, in seconds.
        temperature: degrees Celsius; None if unknown.
        undervoltage: True if the power is too weak now.
    """

    state: str
    title: str
    version: str
    time: float
    uptime: float
    events: int
    silence: float
    players: tuple[dict[str, Any], ...]
    channels: tuple[dict[str, Any], ...]
    waiting: int
    log: bool
    disk_free: int
    memory: int
    load: float
    lateness: float
    temperature: float | None
    undervoltage: bool


def status_report(snapshot: Snapshot) -> StatusReport:
    """Returns the status of a snapshot."""
    return StatusReport(
        state="paused" if all(player.paused for player in snapshot.players) else "playing",
        title=snapshot.title,
        version=__version__,
        time=round(snapshot.time, 3),
        uptime=round(snapshot.uptime, 3),
        events=snapshot.received,
        silence=round(snapshot.input_age, 3),
        players=tuple(
            {
                "name": player.name,
                "model": player.model,
                MODE.name: player.mode,
                "turn": player.turn,
                "paused": player.paused,
            }
            for player in snapshot.players
        ),
        channels=tuple(
            {"name": channel.name, "state": channel.state, "problems": channel.problems}
            for channel in snapshot.channels
        ),
        waiting=sum(channel.state != "open" for channel in snapshot.channels),
        log=not snapshot.log.problem,
        disk_free=snapshot.log.disk_free,
        memory=snapshot.memory,
        load=round(snapshot.load, 4),
        lateness=round(snapshot.lateness, 6),
        temperature=snapshot.machine.temperature,
        undervoltage=bool(snapshot.machine.undervoltage),
    )

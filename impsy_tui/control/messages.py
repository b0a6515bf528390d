"""The messages on the control socket: JSON objects, one a WebSocket message, told apart by ``type``.

The engine greets with ``hello``; the client answers with its own ``hello`` and may then send
commands and subscribe to snapshots at a rate it asks for. Unknown fields are ignored and missing
ones have defaults, so that neighbouring versions understand each other; ``PROTOCOL`` changes
only where they would not.
"""

from typing import Final, Literal

import msgspec

PROTOCOL: Final = 1

Level = Literal["info", "warning", "error"]


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """Who speaks. ``protocol`` must be the same on both sides."""

    protocol: int = PROTOCOL
    version: str = ""
    pid: int = 0


class Command(msgspec.Struct, tag="command", frozen=True):
    """Carry out a line of the command language; ``id`` comes back in the reply."""

    id: int
    line: str


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    """Send snapshots at this rate a second (0 for none, at most 50), and events as they happen."""

    rate: float = 20.0
    events: bool = True


class Reply(msgspec.Struct, tag="reply", frozen=True):
    """What became of a command.

    Attributes:
        id: of the command.
        ok: whether it was done.
        text: the answer, or what was wrong.
        start: where the wrong word begins, -1 if no word is to blame.
        end: one past its last character.
    """

    id: int
    ok: bool
    text: str
    start: int = -1
    end: int = -1


class Event(msgspec.Struct, tag="event", frozen=True):
    """Something the performer should know.

    Attributes:
        time: seconds since 1970.
        level: how bad it is.
        source: channel, "player", "log", "engine" …
        text: in the performer's language.
        dropped: events left out before this one, for a client that did not keep up.
    """

    time: float
    level: Level
    source: str
    text: str
    dropped: int = 0


class ChannelState(msgspec.Struct, frozen=True):
    """One channel; see ``channels.ChannelStatus``. ``problem_age`` is in seconds, -1 for never."""

    name: str
    state: str
    bound: str
    received: int = 0
    sent: int = 0
    received_rate: int = 0
    sent_rate: int = 0
    last_received: str = ""
    last_sent: str = ""
    problem: str = ""
    problem_age: float = -1.0
    problems: int = 0


class PlayerState(msgspec.Struct, frozen=True):
    """One player and its part.

    Attributes:
        name: of the part.
        kind: "mdrnn", or "dummy" where there is no model.
        model: name of the model.
        runtime: what computes it.
        mode: see ``terms.MODES``.
        turn: "you", "player" or "both".
        paused: whether it may not play.
        pi_temperature, sigma_temperature, timescale, threshold: see ``terms``.
        max_response: seconds, 0 for no end.
        max_gap: seconds.
        output: what it played last, empty for nothing yet.
        output_age: seconds since then.
        upcoming: what it will play next, empty if that is not known.
        upcoming_in: seconds until then.
        played: events played.
        skipped: events left out because they were late.
    """

    name: str
    kind: str
    model: str
    runtime: str
    mode: str
    turn: str
    paused: bool
    pi_temperature: float
    sigma_temperature: float
    timescale: float
    threshold: float
    max_response: float
    max_gap: float
    output: tuple[float, ...]
    output_age: float
    upcoming: tuple[float, ...]
    upcoming_in: float
    played: int
    skipped: int


class LogState(msgspec.Struct, frozen=True):
    """The performance log.

    Attributes:
        enabled: whether it is written at all.
        file: the current file, empty before its first row.
        rows: handed over.
        written: of these, on the disk.
        problem: what keeps them from it, empty while all is well.
        disk_free: bytes left where it is written, -1 if unknown.
    """

    enabled: bool
    file: str
    rows: int
    written: int
    problem: str
    disk_free: int


class Snapshot(msgspec.Struct, tag="snapshot", frozen=True):
    """Everything a console shows.

    Attributes:
        time: seconds since 1970.
        uptime: seconds since the engine started.
        title: of the configuration.
        dimension: values of an event plus one for time.
        input: what the musician played last.
        input_age: seconds since then, -1 for never.
        heard: events heard.
        thru: whether input goes to every output.
        players: the parts; the first is ``main``.
        channels: inputs and outputs.
        log: the performance log.
        load: share of time that the engine was busy in the last second, 0..1.
        lateness: seconds; the worst lateness of the last second.
        memory: resident bytes of the engine, -1 if unknown.
        loading: name of a model that is being loaded, empty for none.
    """

    time: float
    uptime: float
    title: str
    dimension: int
    input: tuple[float, ...]
    input_age: float
    heard: int
    thru: bool
    players: tuple[PlayerState, ...]
    channels: tuple[ChannelState, ...]
    log: LogState
    load: float
    lateness: float
    memory: int
    loading: str = ""


FromClient = Hello | Command | Subscribe
FromEngine = Hello | Reply | Event | Snapshot

"""Beats in the session of Ableton Link: one tempo and one phase of the bar with all peers."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Final, Protocol

from impsy_tui import parameters
from impsy_tui.channels.json_process import JsonProcess
from impsy_tui.engine.clock.beats import BAR, Beats
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra

_SAME: Final = 2e-3
"""Beats a minute. Link rounds a tempo to whole microseconds of a beat."""
_NEAR: Final = 0.02
"""Beats. A beat that is nearer than this bends the line; a beat that is farther makes it jump."""


_PEER: Final = "impsy_tui.engine.clock.link.peer"


class PeerPipes(Protocol):
    """The pipes to a peer; ``JsonProcess`` in a performance."""

    def send(self, change: dict[str, Any]) -> None:
        """Sends a change to the peer."""

    def close(self) -> None:
        """Ends the peer."""


def _open_process(tempo: float, take: Callable[[dict[str, Any]], None], ended: Callable[[str], None]) -> JsonProcess:
    if find_spec("aalink") is None:
        raise UserError(needs_extra("Ableton Link", "aalink", "link"))
    return JsonProcess(_PEER, [f"{tempo!r}"], take, ended)


class LinkClock:
    """Makes the beats agree with the peers of Link, and the peers with the beats.

    Peers share the tempo and the place in the bar; each counts its own bars. A change that the performer makes goes
    to all peers. A line of the peer that does not know the last change yet has no effect.

    Args:
        beats: Beats to agree on.
        notify: Takes a level and a message to the performer.
        open_peer: Opens a peer.

    Attributes:
        peers: Number of other peers.
        transport: True if start and stop are shared too.
        plays: True unless the peers' transport is stopped.
        on_transport: Called with True for a start and False for a stop of the other peers.
    """

    def __init__(
        self,
        beats: Beats,
        notify: Callable[[str, str], None],
        open_peer: Callable[
            [float, Callable[[dict[str, Any]], None], Callable[[str], None]], PeerPipes
        ] = _open_process,
    ) -> None:
        self.peers = 0
        self.transport = False
        self.plays = True
        self.on_transport: Callable[[bool], None] = lambda plays: None
        self._beats = beats
        self._notify = notify
        self._open_peer = open_peer
        self._peer: PeerPipes | None = None
        self._number = 0
        self._clamped = False
        self._is_known = False
        """True if the peer has reported whether the transport runs."""

    @property
    def on(self) -> bool:
        """True while the engine is a peer."""
        return self._peer is not None

    def set_on(self, on: bool) -> None:
        """Joins or leaves the session of Link; the tempo stays.

        Raises:
            UserError: The library of Link is not installed.
        """
        if on == self.on:
            return
        if not on:
            self.close()
            return
        self._number, self.peers = 0, 0
        self._peer = self._open_peer(self._beats.beats, self.take, self._ended)
        self.set_transport(self.transport)
        self.send_beat()  # a session that is there already moves it

    def close(self) -> None:
        """Leaves the session of Link."""
        if self._peer is not None:
            peer, self._peer = self._peer, None
            self.peers = 0
            peer.close()

    def set_transport(self, transport: bool) -> None:
        """Shares start and stop with the peers, or shares them no more."""
        self.transport, self.plays, self._is_known = transport, True, False
        self._send(transport=transport)

    def send_tempo(self) -> None:
        """Sends the tempo to the peers."""
        self._send(bpm=self._beats.beats)

    def send_beat(self) -> None:
        """Moves the beat of all peers to that of the engine."""
        now = self._beats.scheduler.now()
        self._send(beat=self._beats.beat_at(now), at=now)

    def send_plays(self, plays: bool) -> None:
        """Starts or stops the transport of all peers, if start and stop are shared."""
        if self.transport and plays != self.plays:
            self.plays = plays
            self._send(plays=plays)

    def take(self, line: dict[str, Any]) -> None:
        """Takes a line of the peer; see ``peer``."""
        if failed := line.get("failed"):
            self.close()
            self._notify("error", failed)
            return
        if not self.on or line["number"] < self._number:
            return
        self._take_peers(line["peers"])
        self._take_beats(line["bpm"], line["beat"], line["at"])
        if self.transport and line["plays"] != self.plays:
            self.plays = line["plays"]
            if self._is_known:
                self._notify("info", f"Link is {'started' if self.plays else 'stopped'} by another program")
                self.on_transport(self.plays)
        self._is_known = True

    def _take_peers(self, peers: int) -> None:
        if peers == self.peers:
            return
        self.peers = peers
        others = "1 other program" if peers == 1 else f"{peers or 'no'} other programs"
        self._notify("info", f"Link connects {others}")

    def _take_beats(self, tempo: float, beat: float, at: float) -> None:
        beats, limits = self._beats, parameters.TEMPO.limits
        wanted = min(max(round(tempo, 3), limits.low), limits.high)
        if (wanted != round(tempo, 3)) != self._clamped:
            self._clamped = not self._clamped
            if self._clamped:
                self._notify("warning", f"Link plays at {tempo:.1f} bpm, which is out of range ({limits})")
        if abs(wanted - beats.beats) < _SAME:
            wanted = beats.beats
        here = beats.beat_at(at)
        moved = (beat - here + BAR / 2.0) % BAR - BAR / 2.0
        if abs(moved) < _NEAR:
            beats.steer(wanted, here + moved, at)
            return
        beats.steer(wanted, here, at)
        beats.jump(here + moved, at)

    def _send(self, **change: Any) -> None:
        if self._peer is not None:
            self._number += 1
            self._peer.send({"number": self._number, **change})

    def _ended(self, problem: str) -> None:
        self._peer, self.peers = None, 0
        what = f"Ableton Link cannot be started ({problem})" if problem else "Ableton Link has ended"
        self._notify("error", f"{what}: clock link on starts it again; the tempo is kept")

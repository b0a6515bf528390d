"""The performance: what channels hear goes to the log, the outputs and the player's part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from impsy_tui.engine.outputs import Outputs
from impsy_tui.engine.part import Part, PartSettings
from impsy_tui.engine.scheduler import Scheduler
from impsy_tui.engine.shaping import Shaping
from impsy_tui.engine.tempo import Tempo
from impsy_tui.players import Player

Tell = Callable[[str, str, str], None]
"""Says something to the performer: level (info, warning, error), source, text."""


class Log(Protocol):
    """Where rows of the performance go."""

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        """One row."""

    def begin(self, dimension: int) -> None:
        """Begin another file, for this dimension."""


@dataclass(slots=True)
class SessionSettings:
    """What is passed on and written down.

    Attributes:
        thru: input goes to every output.
        log_input: input is written to the log.
        log_predictions: what the player plays is, too.
    """

    thru: bool = False
    log_input: bool = True
    log_predictions: bool = False


class _Unheard:
    """Where an auditioned part plays: nowhere."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def play(self, values: Sequence[float]) -> None:
        """Nobody hears it."""

    def silence(self) -> None:
        """Nothing of it sounds."""

    def tell(self, level: str, text: str) -> None:
        """What it has to say is heard all the same."""
        self._tell(level, "audition", text)


class Session:
    """Hears every channel, in every mode, and lets the player play.

    It is a channels' ``Listener``. It knows no sockets and no event loop: with a virtual clock
    it gives the same performance every time.

    Args:
        scheduler: keeps time.
        outputs: where everything is heard.
        log: where everything is written.
        tell: says things to the performer.
        addressed: told of control messages that channels receive.
        player: who plays.
        part_settings: how.
        settings: what is passed on and written down.
        random: source of chance.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        outputs: Outputs,
        log: Log,
        tell: Tell,
        addressed: Callable[[str, str, Sequence[Any], bool], str],
        player: Player,
        part_settings: PartSettings,
        settings: SessionSettings,
        random: np.random.Generator,
    ) -> None:
        self.scheduler = scheduler
        self.outputs = outputs
        self.settings = settings
        self.dimension = player.dimension
        self.heard_events = 0
        self.last_input: tuple[float, ...] = (0.0,) * (player.dimension - 1)
        self.last_input_at: float | None = None
        self.tempo = Tempo(scheduler, outputs, lambda level, text: tell(level, "clock", text))
        self.shaping = Shaping()
        self.part = Part(player, part_settings, scheduler, self, random, self.tempo)
        self.understudy: Part | None = None
        self.sounding: tuple[float, ...] = ()
        self.taker: Callable[[str, str, bytes], bool] | None = None
        """Takes messages that are bound to a command, or to be learned; None where there is neither."""
        self._thru_sounds = False
        self._random = random
        self._began = scheduler.now()
        self._log = log
        self._tell = tell
        self._addressed = addressed

    # A Listener, for channels

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        """A whole vector came in; one of another dimension than the session's is refused."""
        if len(values) != self.dimension - 1:
            self.trouble(channel, f"{len(values)} values came in where {self.dimension - 1} are played")
            return
        before = self._began if self.last_input_at is None else self.last_input_at
        # Channels are read one after the other: what arrived first may be read last.
        at = max(at, before)
        vector = tuple(values)
        if self.settings.log_input:
            self._log.write(at, "interface", vector)
        self.heard_events += 1
        self.last_input, self.last_input_at = vector, at
        if self.settings.thru:
            self.outputs.play(vector)
            self._thru_sounds = True
        self.part.hear(at - before, vector, at)
        if self.understudy is not None:
            self.understudy.hear(at - before, vector, at)

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        """Some dimensions took new values; the others keep theirs."""
        vector = list(self.last_input)
        for index, value in updates:
            if index < len(vector):
                vector[index] = value
        self.heard(channel, vector, at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        """The musician holds something down on a channel, or has let go of everything there."""
        for part in self.parts:
            part.held(channel, held, at)

    def message(self, channel: str, device: str, message: bytes) -> bool:
        """A MIDI message came in; whether it was taken for a command, or to be learned."""
        return self.taker is not None and self.taker(channel, device, message)

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        """A message of a clock came in."""
        self.tempo.clock_in.take(f"{channel} {device}".rstrip(), message, at)

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """A control message came in; what is wrong with it, if anything, is returned."""
        return self._addressed(channel, address, arguments, trusted)

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        """Something is wrong with a channel."""
        self._tell(level, channel, message)

    # A Stage, for the part

    def play(self, values: Sequence[float]) -> None:
        """The player plays: what is heard is shaped, what is written down is not."""
        self.sounding = self.shaping.apply(values)
        self.outputs.play(self.sounding, self._silent())
        self._thru_sounds = False
        if self.settings.log_predictions:
            self._log.write(self.scheduler.now(), "rnn", values)

    def silence(self) -> None:
        """The player's turn is over."""
        self.outputs.silence()

    def tell(self, level: str, text: str) -> None:
        """The part has something to say."""
        self._tell(level, "player", text)

    # For the performer

    @property
    def parts(self) -> tuple[Part, ...]:
        """The part that is heard, and the one that is auditioned, if there is one."""
        return (self.part,) if self.understudy is None else (self.part, self.understudy)

    def audition(self, player: Player) -> None:
        """Let another player of the same dimension listen and play beside this one, unheard."""
        self.end_audition()
        settings = replace(self.part.settings)
        self.understudy = Part(player, settings, self.scheduler, _Unheard(self._tell), self._random, self.tempo)
        self.understudy.start()
        if self.part.paused:
            self.understudy.pause()

    def end_audition(self) -> Player | None:
        """Send the auditioned player away; it comes back, with all it has heard."""
        if self.understudy is None:
            return None
        self.understudy.stop()
        player, self.understudy = self.understudy.player, None
        return player

    def change_player(self, player: Player) -> None:
        """Let another player take over; one of another dimension begins another log."""
        if player.dimension != self.dimension:
            self.end_audition()
            self.part.halt()
            self.outputs.cancel_fade()
            self.shaping.clear()
            self.sounding = ()
            self.dimension = player.dimension
            self.last_input = (0.0,) * (player.dimension - 1)
            for outlet in self.outputs.outlets:
                outlet.set_dimension(player.dimension)
            self._log.begin(player.dimension)
        self.part.change_player(player)

    def refuses(self, dimension: int) -> str:
        """Why the channels cannot carry this dimension; empty if they can."""
        for outlet in self.outputs.outlets:
            if why := outlet.channel.refuses(dimension):
                return f"{outlet.channel.name}: {why}"
        return ""

    def end_muted(self) -> None:
        """What sounds of muted dimensions ends now, and not with the player's next event."""
        self.outputs.end_notes(self._silent())

    def set_thru(self, thru: bool) -> None:
        """Pass input on or not; what was passed on last does not sound on when nothing follows it."""
        self.settings.thru = thru
        if self._thru_sounds and not thru:
            self._thru_sounds = False
            self.outputs.end_notes(frozenset(range(self.dimension - 1)))

    def _silent(self) -> frozenset[int]:
        return self.shaping.silent(self.dimension - 1)

    def pause(self) -> None:
        """The player is silent and listens."""
        for part in self.parts:
            part.pause()

    def resume(self) -> None:
        """The player may play again; a fade ends where it is."""
        self.outputs.cancel_fade()
        for part in self.parts:
            part.resume()

    def panic(self) -> None:
        """Everything off, and paused."""
        self.pause()
        self.outputs.panic()

    def fade(self, seconds: float, done: Callable[[], None]) -> None:
        """The player stops, and the outputs glide to their safe values; then silence."""
        for part in self.parts:
            part.pause(silence=False)

        def arrived() -> None:
            self.outputs.silence()
            done()

        self.outputs.fade(seconds, self._silent, arrived)

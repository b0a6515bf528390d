"""Ways in and out: every channel is one file behind the Channel protocol."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.ensemble.touches.surfaces import Lifted, OscMessage
from impsy_tui.ensemble.touches.touch import Touch

NONE_MUTED: Final[frozenset[int]] = frozenset()


class BackgroundWork(Protocol):
    """What channels need of the engine's queue of work without a deadline."""

    @property
    def spent(self) -> bool:
        """True if this turn of the event loop has used its share of time."""

    def waits(self, source: Hashable) -> bool:
        """Returns True if work of this source waits."""

    def do(self, source: Hashable, action: Callable[..., None], *arguments: Any) -> bool:
        """Does this now, or in one of the next turns; returns False if too much of this source waits already."""


class ChannelScheduler(Protocol):
    """What channels need of the engine's scheduler."""

    @property
    def work(self) -> BackgroundWork:
        """Queue of work without a deadline."""

    def now(self) -> float:
        """Seconds, from an arbitrary beginning."""

    def at(self, deadline: float, action: Callable[..., None], *arguments: Any) -> Any:
        """Do something at an absolute time."""


MappingEntry = tuple[str | int, ...]
"""One entry of a MIDI mapping (see ``mapping``); of OSC, an address and the position of an argument from 1."""
MEANS_NOTHING: Final = "means nothing here"
"""End of the reply to a message that no command and no binding has."""


class Rights(Enum):
    """What a sender may do: one on another machine may do less."""

    PLAY = auto()
    """Play, and nothing else."""
    PARAMETERS = auto()
    """Play, and set parameters that are numbers."""
    COMMANDS = auto()
    """Also every command that channels take."""


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """What a channel is doing, for panes and status lines.

    Attributes:
        name: unique among the channels.
        state: "open", "waiting" (for a device), "error" or "closed".
        bound: what it is bound to.
        received: messages in since it was opened.
        sent: messages out since then.
        received_rate: messages in during the last whole second.
        sent_rate: the same out.
        last_received: the last message in, in the channel's own words.
        last_sent: the last message out.
        problem: the last thing that went wrong, empty if nothing did.
        problem_at: when that was, on the engine's clock.
        problems: how often something has gone wrong.
    """

    name: str
    state: str
    bound: str
    received: int
    sent: int
    received_rate: int
    sent_rate: int
    last_received: str
    last_sent: str
    problem: str
    problem_at: float
    problems: int


class Listener(Protocol):
    """Who hears what channels receive. Every method returns at once and raises nothing."""

    @property
    def scheduler(self) -> ChannelScheduler:
        """The engine's time."""

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        """A whole vector came in: every value finite and 0..1; ``at`` on the scheduler's clock."""

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        """Some dimensions (index from 0) took new values, by one message; the others keep theirs."""

    def holding(self, channel: str, held: bool, at: float) -> None:
        """The musician holds something down, or has let go of everything, on this channel."""

    def released(self, channel: str, indices: frozenset[int]) -> None:
        """The musician let go of the keys that last played these dimensions."""

    def message(self, channel: str, device: str, message: bytes, rights: Rights = Rights.COMMANDS) -> bool:
        """A MIDI message came in, before anything is made of it.

        Args:
            channel: on which channel.
            device: from which of its devices, by its configured name; empty where there is one.
            message: as on the wire.
            rights: of its sender.

        Returns:
            Whether it is taken (it was to be learned, or a command is bound to it), and means
            nothing else.
        """

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        """A finger did something on a surface; times are on the scheduler's clock."""

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        """A message of a clock came in, if clocks are wanted (see ``ClockChannel``).

        Args:
            channel: on which channel.
            device: from which of its devices; empty where there is one.
            message: one of ``mapping.CLOCK``.
            at: when it arrived, on the scheduler's clock.
        """

    def described(self, channel: str, feats: HeardDescriptors, at: float) -> str:
        """A frame of descriptors of the musician's sound came in.

        Returns:
            What is wrong with it, empty if nothing is.
        """

    @property
    def player_has_turn(self) -> bool:
        """True while a player that takes turns has its turn."""

    def osc_message(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        """An OSC message that is neither a vector nor a command came in, before anything else is done with it.

        Args:
            channel: on which channel.
            address: of the message.
            arguments: numbers, strings and the like.

        Returns:
            True if the message was taken to be learned, and has no other effect.
        """

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """A control message came in.

        Args:
            channel: on which channel.
            address: what it is about.
            arguments: numbers, strings and the like.
            trusted: whether its sender may give any command.

        Returns:
            What is wrong with it, empty if nothing is.
        """

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        """Something is wrong; ``level`` is info, warning or error. Already limited in rate."""


class Channel(Protocol):
    """One way in and out.

    Attributes:
        name: unique among the channels.
        max_rate: most vectors a second it should be sent; 0 is no limit.
        safe: where a fade takes it; empty to stay.
    """

    name: str
    max_rate: float
    safe: tuple[float, ...]

    def refuses(self, dimension: int) -> str:
        """Why it cannot carry vectors of ``dimension - 1`` values; empty if it can."""

    async def open(self, listener: Listener, dimension: int) -> None:
        """Begin to listen and be ready to send.

        An address, a port or a device that is missing is waited for: the channel opens by itself when it comes.

        Raises:
            UserError: the channel can never open, such as without a driver or a name in the configuration.
        """

    def set_dimension(self, dimension: int) -> None:
        """From now on vectors have ``dimension - 1`` values."""

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        """Play a vector, every value 0..1. Never waits, never raises.

        Args:
            values: all of them; muted ones have the value that was played last.
            muted: indices of values that sound nothing, for what is struck anew each time.
        """

    def end_notes(self, indices: frozenset[int]) -> None:
        """Turn off what these values left sounding; a vector that waits begins no note of them."""

    def silence(self) -> None:
        """Turn off what the player left sounding."""

    def panic(self) -> None:
        """Turn off everything, whoever began it."""

    def close(self) -> None:
        """Silence, then let go of everything. Harmless if it is closed already."""

    def status(self) -> ChannelStatus:
        """What it is doing."""


class VirtualTouch(NamedTuple):
    """A touch of a virtual player, in every form that channels send.

    Attributes:
        player: who plays.
        x: 0 left to 1 right.
        y: 0 top to 1 bottom.
        velocity: 0 where a finger comes down, else how far it has moved, in widths of the surface.
        channel: MIDI channel of the player, from 1.
        note: MIDI note of the place.
        loudness: MIDI velocity, from 1.
    """

    player: str
    x: float
    y: float
    velocity: float
    channel: int
    note: int
    loudness: int


@runtime_checkable
class TouchOutput(Protocol):
    """A channel that virtual players are heard by. Its methods never wait and never raise."""

    name: str

    def play_touch(self, touch: VirtualTouch) -> None:
        """Play a touch, now."""

    def end_touch(self, player: str) -> None:
        """The player's finger is lifted: what it left sounding ends."""

    def tell_band(self, told: Sequence[OscMessage]) -> None:
        """Pass on what the band does, where the channel can say it."""


@runtime_checkable
class EnsembleDisplay(Protocol):
    """A channel that bands are seen by, wherever they are heard. Its methods never wait and never raise."""

    name: str

    @property
    def wants_band(self) -> bool:
        """Whether they are to be seen there."""

    def show_touch(self, player: str, x: float, y: float, velocity: float) -> None:
        """Show a touch of the lead's, or of a player who is not heard there; as in ``VirtualTouch``."""

    def tell_band(self, told: Sequence[OscMessage]) -> None:
        """Pass on what the band does."""


@runtime_checkable
class ClockChannel(Protocol):
    """A channel that carries MIDI clocks."""

    def hear_clock(self, wanted: bool) -> None:
        """Tell the listener of clocks that come in, or leave them out, which costs least."""

    def send_clock(self, message: bytes) -> None:
        """Send a message of a clock before whatever waits, to whoever is there. Never waits, never raises."""


@runtime_checkable
class PartialOutput(Protocol):
    """A channel that can play some dimensions and leave the others as they are."""

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        """Plays the dimensions of a vector with these indices; notes of the others sound on."""


@runtime_checkable
class NoteHolder(Protocol):
    """A channel whose notes and touches can be held."""

    name: str

    @property
    def held(self) -> str:
        """The notes that are held, such as "note 60"; empty for none."""

    @property
    def sustained(self) -> bool:
        """True while a sustain pedal is down: notes are held on purpose."""

    def release_held(self, at: float) -> None:
        """Forgets the held notes; the listener is told that nothing is held since ``at``."""


@runtime_checkable
class LearnableChannel(Protocol):
    """A channel whose mapping can be changed while it plays."""

    name: str

    def learn(self, device: str, index: int, entry: MappingEntry) -> None:
        """From now on this entry sets the value with this index (from 0)."""

    def learned(self) -> Mapping[str, tuple[MappingEntry, ...] | tuple[str, ...]]:
        """The mappings in force by the settings that they belong to, such as ``midi.input."X-TOUCH"``."""


@runtime_checkable
class TargetDisplay(Protocol):
    """A channel that can tell what an agent aims for."""

    name: str

    @property
    def wants_targets(self) -> bool:
        """Whether it is to."""

    def send_target(self, values: Sequence[float]) -> None:
        """Tell at which parameters, each from 0 to 1, the agent's synth would sound as it aims for."""


@runtime_checkable
class Microphone(Protocol):
    """A channel that hears sound."""

    name: str

    async def calibrate(self, seconds: float) -> str:
        """Set its gain by what is played from now on; what became of that.

        Raises:
            UserError: it cannot be.
        """

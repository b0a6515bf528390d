"""Interfaces of channels, and of the services that the engine offers to channels."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.ensemble.touches.surfaces import Lifted, OscMessage
from impsy_tui.ensemble.touches.touch import Touch

NONE_MUTED: Final[frozenset[int]] = frozenset()


class BackgroundWork(Protocol):
    """Part of the engine's queue of work without a deadline that channels use."""

    @property
    def spent(self) -> bool:
        """True if this turn of the event loop has used its share of time."""

    def waits(self, source: Hashable) -> bool:
        """Returns True if work of this source waits."""

    def do(self, source: Hashable, action: Callable[..., None], *arguments: Any) -> bool:
        """Calls ``action`` now or in a later turn; returns False if too much of this source waits already."""


class ChannelScheduler(Protocol):
    """Part of the engine's scheduler that channels use."""

    @property
    def work(self) -> BackgroundWork:
        """Queue of work without a deadline."""

    def now(self) -> float:
        """Returns the time in seconds since an arbitrary beginning."""

    def at(self, deadline: float, action: Callable[..., None], *arguments: Any) -> Any:
        """Calls ``action`` at an absolute time in seconds."""


MEANS_NOTHING: Final = "means nothing here"
"""End of the reply to a message that no command and no binding has."""


class Rights(Enum):
    """Rights of a sender; a sender on another machine may have fewer."""

    PLAY = auto()
    """Play, and nothing else."""
    PARAMETERS = auto()
    """Play, and set parameters that are numbers."""
    COMMANDS = auto()
    """Also every command that channels take."""


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """State of a channel, for panes and status lines.

    Attributes:
        name: unique among the channels.
        state: "open", "waiting" (for a device), "error" or "closed".
        bound: address or device of the channel, as text.
        received: number of received messages since the channel was opened.
        sent: number of sent messages since then.
        received_rate: number of received messages in the last whole second.
        sent_rate: number of sent messages in the last whole second.
        last_received: last received message as text.
        last_sent: last sent message as text.
        problem: last problem; empty if there was none.
        problem_at: time of the last problem on the engine's clock.
        problems: number of problems.
        expects: first message that would be received, for the performer; empty if unknown, or after that.
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
    expects: str = ""


class Listener(Protocol):
    """Receiver of everything that channels receive. Every method returns at once and raises nothing."""

    @property
    def scheduler(self) -> ChannelScheduler:
        """Scheduler of the engine."""

    def received(self, channel: str, values: Sequence[float], at: float) -> None:
        """Takes a received vector: every dimension finite and 0..1; ``at`` is on the scheduler's clock."""

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        """Takes the dimensions (index from 0) that one message set; the other dimensions stay."""

    def holding(self, channel: str, held: bool, at: float) -> None:
        """Takes a change of ``held``: True if the musician holds a key or touch of this channel."""

    def released(self, channel: str, indices: frozenset[int]) -> None:
        """Takes the dimensions whose keys the musician released."""

    def message(self, channel: str, device: str, message: bytes, rights: Rights = Rights.COMMANDS) -> bool:
        """Takes a received MIDI message, before the mapping is applied.

        Args:
            channel: name of the channel.
            device: configured name of the device; empty if the channel has one device.
            message: bytes of the message.
            rights: rights of the sender.

        Returns:
            True if the message was learned or called a bound command; the mapping then ignores it.
        """

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        """Takes a touch of a surface; times are on the scheduler's clock."""

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        """Takes a MIDI clock message, if clocks are wanted (see ``ClockChannel``).

        Args:
            channel: name of the channel.
            device: name of the device; empty if the channel has one device.
            message: one of ``mapping.CLOCK``.
            at: arrival time on the scheduler's clock.
        """

    def described(self, channel: str, feats: HeardDescriptors, at: float) -> str:
        """Takes a frame of descriptors of the musician's sound.

        Returns:
            The problem of the frame; empty if there is none.
        """

    @property
    def player_has_turn(self) -> bool:
        """True while a player that takes turns has its turn."""

    def osc_message(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        """Takes an OSC message that is neither a vector nor a command, before the mapping is applied.

        Args:
            channel: name of the channel.
            address: address of the message.
            arguments: numbers, strings and the like.

        Returns:
            True if the message was learned; the mapping then ignores it.
        """

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """Takes a control message.

        Args:
            channel: name of the channel.
            address: address of the message.
            arguments: numbers, strings and the like.
            trusted: True if the sender may call every command.

        Returns:
            The problem of the message; empty if there is none.
        """

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        """Takes a report for the performer, limited in rate; ``level`` is "info", "warning" or "error"."""


class Channel(Protocol):
    """Connection to devices or programs: receives vectors and sends vectors.

    Attributes:
        name: unique among the channels.
        max_rate: highest number of vectors a second; 0 is no limit.
        safe: vector at the end of a fade; empty keeps the present vector.
    """

    name: str
    max_rate: float
    safe: tuple[float, ...]

    def refuses(self, dimension: int) -> str:
        """Returns the reason why the channel cannot carry ``dimension - 1`` values; empty if it can."""

    async def open(self, listener: Listener, dimension: int) -> None:
        """Starts to receive and to send.

        If an address, a port or a device is missing, the channel waits for it and opens later.

        Raises:
            UserError: the channel can never open, such as without a driver or a name in the configuration.
        """

    def set_dimension(self, dimension: int) -> None:
        """Sets the number of values of a vector: ``dimension - 1``."""

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        """Plays a vector. Never waits, never raises.

        Args:
            values: all values, 0..1; muted values are those that were played last.
            muted: indices (from 0) of values that begin no note.
        """

    def end_notes(self, indices: frozenset[int]) -> None:
        """Ends the notes of these dimensions; a vector that waits begins no note of them."""

    def silence(self) -> None:
        """Ends the notes of the players."""

    def panic(self) -> None:
        """Ends all notes, of the players and of the musician."""

    def close(self) -> None:
        """Ends all notes of the players and closes the channel. A second call does nothing."""

    def status(self) -> ChannelStatus:
        """Returns the state of the channel."""


class VirtualTouch(NamedTuple):
    """A touch of a virtual player, in every form that channels send.

    Attributes:
        player: name of the player.
        x: position from 0 (left) to 1 (right).
        y: position from 0 (top) to 1 (bottom).
        velocity: 0 for a new touch, else the distance moved in widths of the surface.
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
    """Channel that plays the touches of virtual players. Its methods never wait and never raise."""

    name: str

    def play_touch(self, touch: VirtualTouch) -> None:
        """Plays a touch now."""

    def end_touch(self, player: str) -> None:
        """Ends the touch of a player, and its note."""

    def send_ensemble_messages(self, messages: Sequence[OscMessage]) -> None:
        """Sends the gestures and states of the ensemble, if the channel has messages for them."""


@runtime_checkable
class EnsembleDisplay(Protocol):
    """Channel that shows the touches of ensembles. Its methods never wait and never raise."""

    name: str

    @property
    def shows_ensembles(self) -> bool:
        """True if the channel shows ensembles."""

    def show_touch(self, player: str, x: float, y: float, velocity: float) -> None:
        """Shows a touch of the lead, or of a player that another channel plays; units as in ``VirtualTouch``."""

    def send_ensemble_messages(self, messages: Sequence[OscMessage]) -> None:
        """Sends the gestures and states of the ensemble."""


@runtime_checkable
class InputDisplay(Protocol):
    """Channel that shows what the musician plays."""

    def show_input(self, values: Sequence[float]) -> None:
        """Shows a vector that the musician played. Never waits, never raises."""


@runtime_checkable
class ClockChannel(Protocol):
    """Channel that carries MIDI clocks."""

    def hear_clock(self, wanted: bool) -> None:
        """Passes incoming MIDI clocks to the listener, or ignores them, which costs least."""

    def send_clock(self, message: bytes) -> None:
        """Sends a MIDI clock message before all waiting messages. Never waits, never raises."""


@runtime_checkable
class PartialOutput(Protocol):
    """Channel that can play some dimensions and leave the others as they are."""

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        """Plays the dimensions of a vector with these indices; notes of the others sound on."""


@runtime_checkable
class NoteHolder(Protocol):
    """Channel whose notes and touches can be held."""

    name: str

    @property
    def held(self) -> str:
        """Held notes, such as "note 60"; empty for none."""

    @property
    def sustained(self) -> bool:
        """True while a sustain pedal is down: notes are held on purpose."""

    def release_held(self, at: float) -> None:
        """Forgets the held notes, and reports to the listener that nothing is held since ``at``."""


@runtime_checkable
class RemappableInput(Protocol):
    """Channel whose dimensions can get other sources while it plays.

    Attributes:
        name: unique among the channels.
        kind: table of the configuration without its number.
        labels: names of devices in commands.
    """

    name: str
    kind: str
    labels: Mapping[str, str]

    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Returns the sources of each dimension by input (a device, or the name of the channel)."""

    def set_sources(self, device: str, texts: tuple[str, ...]) -> None:
        """Sets the checked sources of an input; keys that are held and play no dimension any more are released."""


@runtime_checkable
class RemappableOutput(Protocol):
    """Channel whose outputs can get other targets while it plays; attributes as those of ``RemappableInput``."""

    name: str
    kind: str
    labels: Mapping[str, str]

    def played(self) -> Sequence[PlayedTarget]:
        """Returns the targets of all outputs with their last values."""

    def targets(self) -> Mapping[str, tuple[str, ...]]:
        """Returns the targets of each dimension by output (a device, or the name of the channel)."""

    def set_targets(self, output: str, texts: tuple[str, ...]) -> None:
        """Sets the checked targets of an output; notes of targets that are gone end."""


@runtime_checkable
class TargetDisplay(Protocol):
    """Channel that can send the target of an agent."""

    name: str

    @property
    def wants_targets(self) -> bool:
        """True if the configuration asks for targets."""

    def send_target(self, values: Sequence[float]) -> None:
        """Sends the synth parameters, each 0 to 1, whose sound is the agent's target."""


@runtime_checkable
class Microphone(Protocol):
    """Channel that hears sound."""

    name: str

    async def calibrate(self, seconds: float) -> str:
        """Sets the gain from the sound of the next ``seconds``; returns a report for the performer.

        Raises:
            UserError: no device is open, or the sound is too quiet.
        """

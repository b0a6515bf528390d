"""Messages of touch surfaces, OSC and MIDI, as touches; and the Metatone project's messages, both ways.

Pure: a message's address and arguments come in, and what a finger did comes out. Where a surface tells no velocity it
is measured here: 0 where a finger comes down, else how far it has moved.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from impsy_tui.ensemble.gestures import SHORT
from impsy_tui.ensemble.touches.touch import HEIGHT, WIDTH, Touch, moving, placed
from impsy_tui.errors import UserError

MOST_FINGERS: Final = 256
"""Fingers whose last place is remembered, of all players: the oldest is forgotten."""
_LONGEST_NAME: Final = 64
_MARK: Final = re.compile(r"\{(player|finger|any)\}")
_WORDS: Final = ("x", "y", "velocity", "player", "finger", "down", "-")
METATONE_PREFIX: Final = "/metatone"
"""What the addresses of the Metatone project begin with."""


class Lifted(NamedTuple):
    """A finger was lifted; of a surface that does not tell which, any.

    Attributes:
        player: whose.
        finger: which.
    """

    player: str
    finger: int


class Range(NamedTuple):
    """The values that a surface tells at both ends; the first may be the larger."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """How far a value is from the low end to the high one."""
        return (value - self.low) / (self.high - self.low)

    def at(self, share: float) -> float:
        """The value that is so far from the low end to the high one."""
        return self.low + share * (self.high - self.low)


_UNIT: Final = Range(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which OSC messages are touches, and what their arguments mean.

    Attributes:
        address: with ``{player}``, ``{finger}`` or ``{any}`` for a part of it that differs.
        arguments: what each argument is: x, y, velocity, player, finger, down (0 where the finger is lifted),
            or ``-`` for one that says nothing of these. Without x, y and down it tells that the finger is lifted.
        x: at the left and at the right.
        y: at the top and at the bottom.
        velocity: of no movement, and of a movement of one width.
    """

    address: str
    arguments: tuple[str, ...] = ("x", "y")
    x: Range = _UNIT
    y: Range = _UNIT
    velocity: Range = _UNIT

    def problem(self) -> str:
        """What is wrong with the pattern, for the performer; empty if nothing."""
        if not self.address.startswith("/"):
            return f"{self.address!r}: an address begins with /"
        marks = [*_MARK.findall(self.address), *self.arguments]
        for word in self.arguments:
            if word not in _WORDS:
                return f"{word!r}: an argument is one of {', '.join(_WORDS)}"
        if repeated := {word for word in marks if word not in ("-", "any") and marks.count(word) > 1}:
            return f"{sorted(repeated)[0]} is told twice"
        if ("x" in self.arguments) != ("y" in self.arguments):
            return "x and y are told together"
        for name, ends in (("x", self.x), ("y", self.y), ("velocity", self.velocity)):
            if ends.low == ends.high or not all(map(math.isfinite, ends)):
                return f"{name}: its two ends are to be two numbers, and not the same"
        return ""


TOUCHOSC: Final = (
    Pattern("/{any}/multixy{any}/{finger}", ("x", "y")),
    Pattern("/{any}/multixy{any}/{finger}/z", ("down",)),
    Pattern("/{any}/xy{any}/z", ("down",)),
    Pattern("/{any}/xy{any}", ("x", "y")),
    Pattern("/xy{any}", ("x", "y")),
)
"""XY and multi-XY pads as TouchOSC sends them unless they were changed."""
METATONE: Final = (
    Pattern(
        f"{METATONE_PREFIX}/touch",
        ("player", "x", "y", "velocity"),
        Range(0, WIDTH),
        Range(0, HEIGHT),
        Range(0, WIDTH),
    ),
    Pattern(f"{METATONE_PREFIX}/touch/ended", ("player",)),
    Pattern("/touch/ended", ("player",)),
)
"""What the apps of the Metatone project send."""


class Surface:
    """Makes touches of a surface's OSC messages.

    Args:
        patterns: the first that fits an address counts.
        player: who plays, where the message does not tell.
    """

    def __init__(self, patterns: Sequence[Pattern], player: str) -> None:
        self._patterns = [(_expression(pattern.address), pattern) for pattern in patterns]
        self._player = player
        self._fingers = Fingers()

    def read(self, address: str, arguments: Sequence[Any], time: float) -> Touch | Lifted | None:
        """What a message says a finger did; None where it is no touch.

        Raises:
            UserError: it is one, and makes no sense.
        """
        for expression, pattern in self._patterns:
            if found := expression.fullmatch(address):
                return self._told(pattern, found.groupdict(), arguments, time)
        return None

    def _told(
        self, pattern: Pattern, marks: dict[str, str], arguments: Sequence[Any], time: float
    ) -> Touch | Lifted | None:
        if len(arguments) < len(pattern.arguments):
            raise UserError(f"{len(pattern.arguments)} arguments are wanted: {' '.join(pattern.arguments)}")
        told: dict[str, Any] = {**marks, **dict(zip(pattern.arguments, arguments, strict=False))}
        player = str(told["player"])[:_LONGEST_NAME] if "player" in told else self._player
        finger = _whole(told.get("finger", 0))
        if "x" not in told:
            if "down" in told and _number(told["down"]):
                return None
            self._fingers.lift(player, finger)
            return Lifted(player, finger)
        x, y = placed(pattern.x.share(_number(told["x"])), pattern.y.share(_number(told["y"])))
        if "velocity" in told:
            return Touch(time, player, finger, x, y, moving(pattern.velocity.share(_number(told["velocity"]))))
        return self._fingers.touch(Touch(time, player, finger, x, y, 0.0))


class Fingers:
    """Where fingers were, for surfaces that tell no velocity.

    Args:
        patience: seconds after which a finger that was not lifted, but has rested, is taken for one that comes down:
            some surfaces do not tell.
    """

    def __init__(self, patience: float = 1.0) -> None:
        self._patience = patience
        self._last: dict[tuple[str, int], Touch] = {}

    def touch(self, touch: Touch) -> Touch:
        """A touch, with its velocity."""
        key = touch.player, touch.finger
        before = self._last.pop(key, None)
        if before is not None and touch.time - before.time <= self._patience:
            # A finger that rests is no finger that comes down.
            moved = math.hypot(touch.x - before.x, (touch.y - before.y) * HEIGHT / WIDTH)
            touch = touch._replace(velocity=max(moved, _STILL))
        self._last[key] = touch
        if len(self._last) > MOST_FINGERS:
            del self._last[next(iter(self._last))]
        return touch

    def lift(self, player: str, finger: int) -> None:
        """A finger was lifted."""
        self._last.pop((player, finger), None)


_STILL: Final = 1e-6
"""Widths: what a finger moves that is told to be where it was. Were it 0, it would have come down."""


class MidiPad:
    """Makes touches of two MIDI controllers, such as those of a touch strip or an XY pad.

    A touch is made whenever either changes, once both are known.

    Args:
        x: controller, 0..127.
        y: controller.
        player: who plays.
        channel: from 1, None for any.
    """

    def __init__(self, x: int, y: int, player: str, channel: int | None = None) -> None:
        self._axes = (x, y)
        self._player = player
        self._channel = channel
        self._places: list[float | None] = [None, None]
        self._fingers = Fingers()

    def takes(self, message: bytes) -> bool:
        """Whether a MIDI message is of one of the two controllers."""
        if len(message) != 3 or message[0] & 0xF0 != 0xB0 or message[1] not in self._axes:
            return False
        return self._channel is None or message[0] & 0x0F == self._channel - 1

    def read(self, message: bytes, time: float) -> Touch | None:
        """What a MIDI message says the finger did; None where it says nothing, or the other axis is not known yet."""
        if not self.takes(message):
            return None
        place = min(message[2], 127) / 127
        # Y goes up on a controller and down on a surface.
        self._places[self._axes.index(message[1])] = place if message[1] == self._axes[0] else 1.0 - place
        x, y = self._places
        if x is None or y is None:
            return None
        return self._fingers.touch(Touch(time, self._player, 0, x, y, 0.0))


class MetatonePlayer(NamedTuple):
    """A player of the Metatone project is there, or no longer."""

    player: str
    there: bool


class MetatonePerformance(NamedTuple):
    """A performance of the Metatone project begins, or ends."""

    begins: bool


class MetatoneClass(NamedTuple):
    """What another classifier of the Metatone project tells of its ensemble; this program has its own.

    Attributes:
        new_idea: who has one; empty where it tells gestures, or how they change.
    """

    new_idea: str = ""


def read_metatone(
    address: str, arguments: Sequence[Any]
) -> MetatonePlayer | MetatonePerformance | MetatoneClass | None:
    """What a message that is no touch says; None where it is none of these."""
    match address.removeprefix(METATONE_PREFIX):
        case "/online" | "/offline" as word if arguments:
            return MetatonePlayer(str(arguments[0])[:_LONGEST_NAME], word == "/online")
        case "/performance/start" | "/performance/end" as word:
            return MetatonePerformance(word.endswith("start"))
        case "/classifier/ensemble/event/new_idea":
            return MetatoneClass(str(arguments[0])[:_LONGEST_NAME] if arguments else "the ensemble")
        case "/classifier/gesture" | "/classifier/ensemble/state":
            return MetatoneClass()
    return None


OscMessage = tuple[str, tuple[str | float, ...]]
"""An OSC message to be sent: its address and arguments."""

METATONE_PLAYBACK: Final = Pattern(
    f"{METATONE_PREFIX}/playback/touch",
    ("player", "x", "y", "velocity"),
    Range(0, WIDTH),
    Range(0, HEIGHT),
    Range(0, WIDTH),
)
"""How the Metatone project's apps are told what to play, in points."""
_PLAYED: Final = ("player", "x", "y", "velocity")


def playback_problem(pattern: Pattern) -> str:
    """Why a pattern cannot say what a virtual player touches, for the performer; empty if it can."""
    said = (*_MARK.findall(pattern.address), *pattern.arguments)
    if unknown := [word for word in said if word not in _PLAYED]:
        return f"{unknown[0]!r}: what is played is one of {', '.join(_PLAYED)}"
    return pattern.problem()


def playback_touch(
    player: str, x: float, y: float, velocity: float, pattern: Pattern = METATONE_PLAYBACK
) -> OscMessage:
    """A virtual player's touch as an OSC message.

    Args:
        player: who.
        x: 0..1.
        y: 0..1.
        velocity: in widths of the surface.
        pattern: what it is like.
    """
    told = (player, pattern.x.at(x), pattern.y.at(y), pattern.velocity.at(velocity))
    arguments = tuple(told[_PLAYED.index(word)] for word in pattern.arguments)
    return pattern.address.replace("{player}", player), arguments


def online_message(player: str, band: str, *, there: bool) -> OscMessage:
    """A player of a band is there, or no longer."""
    return f"{METATONE_PREFIX}/{'online' if there else 'offline'}", (player, band)


def performance_message(band: str, *, begins: bool) -> OscMessage:
    """A band begins to play, or ends."""
    return f"{METATONE_PREFIX}/performance/{'start' if begins else 'end'}", (band,)


def gesture_message(player: str, code: int) -> OscMessage:
    """Which gesture somebody makes."""
    return f"{METATONE_PREFIX}/classifier/gesture", (player, SHORT[code])


def state_message(state: str, spread: float, ratio: float) -> OscMessage:
    """How the ensemble's gestures change: one of ``measures.STATES``."""
    return f"{METATONE_PREFIX}/classifier/ensemble/state", (state, spread, ratio)


def new_idea_message(name: str) -> OscMessage:
    """The ensemble has a new idea."""
    return f"{METATONE_PREFIX}/classifier/ensemble/event/new_idea", (name, "new_idea")


def guide_message(gesture: str, left: int, *, plays: bool) -> OscMessage:
    """What somebody who is recorded is to do: this gesture, in so many seconds or for so many; empty for no more."""
    return "/guide", ("play" if plays else "ready", gesture, float(left))


def _expression(address: str) -> re.Pattern[str]:
    parts = _MARK.split(address)
    texts, marks = parts[::2], [*parts[1::2], ""]
    groups = {"player": "(?P<player>[^/]+)", "finger": r"(?P<finger>\d{1,9})", "any": "[^/]*", "": ""}
    return re.compile(
        "".join(re.escape(text) + groups[mark] for text, mark in zip(texts, marks, strict=True)), re.ASCII
    )


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise UserError("a value that is no number")
    return float(value)


def _whole(value: Any) -> int:
    try:
        finger = int(value)
    except (TypeError, ValueError, OverflowError):
        raise UserError("a finger that is no whole number") from None
    if abs(finger) >= 1 << 31:
        raise UserError("a finger that is no whole number")
    return finger

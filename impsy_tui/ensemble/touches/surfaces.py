"""Touches from OSC and MIDI messages of touch surfaces, and messages from and to the Metatone project.

These functions and classes do no input or output. If a surface sends no velocity, the velocity is computed here: 0
for a touch-down, else the distance from the touch before.
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
"""Largest number of stored fingers of all players; the oldest is deleted."""
_LONGEST_NAME: Final = 64
_MARK: Final = re.compile(r"\{(player|finger|any)\}")
_WORDS: Final = ("x", "y", "velocity", "player", "finger", "down", "-")
METATONE_PREFIX: Final = "/metatone"
"""Beginning of the addresses of the Metatone project."""


class Lifted(NamedTuple):
    """Event of a lifted finger.

    Attributes:
        player: player of the finger.
        finger: number of the finger, 0 if the surface does not send numbers.
    """

    player: str
    finger: int


class AxisRange(NamedTuple):
    """Values of an axis at both ends; ``low`` may be greater than ``high``."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Returns the position of a value between the ends: 0 at ``low``, 1 at ``high``."""
        return (value - self.low) / (self.high - self.low)

    def at(self, share: float) -> float:
        """Returns the value at a position: ``low`` at 0, ``high`` at 1."""
        return self.low + share * (self.high - self.low)


_UNIT: Final = AxisRange(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Form of OSC messages that are touches.

    Attributes:
        address: address with ``{player}``, ``{finger}`` or ``{any}`` for a variable part.
        arguments: meaning of each argument: x, y, velocity, player, finger, down (0: the finger is lifted), or ``-``
            for an ignored one. A message without x, y and down means that the finger is lifted.
        x: values at the left and at the right.
        y: values at the top and at the bottom.
        velocity: values of no movement, and of a movement of one width.
    """

    address: str
    arguments: tuple[str, ...] = ("x", "y")
    x: AxisRange = _UNIT
    y: AxisRange = _UNIT
    velocity: AxisRange = _UNIT

    def problem(self) -> str:
        """Returns the mistake of the pattern, for the performer; empty for a valid pattern."""
        if not self.address.startswith("/"):
            return f"{self.address!r}: an address begins with /"
        marks = [*_MARK.findall(self.address), *self.arguments]
        for word in self.arguments:
            if word not in _WORDS:
                return f"{word!r}: an argument is one of {', '.join(_WORDS)}"
        if repeated := {word for word in marks if word not in ("-", "any") and marks.count(word) > 1}:
            return f"{sorted(repeated)[0]} is given twice"
        if ("x" in self.arguments) != ("y" in self.arguments):
            return "x and y must both be given"
        for name, ends in (("x", self.x), ("y", self.y), ("velocity", self.velocity)):
            if ends.low == ends.high or not all(map(math.isfinite, ends)):
                return f"{name}: its two ends must be two different numbers"
        return ""


TOUCHOSC: Final = (
    Pattern("/{any}/multixy{any}/{finger}", ("x", "y")),
    Pattern("/{any}/multixy{any}/{finger}/z", ("down",)),
    Pattern("/{any}/xy{any}/z", ("down",)),
    Pattern("/{any}/xy{any}", ("x", "y")),
    Pattern("/xy{any}", ("x", "y")),
)
"""Messages of XY and multi-XY pads of TouchOSC with its default addresses."""
METATONE: Final = (
    Pattern(
        f"{METATONE_PREFIX}/touch",
        ("player", "x", "y", "velocity"),
        AxisRange(0, WIDTH),
        AxisRange(0, HEIGHT),
        AxisRange(0, WIDTH),
    ),
    Pattern(f"{METATONE_PREFIX}/touch/ended", ("player",)),
    Pattern("/touch/ended", ("player",)),
)
"""Messages of the apps of the Metatone project."""


class Surface:
    """Reader of the OSC messages of a surface.

    Args:
        patterns: patterns; the first that matches an address counts.
        player: player of messages that do not name one.
    """

    def __init__(self, patterns: Sequence[Pattern], player: str) -> None:
        self._patterns = [(_expression(pattern.address), pattern) for pattern in patterns]
        self._player = player
        self._fingers = Fingers()

    def read(self, address: str, arguments: Sequence[Any], time: float) -> Touch | Lifted | None:
        """Returns the touch or lift of a message; None if no pattern matches.

        Args:
            address: OSC address.
            arguments: OSC arguments.
            time: seconds, on any steady clock.

        Raises:
            UserError: a pattern matches, but an argument is not valid.
        """
        for expression, pattern in self._patterns:
            if found := expression.fullmatch(address):
                return self._event(pattern, found.groupdict(), arguments, time)
        return None

    def _event(
        self, pattern: Pattern, marks: dict[str, str], arguments: Sequence[Any], time: float
    ) -> Touch | Lifted | None:
        if len(arguments) < len(pattern.arguments):
            raise UserError(f"{len(pattern.arguments)} arguments are expected: {' '.join(pattern.arguments)}")
        values: dict[str, Any] = {**marks, **dict(zip(pattern.arguments, arguments, strict=False))}
        player = str(values["player"])[:_LONGEST_NAME] if "player" in values else self._player
        finger = _whole(values.get("finger", 0))
        if "x" not in values:
            if "down" in values and _number(values["down"]):
                return None
            self._fingers.lift(player, finger)
            return Lifted(player, finger)
        x, y = placed(pattern.x.share(_number(values["x"])), pattern.y.share(_number(values["y"])))
        if "velocity" in values:
            return Touch(time, player, finger, x, y, moving(pattern.velocity.share(_number(values["velocity"]))))
        return self._fingers.touch(Touch(time, player, finger, x, y, 0.0))


class Fingers:
    """Last touches of all fingers, for surfaces that send no velocity.

    Args:
        patience: seconds of rest after which the next touch of a finger is a touch-down, because some surfaces do not
            report a lifted finger.
    """

    def __init__(self, patience: float = 1.0) -> None:
        self._patience = patience
        self._last: dict[tuple[str, int], Touch] = {}

    def touch(self, touch: Touch) -> Touch:
        """Stores a touch and returns it with its velocity."""
        key = touch.player, touch.finger
        before = self._last.pop(key, None)
        if before is not None and touch.time - before.time <= self._patience:
            # Above 0: a resting finger is not a touch-down.
            moved = math.hypot(touch.x - before.x, (touch.y - before.y) * HEIGHT / WIDTH)
            touch = touch._replace(velocity=max(moved, _STILL))
        self._last[key] = touch
        if len(self._last) > MOST_FINGERS:
            del self._last[next(iter(self._last))]
        return touch

    def lift(self, player: str, finger: int) -> None:
        """Deletes a lifted finger."""
        self._last.pop((player, finger), None)


_STILL: Final = 1e-6
"""Velocity of a resting finger in widths; 0 would be a touch-down."""


class MidiPad:
    """Reader of two MIDI controllers that form an XY pad.

    Each change of a controller is a touch, after both have been received once.

    Args:
        x: controller number of x, 0 to 127.
        y: controller number of y, 0 to 127.
        player: player of the touches.
        channel: MIDI channel 1 to 16, None for any.
    """

    def __init__(self, x: int, y: int, player: str, channel: int | None = None) -> None:
        self._axes = (x, y)
        self._player = player
        self._channel = channel
        self._places: list[float | None] = [None, None]
        self._fingers = Fingers()

    def takes(self, message: bytes) -> bool:
        """Returns True for a message of one of the two controllers."""
        if len(message) != 3 or message[0] & 0xF0 != 0xB0 or message[1] not in self._axes:
            return False
        return self._channel is None or message[0] & 0x0F == self._channel - 1

    def read(self, message: bytes, time: float) -> Touch | None:
        """Returns the touch of a MIDI message; None for other messages, or while one controller is unknown."""
        if not self.takes(message):
            return None
        place = min(message[2], 127) / 127
        # y increases upwards on a controller and downwards on a surface.
        self._places[self._axes.index(message[1])] = place if message[1] == self._axes[0] else 1.0 - place
        x, y = self._places
        if x is None or y is None:
            return None
        return self._fingers.touch(Touch(time, self._player, 0, x, y, 0.0))


class MetatonePlayer(NamedTuple):
    """Metatone player that joins or leaves."""

    player: str
    there: bool


class MetatonePerformance(NamedTuple):
    """Metatone performance that begins or ends."""

    begins: bool


class MetatoneClass(NamedTuple):
    """Message of another Metatone classifier; this program has a separate one.

    Attributes:
        new_idea: sender of a new idea; empty for gestures and states.
    """

    new_idea: str = ""


def read_metatone(
    address: str, arguments: Sequence[Any]
) -> MetatonePlayer | MetatonePerformance | MetatoneClass | None:
    """Returns the Metatone event of a message that is not a touch; None for other messages."""
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
"""OSC message: address and arguments."""

METATONE_PLAYBACK: Final = Pattern(
    f"{METATONE_PREFIX}/playback/touch",
    ("player", "x", "y", "velocity"),
    AxisRange(0, WIDTH),
    AxisRange(0, HEIGHT),
    AxisRange(0, WIDTH),
)
"""Message with which the Metatone apps play a touch, in points."""
_PLAYED: Final = ("player", "x", "y", "velocity")


def playback_problem(pattern: Pattern) -> str:
    """Returns why a pattern cannot send touches of a virtual player, for the performer; empty if it can."""
    said = (*_MARK.findall(pattern.address), *pattern.arguments)
    if unknown := [word for word in said if word not in _PLAYED]:
        return f"{unknown[0]!r}: an argument is one of {', '.join(_PLAYED)}"
    return pattern.problem()


def playback_touch(
    player: str, x: float, y: float, velocity: float, pattern: Pattern = METATONE_PLAYBACK
) -> OscMessage:
    """Returns the OSC message of a virtual player's touch.

    Args:
        player: name of the player.
        x: 0 (left) to 1 (right).
        y: 0 (top) to 1 (bottom).
        velocity: distance from the touch before, in widths of the surface.
        pattern: form of the message.
    """
    values = (player, pattern.x.at(x), pattern.y.at(y), pattern.velocity.at(velocity))
    arguments = tuple(values[_PLAYED.index(word)] for word in pattern.arguments)
    return pattern.address.replace("{player}", player), arguments


def online_message(player: str, ensemble: str, *, there: bool) -> OscMessage:
    """Returns the message that a player of an ensemble joins or leaves."""
    return f"{METATONE_PREFIX}/{'online' if there else 'offline'}", (player, ensemble)


def performance_message(ensemble: str, *, begins: bool) -> OscMessage:
    """Returns the message that an ensemble begins or ends its performance."""
    return f"{METATONE_PREFIX}/performance/{'start' if begins else 'end'}", (ensemble,)


def gesture_message(player: str, code: int) -> OscMessage:
    """Returns the message of a player's gesture code."""
    return f"{METATONE_PREFIX}/classifier/gesture", (player, SHORT[code])


def state_message(state: str, spread: float, ratio: float) -> OscMessage:
    """Returns the message of the state of an ensemble, one of ``measures.STATES``."""
    return f"{METATONE_PREFIX}/classifier/ensemble/state", (state, spread, ratio)


def new_idea_message(name: str) -> OscMessage:
    """Returns the message of a new idea of the ensemble."""
    return f"{METATONE_PREFIX}/classifier/ensemble/event/new_idea", (name, "new_idea")


def guide_message(gesture: str, left: int, *, plays: bool) -> OscMessage:
    """Returns the message that guides a recorded player.

    Args:
        gesture: name of the gesture; empty at the end of the recording.
        left: seconds that are left.
        plays: True while the player plays the gesture, False while the player waits for it.
    """
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
        raise UserError("a value that is not a number")
    return float(value)


def _whole(value: Any) -> int:
    try:
        finger = int(value)
    except (TypeError, ValueError, OverflowError):
        raise UserError("a finger that is not a whole number") from None
    if abs(finger) >= 1 << 31:
        raise UserError("a finger that is not a whole number")
    return finger

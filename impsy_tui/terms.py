"""The words everybody shares: modes, sizes, and the range and default of each live parameter.

The configuration and the command language both need them and know nothing of each other, so a
range is written here once and an error says the same thing wherever it arises.
"""

import ipaddress
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mode:
    """How musician and player share the instrument.

    Attributes:
        name: what the performer types.
        hears: the musician's events condition the player.
        answers: every musician's event is answered by one prediction.
        free_runs: the player plays from its own output, without waiting to be asked.
        takes_turns: the player plays when the musician is silent and stops when they are not.
        help: one sentence for the help screen.
    """

    name: str
    hears: bool
    answers: bool
    free_runs: bool
    takes_turns: bool
    help: str

    @property
    def plays(self) -> bool:
        """Whether the player is ever heard in this mode."""
        return self.answers or self.free_runs or self.takes_turns


MODES: Final[dict[str, Mode]] = {
    mode.name: mode
    for mode in (
        Mode(
            "callresponse",
            hears=True,
            answers=False,
            free_runs=False,
            takes_turns=True,
            help="you play, it listens; when you fall silent it plays on, until you play again",
        ),
        Mode(
            "polyphony",
            hears=True,
            answers=True,
            free_runs=False,
            takes_turns=False,
            help="each of your events is answered by one prediction, when its time has come",
        ),
        Mode(
            "battle",
            hears=False,
            answers=False,
            free_runs=True,
            takes_turns=False,
            help="it plays alone from its own output; what you play is logged but does not steer it",
        ),
        Mode(
            "duet",
            hears=True,
            answers=False,
            free_runs=True,
            takes_turns=False,
            help="it plays from its own output and hears you too",
        ),
        Mode(
            "useronly",
            hears=False,
            answers=False,
            free_runs=False,
            takes_turns=False,
            help="you play alone and are logged; no model is needed",
        ),
    )
}

FILTER: Final = "filter"
"""What the literature calls polyphony with thru off: only the predictions are heard."""

MODE_NAMES: Final = (*MODES, FILTER)
FILTER_HELP: Final = "polyphony with thru off: only the predictions are heard"


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers a parameter may take, ends included (or not, if ``above``), and its default."""

    low: float
    high: float
    default: float
    unit: str = ""
    above: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or value != value:
            return False
        return (self.low < value if self.above else self.low <= value) and value <= self.high

    def clamp(self, value: float) -> float:
        """Returns the value if it is in the range, otherwise the nearest end."""
        return min(max(value, math.nextafter(self.low, math.inf) if self.above else self.low), self.high)

    def __str__(self) -> str:
        if self.unit == "%":
            return f"{self.low * 100:.15g}% to {self.high * 100:.15g}%"
        unit = f" {self.unit}" if self.unit else ""
        if self.above:
            return f"above {self.low:.15g} and at most {self.high:.15g}{unit}"
        return f"{self.low:.15g} to {self.high:.15g}{unit}"


HOLD_LIMIT: Final = Range(0.0, 86400.0, 5.0, "s")
"""Seconds beyond the threshold after which a held note no longer counts as playing; 0 for no limit."""

MAX_GAP: Final = Range(0.0, 3600.0, 5.0, "s", above=True)
"""Longest time between two events that a model is ever told of, in training as on stage."""

FADE: Final = Range(0.0, 600.0, 5.0, "s")
"""Seconds a fade takes."""

DIMENSION: Final = Range(2, 1024, 9)
"""Time and at least one value."""

RAW_VALUE: Final = Range(-1e9, 1e9, 0.0)
"""A value of a log that is not 0 to 1."""

EPOCHS: Final = Range(1, 100_000, 40)
"""Epochs that a training takes at most."""

PATIENCE: Final = Range(1, 100_000, 10)
"""Epochs without a better model after which it ends."""

BATCH: Final = Range(1, 4096, 16)
"""Windows a step. Small ones learn what holds elsewhere too."""

SEED: Final = Range(0, 2**31 - 1, 1)
"""Of all chance in a training."""

BAND_PLAYERS: Final = Range(2, 8, 4)
"""In a band, the lead included."""

BAND_EPOCHS: Final = Range(1, 100_000, 14)
"""Epochs that the training of a band takes at most."""

BAND_PATIENCE: Final = Range(1, 100_000, 5)
"""Epochs without a better model after which it ends."""

BAND_UNITS: Final = Range(1, 512, 32)
"""Recurrent units of a band's network."""

GUIDED: Final = Range(10.0, 600.0, 30.0, "s")
"""How long each gesture is played that is recorded for a classifier."""

LEAD_STOPS: Final = ("rest", "play")
"""What a band does when its lead has stopped, and before anybody has led."""

SCALES: Final = ("chromatic", "major", "minor", "pentatonic", "blues", "whole-tone")
"""That the notes of a band are of."""

GESTURES: Final = (
    "nothing",
    "fast-taps",
    "slow-taps",
    "fast-swipe",
    "accelerating-fast-swipe",
    "very-slow-swipe",
    "big-swirl",
    "small-swirl",
    "combination",
)
"""What players of touch-screens do, by code."""

FOLLOWERS: Final = tuple(f"p{number}" for number in range(2, 9))
"""What the followers of a band are called."""

BUDGET: Final = Range(0.0, 10_000.0, 5.0, "ms", above=True)
"""Milliseconds that one prediction may take."""

DESCRIPTORS: Final = ("loudness", "centroid", "chroma", "mfcc", "specshape", "sinefeaturefreqs", "sinefeaturemags")
"""What an agent may hear of a sound, most of them categories; see ``agent.descriptors.names`` for all 55."""

TARGETS: Final = ("static", "changing", "mixed", "corpus", "mixed+corpus", "mixed+scattered")
"""What an agent may learn to imitate; see ``agent.task``."""

WITH_CORPUS: Final = TARGETS[4]
"""What it learns of where recordings are named."""

ALGORITHMS: Final = ("ppo", "dqn", "a2c")
"""By which it may learn."""

AGENT_STEPS: Final = Range(1_000, 1_000_000_000, 3_000_000)
"""Steps of all environments together that an agent learns in."""

AGENT_SHOWN: Final = Range(0.0, 1.0, 0.3)
"""Share of them in which it is shown what to do."""

CALIBRATION: Final = Range(1.0, 60.0, 5.0, "s")
"""Seconds of playing that the level of a microphone is set by."""

VALUE: Final = Range(0.0, 1.0, 0.5)
"""A value of the instrument."""

MIN_DT: Final = 0.001
"""Seconds. A network may predict zero or less; no two events of one source are closer than this."""

CURVE_NAMES: Final = ("exp", "log", "inverted")
"""Words that an entry of a MIDI mapping may end with."""

SIZES: Final = ("xxs", "xs", "s", "m", "l", "xl")
AUTO: Final = "auto"
"""In place of a size: the one that is best on what is held out, of those that the data set supports."""
RESUME: Final = "resume"
"""In place of a size: the training that was interrupted last."""
CURRENT: Final = "current"
"""In place of a model's name: the one that plays."""

RAMP: Final = Range(0.0, 86400.0, 8.0, "s")
"""Seconds that a setting glides."""

DELAY: Final = Range(0.0, 86400.0, 10.0, "s")
"""Seconds until a scheduled command is done."""

PERIOD: Final = Range(0.02, 86400.0, 4.0, "s")
"""Seconds between two times that a command is done again and again."""

NUDGE: Final = Range(-0.5, 0.5, 0.0, "s")
"""Seconds by which one output is late; below 0, early."""

REPLAY_SPEED: Final = Range(0.1, 20.0, 1.0, "x")
"""How fast a log is replayed: 2 is twice as fast."""

HOSTS: Final = "an address such as 192.168.1.20, or a name such as stage.local, without a port"
"""What names a machine in a network."""
_LABEL: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def is_host(text: str) -> bool:
    """True if a text is an IP address, or can be the name of a machine: the last part of a name is no number."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        return len(text) < 254 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return True


def counted(number: int, noun: str) -> str:
    """Returns a number and what it counts: "1 log", "2 logs"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def whole(text: str) -> int | None:
    """Returns a whole number of at most 18 digits; None for any other text. Python refuses thousands of digits."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def some(names: Sequence[str], most: int = 12) -> str:
    """Returns names in a line; of many, the first ones."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


MOST_WORDS: Final = 500
"""Macros of the performer: every snapshot carries them."""

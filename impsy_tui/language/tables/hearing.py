"""How agents play, who hear the musician's sound and move a synth."""

from typing import Final

from impsy_tui import terms
from impsy_tui.language.entries import Argument, Command, Kind, setting

LEARNED: Final = "learned"
"""In place of descriptors: those that an agent has learned to match."""

HEARING: Final[tuple[Command, ...]] = (
    setting(
        "aim",
        "what an agent makes of your sound: the same, the opposite, what comes next, or something of its own",
        "aim contrast",
        Argument("aim", Kind.CHOICE, choices=terms.AIMS),
    ),
    setting(
        "hear",
        "which descriptors of your sound matter to an agent",
        "hear loudness chroma",
        Argument("descriptors", Kind.TEXT, choices=(*terms.DESCRIPTORS, LEARNED)),
    ),
    setting(
        "steer",
        "who moves an agent's synth: the network that has learned, or seek, which steps to the nearest sound",
        "steer seek",
        Argument("policy", Kind.CHOICE, choices=terms.STEERS),
    ),
    setting(
        "budget",
        "how far an agent may move all parameters together in a second",
        "budget 0.5",
        Argument("amount", Kind.NUMBER, terms.MOVES, choices=("off",)),
        ramp="log",
    ),
    setting(
        "smooth",
        "the time in which an agent's synth comes after it",
        "smooth 200ms",
        Argument("time", Kind.DURATION, terms.SMOOTH),
        ramp="linear",
    ),
    setting(
        "rest",
        "how soft you are when an agent rests, in dBFS",
        "rest -50",
        Argument("level", Kind.NUMBER, terms.REST, choices=("off",)),
        ramp="linear",
    ),
    Command(
        "calibrate",
        "sets the microphone's gain by what you play now, as loud as you will",
        "calibrate 5s",
        (Argument("time", Kind.DURATION, terms.CALIBRATION, optional=True),),
    ),
)

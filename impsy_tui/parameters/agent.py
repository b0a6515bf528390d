"""Parameters of agents."""

from typing import Final

from impsy_tui import choices
from impsy_tui.parameters.kinds import AGENT
from impsy_tui.parameters.parameter import Kind, Parameter, register
from impsy_tui.ranges import Range

AIM: Final = register(
    Parameter(
        "aim",
        Kind.CHOICE,
        (AGENT,),
        "target of an agent: your sound, its opposite, its continuation, or a free choice",
        "aim contrast",
        "imitate",
        choices=("imitate", "contrast", "anticipate", "wander"),
        argument="aim",
        key="player.aim",
    )
)

HEAR: Final = register(
    Parameter(
        "hear",
        Kind.WORDS,
        (AGENT,),
        "descriptors of your sound that an agent compares",
        "hear loudness chroma",
        (),
        choices=choices.DESCRIPTORS,
        argument="descriptors",
        none="learned",
        key="player.hear",
    )
)

STEER: Final = register(
    Parameter(
        "steer",
        Kind.CHOICE,
        (AGENT,),
        "choice of an agent's moves: the trained network, or seek, which steps to the nearest sound",
        "steer seek",
        "network",
        choices=("network", "seek"),
        argument="policy",
        key="player.steer",
    )
)

BUDGET: Final = register(
    Parameter(
        "budget",
        Kind.NUMBER,
        (AGENT,),
        "largest movement of all parameters of an agent together in a second",
        "budget 0.5",
        None,
        Range(0.0, 1000.0, unit="a second", above=True),
        argument="amount",
        none="off",
        ramp="log",
        key="player.budget",
        control_range=(0.01, 10.0),
    )
)

SMOOTH: Final = register(
    Parameter(
        "smooth",
        Kind.TIME,
        (AGENT,),
        "time in which an agent's synth follows the agent",
        "smooth 200ms",
        0.0,
        # In this time the synth comes two thirds nearer to where the agent is.
        Range(0.0, 60.0, unit="s"),
        argument="time",
        ramp="linear",
        key="player.smooth",
        control_range=(0.0, 5.0),
    )
)

REST: Final = register(
    Parameter(
        "rest",
        Kind.NUMBER,
        (AGENT,),
        "loudness below which an agent rests, in dBFS",
        "rest -50",
        -60.0,
        Range(-120.0, 0.0, unit="dBFS"),
        argument="level",
        none="off",
        ramp="linear",
        key="player.rest",
    )
)

EVERY: Final = register(
    Parameter(
        "every",
        Kind.TIME,
        (AGENT,),
        "seconds between an agent's moves; 0 moves with each frame heard",
        "",  # "every" is the command that repeats a line
        0.0,
        Range(0.0, 10.0, unit="s"),
        key="player.every",
    )
)

"""Parameters of the engine and its outputs, which belong to no player."""

from typing import Final

from impsy_tui import choices
from impsy_tui.parameters.parameter import ENGINE, OUTPUT, Kind, Parameter, register
from impsy_tui.ranges import Range

THRU: Final = register(
    Parameter(
        "thru",
        Kind.SWITCH,
        (ENGINE,),
        "passes what you play on to every output",
        "thru on",
        False,
        argument="switch",
        key="interaction.input_thru",
    )
)

QUANTISE: Final = register(
    Parameter(
        "quantise",
        Kind.CHOICE,
        (ENGINE,),
        "quantises the output to a grid of note lengths; clock follows the incoming tempo",
        "quantise 1/16 at 120",
        None,
        choices=choices.GRIDS,
        more=("clock",),
        argument="grid",
        none="off",
        earlier="grid",
    )
)

TEMPO: Final = register(
    Parameter(
        "tempo",
        Kind.NUMBER,
        (ENGINE,),
        "beats a minute",
        "tempo 120",
        120.0,
        Range(20.0, 400.0, unit="bpm"),
        argument="beats",
        ramp="linear",
        earlier="beats",
        control_range=(40.0, 240.0),
    )
)

SWING: Final = register(
    Parameter(
        "swing",
        Kind.NUMBER,
        (ENGINE,),
        "position of every second line of the grid: 50% is straight, 66% a triplet",
        "swing 60%",
        0.5,
        Range(0.5, 0.75, unit="%"),
        argument="share",
        ramp="linear",
    )
)

HAND_OVER: Final = register(
    Parameter(
        "hand over",
        Kind.CHOICE,
        (ENGINE,),
        "beginning of the player's turn after your silence: on the next bar or beat, or now",
        "hand over on bar",
        "now",
        choices=("bar", "beat", "now"),
        argument="when",
    )
)

CLOCK_IN: Final = register(
    Parameter(
        "clock in",
        Kind.SWITCH,
        (ENGINE,),
        "follows the MIDI clock that comes in: tempo, start, stop, song position",
        "clock in on",
        False,
        argument="switch",
        in_scenes=False,  # other machines use the clocks
    )
)

CLOCK_OUT: Final = register(
    Parameter(
        "clock out",
        Kind.SWITCH,
        (ENGINE,),
        "sends a MIDI clock to every MIDI output",
        "clock out on",
        False,
        argument="switch",
        in_scenes=False,
    )
)

CLOCK_LINK: Final = register(
    Parameter(
        "clock link",
        Kind.SWITCH,
        (ENGINE,),
        "shares tempo and bar with the programs of the network that use Ableton Link",
        "clock link on",
        False,
        argument="switch",
        in_scenes=False,
    )
)

CLOCK_TRANSPORT: Final = register(
    Parameter(
        "clock transport",
        Kind.SWITCH,
        (ENGINE,),
        "shares start and stop by Ableton Link: a stop pauses all players, and pause stops the other programs",
        "clock transport on",
        False,
        argument="switch",
        in_scenes=False,
    )
)

NUDGE: Final = register(
    Parameter(
        "nudge",
        Kind.TIME,
        (OUTPUT,),
        "makes one output earlier or later than the others",
        "nudge midi -12ms",
        0.0,
        # An output with a negative delay plays earlier.
        Range(-0.5, 0.5, unit="s"),
        argument="time",
        in_scenes=False,  # the delay belongs to the synth
    )
)

"""Commands for single dimensions and their mappings."""

from typing import Final

from impsy_tui.language.command_schema import KEYBOARD, Argument, ArgumentKind, Command, Source, parameter_commands
from impsy_tui.parameters import DIMENSION, GIVEN, PARAMETERS, ROUTE

GIVEN_OFF: Final = f"{GIVEN.name} {GIVEN.none}"
_LEARNABLE: Final = tuple(one.name for one in PARAMETERS.values() if one.is_mappable and DIMENSION not in one.scope)
KEYS: Final = tuple(f"f{number}" for number in range(1, 25))
"""Keys that commands can be bound to; a terminal may pass on only some of them."""
_TRIGGERS: Final = ("cc", "note", "program", "osc", *KEYS)

SHAPING: Final[tuple[Command, ...]] = (
    *parameter_commands(DIMENSION),
    Command(
        GIVEN_OFF,
        "no dimension and no time is given any more",
        GIVEN_OFF,
        player=True,
        about="mdrnn",
        undo=True,
    ),
    Command(
        "release",
        "ends mute, solo, hold, invert, range and given of these dimensions; of all, swap and route, too",
        "release x4",
        (Argument("dimensions", ArgumentKind.DIMENSIONS, optional=True),),
        player=True,
        undo=True,
    ),
    Command(
        "swap",
        "two dimensions exchange what they play",
        "swap x1 x5",
        (Argument("dimensions", ArgumentKind.DIMENSIONS),),
        player=True,
        own=True,
        undo=True,
    ),
    Command(
        ROUTE.name,
        "the first dimensions of the player are played at the others; shuffle places all by chance, reset ends it",
        "route x1 x2 x3 -> x5 x6 x7",
        (Argument("places", ArgumentKind.TEXT),),
        player=True,
        own=True,
        undo=True,
    ),
    Command(
        "learn",
        "the next moved knob, key or OSC fader plays this dimension or parameter; off ends learning",
        "learn x3",
        (Argument("dimensions", ArgumentKind.DIMENSIONS, choices=("all", "off", *_LEARNABLE)),),
    ),
    Command(
        "map",
        "a control moves a parameter, a source plays a dimension (map cc 1 7 -> x3), or a dimension plays a target "
        "(map x3 -> cc 1 74). map reset restores the configuration",
        "map cc 1 7 temp 0.2 3",
        (Argument("control", ArgumentKind.TEXT),),
        sources=Source.FILE,
        player=True,
        about="any",
        own=True,
        ramp="ends",
        undo=True,
    ),
    Command(
        "unmap",
        "a control moves and plays nothing any more; a dimension loses a source, a target, or all: unmap -> x3, "
        "unmap x3",
        "unmap cc 1 7",
        (Argument("control", ArgumentKind.TEXT),),
        sources=Source.FILE,
        player=True,
        about="any",
        own=True,
        undo=True,
    ),
    Command(
        "bind",
        "a foot-switch, a key, a program change or an OSC address carries out a command",
        'bind cc 1 64 "take"',
        (Argument("trigger", ArgumentKind.CHOICE, choices=_TRIGGERS), Argument("which", ArgumentKind.TEXT)),
        sources=Source.FILE,
    ),
    Command(
        "unbind",
        "removes the binding of a key or message",
        "unbind cc 1 64",
        (
            Argument("trigger", ArgumentKind.CHOICE, choices=_TRIGGERS),
            Argument("which", ArgumentKind.TEXT, optional=True),
        ),
        sources=Source.FILE,
    ),
    Command("bindings", "commands and parameters by their control, sources and targets of dimensions", "bindings"),
    Command(
        "keep mapping",
        "writes learned, bound and mapped controls into the configuration file",
        "keep mapping",
        sources=KEYBOARD,
    ),
)

"""Commands for ramps, schedules, scenes, macros, set lists and recordings."""

from typing import Final

from impsy_tui import ranges
from impsy_tui.language.command_schema import KEYBOARD, Argument, ArgumentKind, Command, Source
from impsy_tui.ranges import Range

RAMP: Final = Range(0.0, 86400.0, 8.0, "s")
"""Duration of a ramp."""

DELAY: Final = Range(0.0, 86400.0, 10.0, "s")
"""Time until a scheduled command runs."""

PERIOD: Final = Range(0.02, 86400.0, 4.0, "s")
"""Time between two runs of a repeated command."""

REPLAY_SPEED: Final = Range(0.1, 20.0, 1.0, "x")
"""Speed of a replay: 2 is twice as fast."""

LAST: Final = Range(0.1, 600.0, 8.0, "s")
"""Length of the input that is played again."""

ROUNDS: Final = Range(1, 1000, 2, "x")
"""Rounds of a loop."""

_LINE: Final = Argument("commands", ArgumentKind.LINE)
_MOMENT: Final = Argument("moment", ArgumentKind.MOMENT)
_SCENE: Final = Argument("scene", ArgumentKind.NAME)

CONDUCTING: Final[tuple[Command, ...]] = (
    Command(
        "over",
        "ramps parameters from their present values to these; ease begins and ends gently",
        "over 8s temp 0.6 sigma 0.02",
        (
            Argument("time", ArgumentKind.DURATION, RAMP),
            Argument("ease", ArgumentKind.CHOICE, choices=("ease",), optional=True),
            Argument("settings", ArgumentKind.SETTINGS),
        ),
        player=True,
        undo=True,
    ),
    Command(
        "after",
        "does the rest of the line once, when this time has passed",
        "after 10s mode callresponse",
        (Argument("time", ArgumentKind.DURATION, DELAY), _LINE),
        player=True,
    ),
    Command(
        "every",
        "does the rest of the line again and again",
        "every 4s temp rand 0.5 1.5",
        (Argument("time", ArgumentKind.DURATION, PERIOD), _LINE),
        player=True,
    ),
    Command(
        "at",
        "does the rest of the line once, at the next such moment; at a time of day, every day",
        "at response speed 2",
        (_MOMENT, _LINE),
        player=True,
    ),
    Command(
        "whenever",
        "does the rest of the line at every such moment",
        "whenever call temp 1",
        (_MOMENT, _LINE),
        player=True,
    ),
    Command(
        "play",
        "plays dimensions as if you had played them: a value, or a pattern",
        'play x1 x2 "0.2 0.8 ~ 0.5"',
        (
            Argument("dimensions", ArgumentKind.DIMENSIONS),
            Argument("value", ArgumentKind.NUMBER, ranges.VALUE, pattern=True),
        ),
        undo=True,
    ),
    Command("hush", "ends all patterns; parameters keep their values", "hush", undo=True),
    Command("what", "lists the pending commands by number", "what"),
    Command(
        "cancel",
        "cancels a pending command by its number, or all",
        "cancel 3",
        (Argument("number", ArgumentKind.WHOLE, Range(1, 1_000_000_000, 1), choices=("all",)),),
        undo=True,
    ),
    Command("undo", "reverts the last line: parameters, scenes, cues, pending commands and models", "undo"),
    Command("redo", "repeats the line that undo reverted", "redo"),
    Command("scene save", "keeps all settings under a name", "scene save dark", (_SCENE,), sources=Source.FILE),
    Command("scene delete", "forgets a scene", "scene delete dark", (_SCENE,), sources=KEYBOARD, ends=True),
    Command(
        "scene",
        "recalls a scene; after over, mode and model change at the end, or now",
        "scene dark",
        (_SCENE, Argument("now", ArgumentKind.CHOICE, choices=("now",), optional=True)),
        ramp="scene",
        undo=True,
    ),
    Command("scenes", "lists the scenes", "scenes"),
    Command(
        "def",
        "defines a macro for one or more commands",
        "def drop = mode battle; over 2s temp 1.8",
        (Argument("definition", ArgumentKind.DEFINITION),),
    ),
    Command("undef", "removes a macro", "undef drop", (Argument("name", ArgumentKind.NAME),)),
    Command("defs", "lists your macros", "defs"),
    Command(
        "cue",
        "opens a set list; without a name, shows the present cue",
        "cue first",
        (Argument("set", ArgumentKind.NAME, optional=True),),
        undo=True,
    ),
    Command("next", "the next cue of the set", "next", undo=True),
    Command("back", "the cue before this one, again", "back", undo=True),
    Command("goto", "a cue of the set, by its name", "goto drop", (Argument("cue", ArgumentKind.NAME),), undo=True),
    Command(
        "replay",
        "a log is played as if you played it; through a model, that one answers",
        "replay 2026-05-01 at 2x",
        (
            Argument("log", ArgumentKind.LOG),
            Argument("at", ArgumentKind.NUMBER, REPLAY_SPEED, optional=True, keyword=True, word="speed"),
            Argument("through", ArgumentKind.MODEL, optional=True, keyword=True, word="model"),
        ),
    ),
    Command(
        "replay last",
        "what you played last is played again, as if you played it",
        "replay last 30s",
        (Argument("time", ArgumentKind.DURATION, LAST),),
    ),
    Command(
        "loop last",
        "loops what you played last, as if you played it: x2 for two rounds, otherwise until cancel replay",
        "loop last 8s x2",
        (
            Argument("time", ArgumentKind.DURATION, LAST),
            Argument("times", ArgumentKind.WHOLE, ROUNDS, optional=True),
        ),
    ),
    Command("cancel replay", "ends a replay or a loop", "cancel replay"),
    Command(
        "record",
        "writes the commands of a set next to the log, so that replay repeats both",
        "record on",
        (Argument("switch", ArgumentKind.SWITCH),),
    ),
)

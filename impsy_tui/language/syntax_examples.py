"""Examples of the language for the help screen and the reference page."""

from typing import Final

SYNTAX: Final = (
    ("mode battle; temp 1.3", "several at once, applied together between two events"),
    ("temp 50%", "numbers take units: 8s, 200ms, 1m, 120bpm, 50%, 2x; words with space in them stand in quotes"),
    ("temp +0.1; sigma -10%; speed *2", "relative to the present value, up to the limits of the parameter"),
    ("temp rand 0.5 1.5", "a random number or time, drawn again at each use"),
    (
        "@lead temp 1.3",
        "for the player of this name; @all for all of them; without it, for the one that has the focus",
    ),
    (
        "over 8s temp 0.6 sigma 0.02",
        "ramps to this value; over 8s ease … begins and ends gently",
    ),
    (
        'temp "0.5 [1 2] ~"',
        "a pattern: values in the steps of a bar, again and again; hush ends all patterns",
    ),
    ('temp "sine" range 0.5 1.5', "a signal; transformations stand behind a pattern"),
    ('play x1 x2 "0.2 0.8"', "a pattern that plays dimensions as you would"),
    ("after 10s mode duet", "once, when this time has passed"),
    ("every 4s temp rand 0.5 1.5", "again and again"),
    ("at response speed 2", "once, at the next such moment: call, response, silence 5s, event 100, bar, trained"),
    ("at 18:00 fade 30s", "every day at this time of the machine"),
    ("whenever call temp 1", "at every such moment"),
    ("what", "lists pending commands by number: cancel 3 or cancel all removes them"),
    (
        "def drop = mode battle; over 2s temp 1.8",
        "a macro: drop runs it, bind f10 drop binds it to a key",
    ),
    ("def glide to = over 4s temp $to", "with an argument: glide 1.5"),
    ("over after every at whenever def", "these take all the rest of the line, semicolons included"),
)
"""Lines with their meaning."""

"""The legend of the screen: what each sign and number of it means."""

from typing import Final

LEGEND: Final = (
    ("▶ YOUR TURN", "you play, and the player listens"),
    ("◀ PLAYER'S TURN", "the player plays; ◆: both may play"),
    ("temp sigma speed thr", "parameters of the player; help temp explains one"),
    ("held: note 60", "a note that sounds on counts as playing"),
    ("8 shaped", "dimensions that are muted, solo, held, inverted or in a range; release ends that"),
    ("mdrnn s 9d", "the model: kind, size, dimension (8 values and one for time)"),
    ("● REC 105", "the log is on; events that it has"),
    ("timer 12:40", "set timer"),
    ("engine 2% late 2.6ms", "load of the engine, and its greatest delay in the last second"),
    ("disk, up", "free space for logs, and time since the engine started"),
    ("● link", "snapshots come from the engine"),
    ("NO LINK", "none has come for 3 s: the link is lost or the engine hangs; the music may go on"),
    ("NO ENGINE", "the engine has ended; Enter starts it again"),
    ("2 pending", "lines that act later, such as over, after and every; what lists them"),
    ("cue 2/5 name → next", "place in the set list, and the cue that next plays"),
    ("90 bpm 1/16 94.2", "tempo, grid, and bar.beat"),
    ("x1 and two bars", "a dimension: your value above, the player's below; a dim bar has not moved for a while"),
    ("· ╎ ┃ on a bar", "the next value of the player: far, near, now"),
    ("◆ on a bar", "the value of a model that is auditioned in silence"),
    ("M S H ~ - at a name", "where there is little room: muted, solo, held, range or inverted, of another player"),
    ("● ◌ ○ ✗ at a channel", "open, waiting, closed, failed"),
    ("in out at a channel", "messages in a second, and the newest"),
    ("! at a channel", "its last problem, and how long ago that was"),
)
"""Signs as they stand on the screen, from top to bottom, and their meanings."""

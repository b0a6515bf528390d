"""Legend of the screen: meaning of each sign and number."""

from typing import Final

LEGEND: Final = (
    ("▶ YOUR TURN", "you play, and the player listens"),
    ("◀ PLAYER'S TURN", "the player plays; ◆: both may play; ‖: paused"),
    ("temp sigma speed threshold", "parameters of the player; help temp explains one"),
    ("temp 0.83 trained", "the training of the model found this value; temp trained returns to it"),
    ("temp 1.33→1.50 17s", "a ramp that runs: its target, and the seconds until then"),
    ("held: note 60", "a held note counts as playing"),
    ("8 shaped", "dimensions that are muted, solo, held, inverted or in a range; release ends that"),
    ("mdrnn s 9d", "the model: kind, size, dimension (8 values and one for time)"),
    ("● REC 105", "the log is on, with its number of events"),
    ("timer 12:40", "set timer"),
    ("engine 2% late 2.6ms", "load of the engine, and its worst delay in the last second"),
    ("disk, up", "free space for logs, and time since the engine started"),
    ("● link", "snapshots come from the engine"),
    ("NO LINK", "no snapshot for 3 s: the link is lost or the engine hangs; the music may continue"),
    ("NO ENGINE", "the engine has ended; press Enter to start it again"),
    ("⚙2 train s 12/40", "job 2 runs; jobs shows all of it"),
    ("2 pending", "commands that run later (over, after, every); what lists them"),
    ("cue 2/5 name → next", "position in the set list, and the next cue"),
    ("90 bpm 1/16 94.2", "tempo, grid, and bar.beat"),
    ("x1 and two bars", "a dimension: your value above, the player's below; a dim bar has not moved recently"),
    ("· ╎ ┃ on a bar", "the next value of the player: far, near, now"),
    ("▁▃▅ next to a bar", "the last ten seconds of the dimension"),
    ("◇ on a bar", "the value of a model that is auditioned in silence"),
    ("M S H ~ - at a name", "on a small screen: muted, solo, held, range, inverted, or used by another player"),
    ("▶ ▁▃▅ M ✗ in a score", "the line runs, its phase, it is muted, it has a mistake"),
    ("● ◌ ○ ✗ at a channel", "open, waiting, closed, failed"),
    ("in out at a channel", "messages per second, and the newest one"),
    ("! at a channel", "its last problem, and the time since then"),
)
"""Signs on the screen from top to bottom, with their meanings."""

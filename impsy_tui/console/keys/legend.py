"""Legend of the screen: each symbol, the words and numbers of the first screen, and the panes."""

from typing import Final

SYMBOLS: Final = (
    ("▶", "you play, and the player listens"),
    ("◀", "the player plays"),
    ("◆", "both may play"),
    ("‖", "paused, or the ensemble rests"),
    ("◇", "audition: the value of a model that plays in silence"),
    ("▸", "current: the player in focus, the present cue, a line of a score that runs"),
    ("♪", "this player sounds"),
    ("●", "on: a channel is open, the log records, the link works"),
    ("◌", "a channel waits for its device"),
    ("○", "off: a channel is closed, a job was cancelled, no engine"),
    ("✗", "failed: a channel, a job or a command"),
    ("✓", "done, or in order"),
    ("⚙", "a job runs"),
    ("■", "the end: the last cue, or a job that stops"),
    ("→ ←", "leads to: target of a ramp, next cue, output of a channel; and the keys of these names"),
    ("↑ ↓", "the ensemble grows livelier, or calmer; and the keys of these names"),
    ("×", "times: speed of the player"),
    ("±", "width of the touches around their middle"),
    ("°", "temperature of the machine"),
    ("╎ │ ┃", "on a bar, the next value of the player: far, near, now"),
    ("╌", "around the next value: one deviation, after sigma"),
    ("█ ▓ ▒ ▀ ▄", "bars without colours and small bars: you, player, at rest, only you, only player"),
    ("▏▎▍▌▋▊▉", "end of a bar, in eighths of a cell"),
    (
        "▁▂▃▅▆▇",
        "steps: ten seconds of a dimension, a log, losses of a training, weights of ideas",
    ),
    ("━ ─", "progress: done, and left; ─ also divides panes"),
    ("›", "a command, typed or by other means"),
    ("⌕", "search in the history of typed lines"),
    ("…", "text that is cut off"),
    ("·", "divides words; the empty part of a bar in few or no colours"),
    ("»", "one of the signs of gestures, explained below the ensemble"),
)
"""Signs that are not letters, each with one meaning."""

LEGEND: Final = (
    ("YOUR TURN, PLAYER'S TURN", "who plays, in a demo DEMO PLAYS; the first row has the colour of the turn"),
    ("temp, sigma, speed …", "parameters of the player; help temp explains one"),
    ("temp 0.83 trained", "the training of the model found this value; temp trained returns to it"),
    ("temp 1.33→1.50 17s", "a ramp that runs: its target, and the seconds until then"),
    ("temp 0.50 pattern", "a pattern plays the value; pat where there is little room"),
    ("held: note 60", "a held note counts as playing"),
    (
        "surprise +3.1, ?+3",
        "how much more you surprise the player than its training did, in nats; 0 is the same",
    ),
    ("▇▂▁ at the right", "weights of the model's ideas for the next value, after temp; show thinking hides them"),
    ("8 shaped", "dimensions that are muted, solo, held, inverted or in a range; release ends that"),
    ("mdrnn s 9d", "the model: kind, size, dimension (8 values and one for time)"),
    ("● REC 105", "the log is on, with its number of events"),
    ("timer 12:40", "set timer"),
    ("engine 2% late 2.6ms", "load of the engine, and its worst delay in the last second"),
    ("disk, up", "free space for logs, and time since the engine started"),
    ("● link", "snapshots come from the engine"),
    ("NO LINK", "no snapshot for 3 s: the link is lost or the engine hangs; the music may continue"),
    ("NO ENGINE", "the engine has ended; press Enter to start it again"),
    ("⚙2 train s 12/40", "job 2 runs; the pane JOBS shows all of it"),
    ("2 pending", "commands that run later (over, after, every); what lists them"),
    ("cue 2/5 name → next", "position in the set list, and the next cue"),
    ("90 bpm 1/16 94.2", "tempo, grid, and bar.beat"),
    ("120 bpm link 2", "tempo shared by Ableton Link with two other programs"),
    ("x1 and two bars", "a dimension: your value above, the player's below; a dim bar has not moved recently"),
    ("M S H R I - at a name", "on a small screen: muted, solo, held, range, inverted, or used by another player"),
    ("▁▃▅ M in a score", "the phase of a line that runs; the line is muted"),
    ("in out at a channel", "messages per second, and the newest one"),
    ("! at a channel", "its last problem, and the time since then"),
)
"""Words and numbers on the screen from top to bottom, with their meanings."""

PANES: Final = (
    ("meters", "a bar for your value and one for the player's; {meters} shows turn and temperature in large letters"),
    (
        "ensemble",
        "gestures of an ensemble in the last minute, and where its players touch; {meters}: large letters",
    ),
    (
        "players",
        "all players, the focused one marked; after {keys}, {next_player} and {previous_player} change the focus",
    ),
    (
        "agent",
        "aim of an agent, the sound that it hears, and the distance of its synth; aim, steer, budget, smooth",
    ),
    ("channels", "inputs and outputs with their traffic and problems; {jobs} shows or hides the panes at the side"),
    ("pending", "commands that run later; cancel 3 removes one; after {keys}, {filter} filters; {jobs}: all panes"),
    ("jobs", "datasets and trainings at work; cancel job ends one, keep job saves its result; {jobs}: all panes"),
    ("scenes", "saved scenes; after {keys}, {scenes} and a digit recalls one; scene save NAME adds one"),
    (
        "events",
        "what happened; {older_events} and {newer_events} scroll, {events} enlarges; after {keys}, {filter} filters",
    ),
    ("files", "logs, datasets and models ({files}); after {keys}: l loads, a auditions, t trains, {filter} filters"),
    ("settings", "the configuration ({settings}); after {keys}: Enter changes a setting, {filter} filters"),
    ("rig", "every port, disk, model and clock before a concert ({rig}); after {keys}: u checks again"),
)
"""Panes of the first screen and pages; names of actions in braces stand for their keys."""

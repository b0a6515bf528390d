"""Keys of the score page. Each action has two: with Ctrl, and after Esc or with Alt."""

from typing import Final, NamedTuple

from impsy_tui.key_actions import shown


class ScoreKey(NamedTuple):
    """Action of the score page.

    Attributes:
        action: name of the action.
        keys: keys that act at once, as Textual names them.
        after_escape: keys that act after Esc, or with Alt.
        label: keys and effect for the footer, whose row fits 80 columns; an action without keys here is not in it.
        help: effect of the action in one line.
    """

    action: str
    keys: tuple[str, ...]
    after_escape: tuple[str, ...]
    label: tuple[str, str]
    help: str

    @property
    def shown(self) -> str:
        """All keys as text."""
        after = ", ".join(f"Esc {shown(key)}" for key in self.after_escape)
        return ", ".join((*map(shown, self.keys), after))


SCORE_KEYS: Final = (
    ScoreKey("run", ("ctrl+r",), ("r", "enter"), ("^R", "run"), "runs the line, or the selected lines"),
    ScoreKey("run_block", ("ctrl+g",), ("g", "b"), ("^G", "block"), "runs the block: the lines between empty lines"),
    ScoreKey("run_cue", ("ctrl+t",), ("t", "c"), ("^T", "cue"), "runs the cue under the cursor"),
    ScoreKey("stop", ("ctrl+s",), ("s", "x"), ("^S", "stop"), "stops what the line started"),
    ScoreKey("mute", ("ctrl+n",), ("n", "m"), ("^N", "mute"), "stops the line, and the same key runs it again"),
    ScoreKey("solo", ("ctrl+l",), ("l", "o"), ("^L", "solo"), "mutes all other lines, and the same key ends that"),
    ScoreKey(
        "raise_number",
        ("alt+up", "ctrl+up"),
        ("up", "plus"),
        ("Esc±", "num"),
        "number under the cursor up, and runs it",
    ),
    ScoreKey(
        "lower_number", ("alt+down", "ctrl+down"), ("down", "minus"), ("", "lower number"), "number down, and runs it"
    ),
    ScoreKey("comment", ("ctrl+underscore",), ("slash", "k"), ("Esc/", "#"), "makes the line a comment, or none"),
    ScoreKey("duplicate", ("ctrl+d",), ("d", "y"), ("^D", "copy"), "duplicates the line"),
    ScoreKey("help", (), ("h", "question_mark"), ("", ""), "help for the word under the cursor"),
    ScoreKey("reload", (), ("a",), ("", ""), "takes the text of the other console; Ctrl-Z brings yours back"),
    ScoreKey("overwrite", (), ("w",), ("", ""), "saves your text in place of the other one"),
)
"""Each action has a control character, or a character after Escape: every terminal sends these."""

AT_ONCE: Final = {key: each.action for each in SCORE_KEYS for key in each.keys}
AFTER_ESCAPE: Final = {key: each.action for each in SCORE_KEYS for key in each.after_escape}

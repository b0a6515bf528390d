"""Turn of a player: its words, and its colour."""

from typing import Final, NamedTuple

from rich.style import Style

from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import PlayerState


class TurnLabel(NamedTuple):
    """Signs and words for who plays.

    Attributes:
        sign: one cell.
        words: words behind the sign.
        word: one word for large letters.
        owner: "you", "player", or "none" for a pause.
    """

    sign: str
    words: str
    word: str
    owner: str

    @property
    def label(self) -> str:
        """Sign and words."""
        return f"{self.sign} {self.words}"


_TURNS: Final = {
    "you": TurnLabel("▶", "YOUR TURN", "YOU", "you"),
    "player": TurnLabel("◀", "PLAYER'S TURN", "PLAYER", "player"),
}
_TOGETHER: Final = {
    "battle": TurnLabel("◀", "PLAYER ALONE", "PLAYER", "player"),
    "polyphony": TurnLabel("◆", "ANSWERS EACH", "BOTH", "player"),
}
"""Modes without turns; in the others both play."""


_SIMULATED: Final = TurnLabel("▶", "DEMO PLAYS", "DEMO", "you")
"""Turn of the simulated performer of a demo."""


def turn_of(player: PlayerState) -> TurnLabel:
    """Returns the turn of a player."""
    if player.paused:
        return TurnLabel("‖", "PAUSED", "PAUSED", "none")
    if player.ensemble is not None and player.ensemble.resting:
        return TurnLabel("‖", "ALL REST", "REST", "none")
    if player.ensemble is not None:
        return TurnLabel("◆", "ALL PLAY", "ALL", "player")
    if player.mode == "useronly":
        return TurnLabel("▶", "YOU ALONE", "YOU", "you")
    return _TURNS.get(player.turn) or _TOGETHER.get(player.mode, TurnLabel("◆", "TOGETHER", "BOTH", "player"))


def focused_turn(snapshot: Snapshot) -> TurnLabel:
    """Returns the turn of the focused player; in a demo, the simulated performer has the turn of the musician."""
    turn = turn_of(snapshot.focused)
    is_demo = any(channel.name == "demo" for channel in snapshot.channels)
    return _SIMULATED if is_demo and turn == _TURNS["you"] else turn


def turn_style(turn: TurnLabel, palette: Palette) -> Style:
    """Returns the style of the first row: the colour of the musician, of the player, or of a pause."""
    if palette.glyphs and turn.owner == "player":
        return palette.strong
    return {"you": palette.input_block, "player": palette.prediction_block}.get(turn.owner, palette.warning_block)


def block_on(turn: Style, block: Style, palette: Palette) -> Style:
    """Returns a block for the first row; without colours it is the reverse of the row."""
    return palette.strong if palette.glyphs and turn.reverse else block


def turn_ink(turn: TurnLabel, palette: Palette) -> Style:
    """Returns the style of signs and large letters in the colour of the turn."""
    return {"you": palette.input, "player": palette.prediction}.get(turn.owner, palette.warning)

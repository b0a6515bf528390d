"""Players pane: one line per player, the focus marked."""

from typing import Final

from impsy_tui.console.drawing.lines import Line, Lines, heading, padded, short_model
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.strip.turns import turn_ink, turn_of
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import PlayerState

_LONGEST_NAME: Final = 8
_MODE: Final = 8
"""Cells of a shortened mode, at which all modes differ."""
_WIDE: Final = 36
_SOUNDS: Final = 0.4
"""Seconds after which a player that has played is quiet."""


class PlayersPane(Lines):
    """Name, turn, activity, mode and model of each player."""

    DEFAULT_CSS = "PlayersPane { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette, key: str = "") -> None:
        super().__init__(palette, id="players")
        self._key = key
        self._players: tuple[PlayerState, ...] = ()
        self._focus = ""

    def show(self, snapshot: Snapshot) -> None:
        """Shows the players of a snapshot."""
        if len(snapshot.players) != len(self._players):
            self.styles.height = 1 + len(snapshot.players)
        self._players, self._focus = snapshot.players, snapshot.focused.name
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        width = self.size.width
        longest = min(max((len(player.name) for player in self._players), default=1), _LONGEST_NAME)
        lines = [heading("PLAYERS", width, self.palette, key=self._key)]
        lines += [self._line(player, longest, width) for player in self._players]
        self.set_lines(lines)

    def _line(self, player: PlayerState, longest: int, width: int) -> Line:
        palette, focused = self.palette, player.name == self._focus
        turn = turn_of(player)
        sounds = 0 <= player.output_age < _SOUNDS
        mode = padded(player.mode, len("callresponse") if width >= _WIDE else _MODE)
        model = (
            "DUMMY" if player.kind == "dummy" else short_model(player.model, max(0, width - longest - 6 - len(mode)))
        )
        return (
            (("▸" if focused else " ") + padded(player.name, longest), palette.strong if focused else palette.text),
            (f" {turn.sign}", turn_ink(turn, palette)),
            ("♪ " if sounds else "  ", palette.prediction),
            (f"{mode} ", palette.text),
            (model, palette.alarm if player.kind == "dummy" else palette.dim),
        )

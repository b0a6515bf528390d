"""Musical time: tempo, grid, clocks."""

from impsy_tui.engine.commands.hands import Hands


class Timing(Hands):
    """Musical time: tempo, grid, clocks."""

    def _tempo(self, beats: float) -> str:
        self._host.tempo.set_beats(beats)
        return f"tempo {beats:g}"

    def _swing(self, share: float) -> str:
        self._host.tempo.set_swing(share)
        return f"swing {share:.0%}"

    def _hand_over(self, when: str) -> str:
        self._host.tempo.set_hand_over(when)
        if when == "now":
            return "the player's turn begins as soon as you have been silent"
        return f"the player's turn begins on the next {when} after your silence; what you play takes it back at once"

"""Handlers of musical time: tempo, grid, clocks, nudges."""

from impsy_tui.control.status_text import nudge_words
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.errors import UserError

_CLOCK_GRID = "1/16"
"""Grid that ``quantise clock`` starts if there is none."""


class TimeHandlers(Handlers):
    """Handlers of musical time: tempo, grid, clocks, nudges."""

    def _quantise(self, grid: str, at: float | None = None) -> str:
        tempo = self._host.tempo
        if grid == "off":
            if at is not None:
                raise UserError(f"quantise off takes no tempo: tempo {at:g} sets the tempo")
            tempo.set_grid("")
            return "not quantised: events sound at once"
        if grid == "clock":
            if at is not None:
                raise UserError("the incoming clock sets the tempo: type quantise clock without at")
            grid = _CLOCK_GRID if tempo.grid is None else tempo.grid.note
            tempo.set_follows(True)
        elif at is not None:
            self._need_own_tempo()
            tempo.set_beats(at)
        tempo.set_grid(grid)
        clock = tempo.clock_in
        by = "by the incoming clock" if clock.follows else f"at {tempo.beats:g}"
        return f"quantised to {grid}, {by}"

    def _tempo(self, beats: float) -> str:
        self._need_own_tempo()
        self._host.tempo.set_beats(beats)
        return f"tempo {beats:g}"

    def _need_own_tempo(self) -> None:
        if self._host.tempo.clock_in.leads:
            raise UserError("the incoming clock sets the tempo: clock in off ends that")

    def _swing(self, share: float) -> str:
        self._host.tempo.set_swing(share)
        return f"swing {share:.0%}"

    def _hand_over(self, when: str) -> str:
        self._host.tempo.set_hand_over(when)
        if when == "now":
            return "the player's turn begins as soon as you have been silent"
        return f"the player's turn begins on the next {when} after your silence; your input ends the turn at once"

    def _clock_in(self, switch: bool | None = None) -> str:
        tempo = self._host.tempo
        follows = not tempo.clock_in.follows if switch is None else switch
        tempo.set_follows(follows)
        return "the incoming clock is followed" if follows else f"no clock is followed: tempo {tempo.beats:.4g}"

    def _clock_out(self, switch: bool | None = None) -> str:
        clock = self._host.tempo.clock_out
        sends = not clock.sends if switch is None else switch
        clock.set_sends(sends)
        return "a clock is sent, and starts on the next bar" if sends else "no clock is sent"

    def _nudge(self, output: str, time: float) -> str:
        outputs = self._session.outputs
        if output not in outputs.nudges:
            raise UserError(f"no output is called {output}: there is {', '.join(outputs.nudges) or 'none'}")
        outputs.nudge(output, time)
        return f"{output} {nudge_words(time)}" if time else f"{output} is not nudged"

"""Handlers of musical time: tempo, grid, clocks, nudges."""

from impsy_tui.control.status_text import nudge_words
from impsy_tui.engine.clock.tempo import NOW
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.errors import UserError
from impsy_tui.parameters import CLOCK_IN, CLOCK_OUT, HAND_OVER, QUANTISE, TEMPO

_CLOCK_GRID = "1/16"
"""Grid that ``quantise clock`` starts if there is none."""


class TimeHandlers(Handlers):
    """Handlers of musical time: tempo, grid, clocks, nudges."""

    def _quantise(self, grid: str, at: float | None = None) -> str:
        tempo = self._host.tempo
        if grid == QUANTISE.none:
            if at is not None:
                raise UserError(f"quantise off takes no tempo: tempo {at:g} sets the tempo")
            self.set_engine_parameter(QUANTISE, grid)
            return "not quantised: events sound at once"
        if grid == "clock":
            if at is not None:
                raise UserError("the incoming clock sets the tempo: type quantise clock without at")
            grid = self._session.parameters.value(QUANTISE.name) or _CLOCK_GRID
            self.set_engine_parameter(CLOCK_IN, True)
        elif at is not None:
            self.set_engine_parameter(TEMPO, at)
        self.set_engine_parameter(QUANTISE, grid)
        by = "by the incoming clock" if tempo.clock_in.follows else f"at {tempo.beats:g}"
        return f"quantised to {grid}, {by}"

    def _hand_over(self, when: str) -> str:
        self.set_engine_parameter(HAND_OVER, when)
        if when == NOW:
            return "the player's turn begins as soon as you have been silent"
        return f"the player's turn begins on the next {when} after your silence; your input ends the turn at once"

    def _clock_in(self, switch: bool | None = None) -> str:
        self.set_engine_parameter(CLOCK_IN, switch)
        tempo = self._host.tempo
        follows = tempo.clock_in.follows
        return "the incoming clock is followed" if follows else f"no clock is followed: tempo {tempo.beats:.4g}"

    def _clock_out(self, switch: bool | None = None) -> str:
        self.set_engine_parameter(CLOCK_OUT, switch)
        sends = self._host.tempo.clock_out.sends
        return "a clock is sent, and starts on the next bar" if sends else "no clock is sent"

    def _nudge(self, output: str, time: float) -> str:
        outputs = self._session.outputs
        if output not in outputs.nudges:
            raise UserError(f"no output is called {output}: there is {', '.join(outputs.nudges) or 'none'}")
        outputs.nudge(output, time)
        return f"{output} {nudge_words(time)}" if time else f"{output} is not nudged"

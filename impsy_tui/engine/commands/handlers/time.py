"""Handlers of musical time: grid and nudges."""

from impsy_tui.control.status_text import nudge_words
from impsy_tui.engine.clock.beats import BAR
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.errors import UserError
from impsy_tui.parameters import CLOCK_IN, QUANTISE, TEMPO

_CLOCK_GRID = "1/16"
"""Grid that ``quantise clock`` starts if there is none."""


class TimeHandlers(Handlers):
    """Handlers of musical time: grid and nudges."""

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

    def _beat(self, beat: float) -> str:
        tempo = self._host.tempo
        if tempo.clock_in.leads:
            raise UserError("the incoming clock sets the beat: clock in off ends that")
        now, within = tempo.scheduler.now(), beat - 1.0
        bar = round((tempo.beat_at(now) - within) / BAR)
        tempo.jump(bar * BAR + within, now)
        tempo.link.send_beat()
        return f"this is beat {beat:.4g} of the bar"

    def _nudge(self, output: str, time: float) -> str:
        outputs = self._session.outputs
        if output not in outputs.nudges:
            raise UserError(f"no output is called {output}: there is {', '.join(outputs.nudges) or 'none'}")
        outputs.nudge(output, time)
        return f"{output} {nudge_words(time)}" if time else f"{output} is not nudged"

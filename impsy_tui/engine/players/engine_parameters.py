"""Parameters of the engine."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.players.base import ParameterHolder
from impsy_tui.parameters import ENGINE, defaults, parameters_of


class EngineParameters(ParameterHolder):
    """Parameters of the engine. Session and musical time have the values.

    Args:
        tempo: Musical time.
        thru: Returns True if input is sent to every output.
        set_thru: Turns thru on or off.
    """

    name = ""
    kind = ENGINE

    def __init__(self, tempo: Tempo, thru: Callable[[], bool], set_thru: Callable[[bool], None]) -> None:
        self.settings = SimpleNamespace(**defaults(parameters_of(ENGINE)))
        self._tempo = tempo
        self._thru = thru
        self._set_thru = set_thru

    @property
    def behaviour(self) -> ParameterHolder:
        """Holder of the values."""
        return self

    @property
    def behaviours(self) -> Sequence[ParameterHolder]:
        """Holder of the values."""
        return (self,)

    def value(self, name: str) -> Any:
        """Returns the value of a parameter."""
        tempo = self._tempo
        match name:
            case "thru":
                return self._thru()
            case "quantise":
                return None if tempo.grid is None else tempo.grid.note
            case "tempo":
                return tempo.beats
            case "swing":
                return tempo.swing
            case "hand over":
                return tempo.hand_over
            case "clock in":
                return tempo.clock_in.follows
            case "clock out":
                return tempo.clock_out.sends
            case "clock link":
                return tempo.link.on
            case "clock transport":
                return tempo.link.transport
            case _:
                return super().value(name)

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter."""
        tempo = self._tempo
        match name:
            case "thru":
                self._set_thru(value)
            case "quantise":
                tempo.set_grid(value or "")
            case "tempo":
                tempo.set_beats(value)
            case "swing":
                tempo.set_swing(value)
            case "hand over":
                tempo.set_hand_over(value)
            case "clock in":
                tempo.set_follows(value)
            case "clock out":
                tempo.clock_out.set_sends(value)
            case "clock link":
                tempo.set_link(value)
            case "clock transport":
                tempo.link.set_transport(value)
            case _:
                super().set_value(name, value)

    def refusal(self, name: str) -> str:
        """Returns the reason why a parameter cannot be set now; empty if it can be set."""
        if name == "tempo" and self._tempo.clock_in.leads:
            return "the incoming clock sets the tempo: clock in off ends that"
        return ""

"""How the players play."""

from collections.abc import Awaitable

from impsy_tui import terms
from impsy_tui.engine.commands.hands import CommandProblem, Hands


class Playing(Hands):
    """How the players play."""

    def _mode(self, mode: str) -> str:
        session = self._session
        if mode == terms.FILTER:
            session.set_thru(False)
            for part in session.parts:
                part.set_mode("polyphony")
            return "filter: polyphony with thru off, only the predictions are heard"
        for part in session.parts:
            part.set_mode(mode)
        return f"{mode}: {terms.MODES[mode].help}"

    def _temp(self, temperature: float) -> str:
        for part in self._session.parts:
            part.set_temperature(pi=temperature)
        return f"temp {temperature:g}"

    def _sigma(self, temperature: float) -> str:
        for part in self._session.parts:
            part.set_temperature(sigma=temperature)
        return f"sigma {temperature:g}"

    def _timescale(self, factor: float) -> str:
        for part in self._session.parts:
            part.set_timescale(factor)
        return f"timescale {factor:g}"

    def _speed(self, factor: float) -> str:
        for part in self._session.parts:
            part.set_timescale(1.0 / factor)
        return f"speed {factor:g} (timescale {1.0 / factor:g})"

    def _threshold(self, silence: float) -> str:
        for part in self._session.parts:
            part.set_threshold(silence)
        return f"threshold {silence:g}s"

    def _max_response(self, time: float | str) -> str:
        limit = time if isinstance(time, float) else None
        for part in self._session.parts:
            part.set_max_response(limit)
        return "max_response off" if limit is None else f"max_response {limit:g}s"

    def _take(self) -> str:
        self._need_turns("take")
        for part in self._session.parts:
            part.take()
        return "your turn: the player listens until you have played and fall silent"

    def _give(self) -> str:
        self._need_turns("give")
        if self._session.part.paused:
            raise CommandProblem("the player is paused: resume lets it play")
        for part in self._session.parts:
            part.give()
        return "the player's turn"

    def _need_turns(self, word: str) -> None:
        mode = self._session.part.mode
        if not mode.takes_turns:
            raise CommandProblem(f"there are no turns to {word} in {mode.name}, only in callresponse")

    def _pause(self) -> str:
        self._session.pause()
        return "paused: the player is silent and listens"

    def _resume(self) -> str:
        self._session.resume()
        return "the player may play"

    def _reset(self) -> str:
        for part in self._session.parts:
            part.reset()
        return "the player has forgotten what it heard"

    def _thru(self, switch: bool | None = None) -> str:
        thru = not self._session.settings.thru if switch is None else switch
        self._session.set_thru(thru)
        return f"thru {'on' if thru else 'off'}"

    def _log(self, switch: str) -> str:
        return self._host.set_log(switch)

    def _load(self, model: str) -> Awaitable[str]:
        return self._host.casting.load(model)

    def _unload(self) -> str:
        self._host.casting.unload()
        return "DUMMY: no model is loaded, the dummy player wanders at random"

    def _audition(self, model: str) -> Awaitable[str]:
        return self._host.casting.audition(model)

    def _timer(self, what: str) -> str:
        getattr(self._host.stopwatch, what)()
        return f"timer {what}"

    def _panic(self) -> str:
        self._session.panic()
        return "everything off; paused: resume lets the player play"

    def _fade(self, time: float = terms.FADE.default) -> str:
        self._session.fade(time, lambda: None)
        return f"fading for {time:g}s; resume lets the player play"

"""How the players play."""

from collections.abc import Awaitable, Callable, Sequence

from impsy_tui import terms
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.settings import set_parameter
from impsy_tui.ensemble.network import PREFIX as BAND_PREFIX
from impsy_tui.errors import UserError
from impsy_tui.language.program import EVERYBODY
from impsy_tui.parameters import MODE


class PlayerHandlers(Handlers):
    """How the players play."""

    def _mode(self, seats: Sequence[Player], mode: str) -> str:
        for seat in seats:
            set_parameter(seat, MODE, "polyphony" if mode == terms.FILTER else mode)
        if mode == terms.FILTER:
            self._session.begin_filter()
            return self._of(seats, "filter: polyphony with thru off, only the predictions are heard")
        self._session.leave_filter()
        return self._of(seats, f"{mode}: {terms.MODES[mode].help}")

    def _take(self, seats: Sequence[Player]) -> str:
        for seat in _with_turns(seats, "take"):
            seat.take()
        return self._of(seats, "your turn: the player listens until you have played and fall silent")

    def _give(self, seats: Sequence[Player]) -> str:
        taking = _with_turns(seats, "give")
        if all(seat.part.paused for seat in taking):
            raise UserError("the player is paused: resume lets it play")
        for seat in taking:
            seat.give()
        return self._of(seats, "the player's turn")

    def _pause(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            player.pause()
        self._session.end_thru()
        return self._of(players, "paused: the player is silent and listens")

    def _resume(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            player.resume()
        return self._of(players, "the player may play")

    def _reset(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            player.reset()
        self._session.held_notes.release()
        return self._of(players, "the player has forgotten what it heard")

    def _thru(self, switch: bool | None = None) -> str:
        thru = not self._session.settings.thru if switch is None else switch
        self._session.set_thru(thru)
        return f"thru {'on' if thru else 'off'}"

    def _log(self, switch: str) -> str:
        return self._host.set_log(switch)

    async def _load(self, players: Sequence[AnyPlayer], model: str) -> str:
        bands, seats = self._host.casting.bands, self._host.casting
        return await self._each(
            _of_kind(players, model),
            lambda player: (
                bands.load(player, model) if isinstance(player, EnsemblePlayer) else seats.load(player, model)
            ),
        )

    def _unload(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            if isinstance(player, EnsemblePlayer):
                self._host.casting.bands.unload(player)
            elif isinstance(player, Player):
                self._host.casting.unload(player)
        return self._of(players, "DUMMY: no model is loaded, the dummy player wanders at random")

    def _audition(self, players: Sequence[AnyPlayer], model: str) -> str | Awaitable[str]:
        bands, seats = self._host.casting.bands, self._host.casting
        if model != "off":
            return self._each(
                _of_kind(players, model),
                lambda one: (
                    bands.audition(one, model) if isinstance(one, EnsemblePlayer) else seats.audition(one, model)
                ),
            )
        ended, why = [], None
        for player in players:
            try:
                if isinstance(player, EnsemblePlayer):
                    bands.end_audition(player)
                elif isinstance(player, Player):
                    seats.end_audition(player)
            except UserError as problem:
                why = problem
            else:
                ended.append(player)
        if why is not None and not ended:
            raise why
        return self._of(ended, "the audition is over")

    async def _each(
        self, players: Sequence[Player | EnsemblePlayer], cast: Callable[[Player | EnsemblePlayer], Awaitable[str]]
    ) -> str:
        """Cast one player after the other, also where it cannot be done for one of them."""
        replies, problems = [], []
        for player in players:
            try:
                replies.append(self._of([player], await cast(player)))
            except UserError as problem:
                problems.append(self._of([player], str(problem)))
        if problems:
            raise UserError("\n".join((*replies, *problems)))
        return "\n".join(replies)

    def _timer(self, what: str) -> str:
        getattr(self._host.set_timer, what)()
        return f"timer {what}"

    def _panic(self, players: Sequence[AnyPlayer]) -> str:
        if len(players) == len(self._session.everybody):
            self._session.panic()
        else:
            for player in players:
                player.panic()
        return self._of(players, "everything off; paused: resume lets the player play")

    def _fade(self, time: float = terms.FADE.default) -> str:
        self._session.fade(time, lambda: None)
        outlets = self._session.outputs.outlets
        without = ", ".join(outlet.channel.name for outlet in outlets if not outlet.channel.safe)
        if all(not outlet.channel.safe for outlet in outlets):
            return "silent at once: no output has safe values to fade to (safe = [...]); resume lets the player play"
        silent = f"; silent at once, without safe values: {without}" if without else ""
        return f"fading for {time:g}s{silent}; resume lets the player play"

    def _player(self, name: str | None = None) -> str:
        session = self._session
        if name is not None:
            if name == EVERYBODY:
                raise UserError("one player has the focus: @all addresses all of them")
            (player,) = session.players_for(name)
            session.focus = player.name
        width = max(map(len, session.everybody))
        return "\n".join(
            f"{'▸' if name == session.focus else ' '} {name:<{width}}  {player.describe()}"
            for name, player in session.everybody.items()
        )


def _with_turns(seats: Sequence[Player], word: str) -> list[Player]:
    """Those of the players that take turns; there is at least one."""
    taking = [seat for seat in seats if seat.part.mode.takes_turns]
    if not taking:
        raise UserError(f"there are no turns to {word} in {seats[0].part.mode.name}, only in callresponse")
    return taking


def _of_kind(players: Sequence[AnyPlayer], model: str) -> list[Player | EnsemblePlayer]:
    """Of several players, those that a model can be meant for by its name; all, who refuse it, if there are none."""
    castable = [player for player in players if isinstance(player, Player | EnsemblePlayer)]
    kind = EnsemblePlayer if model.startswith(BAND_PREFIX) else Player
    return [player for player in castable if isinstance(player, kind)] or castable

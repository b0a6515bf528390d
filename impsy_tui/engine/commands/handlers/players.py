"""Handlers of players: mode, turns, models, audition, panic."""

from collections.abc import Awaitable, Callable, Sequence

from impsy_tui import modes
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.mdrnn import MdrnnBehaviour
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.settings import set_parameter
from impsy_tui.ensemble.network import PREFIX as ENSEMBLE_PREFIX
from impsy_tui.errors import UserError
from impsy_tui.language import Change
from impsy_tui.language.table.players import FADE
from impsy_tui.parameters import BLEND, MODE


class PlayerHandlers(Handlers):
    """Handlers of players: mode, turns, models, audition, panic."""

    def _mode(self, players: Sequence[Player], mode: str) -> str:
        for player in players:
            set_parameter(player, MODE, "polyphony" if mode == modes.FILTER else mode)
        if mode == modes.FILTER:
            self._session.begin_filter()
            return self._reply(players, "filter: polyphony with thru off, only the predictions are heard")
        self._session.leave_filter()
        return self._reply(players, f"{mode}: {modes.MODES[mode].help}")

    def _take(self, players: Sequence[Player]) -> str:
        for player in _with_turns(players, "take"):
            player.take()
        return self._reply(players, "your turn: the player listens until you have played and are silent")

    def _give(self, players: Sequence[Player]) -> str:
        taking = _with_turns(players, "give")
        if all(player.behaviour.paused for player in taking):
            raise UserError("the player is paused: resume lets it play")
        for player in taking:
            player.give()
        return self._reply(players, "the player's turn")

    def _blend(self, players: Sequence[Player], share: float | str | Change, model: str = "") -> str | Awaitable[str]:
        if not model or share == BLEND.none:
            return self._unblend(players) if share == BLEND.none else self.set_parameter(BLEND, players, share)
        return self._each(players, lambda one: self._blend_one(one, model, share))

    async def _blend_one(self, player: Player | EnsemblePlayer, model: str, share: float | str | Change) -> str:
        name = await self._host.player_models.blend(player, model) if isinstance(player, Player) else model
        self.set_parameter(BLEND, [player], share)
        return f"{name} {BLEND.shown(player.behaviour.value(BLEND.name))}, both models hear everything"

    def _unblend(self, players: Sequence[Player]) -> str:
        blending = [player for player in players if player.behaviour.value(BLEND.name) is not None]
        if not blending:
            raise UserError("no second model plays")
        for player in blending:
            set_parameter(player, BLEND, None)
        return self._reply(blending, "the first model plays alone")

    def _again(self, players: Sequence[Player]) -> str:
        behaviours = [each for player in players if isinstance(each := player.behaviour, MdrnnBehaviour)]
        for behaviour in behaviours:
            behaviour.again()
        return self._reply(players, "the next event is drawn again")

    def _pause(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            player.pause()
        self._session.end_thru()
        self._share_transport()
        return self._reply(players, "paused: the player is silent and listens")

    def _resume(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            player.resume()
        self._share_transport()
        return self._reply(players, "the player may play")

    def _share_transport(self) -> None:
        session = self._session
        session.tempo.link.send_plays(not all(player.paused for player in session.all_players.values()))

    def _reset(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            player.reset()
        self._session.held_notes.release()
        return self._reply(players, "reset: the player has forgotten all input")

    def _log(self, switch: str) -> str:
        return self._host.set_log(switch)

    async def _load(self, players: Sequence[AnyPlayer], model: str) -> str:
        models, ensemble_models = self._host.player_models, self._host.player_models.ensembles
        return await self._each(
            _of_kind(players, model),
            lambda player: (
                ensemble_models.load(player, model)
                if isinstance(player, EnsemblePlayer)
                else models.load(player, model)
            ),
        )

    def _unload(self, players: Sequence[AnyPlayer]) -> str:
        for player in players:
            if isinstance(player, EnsemblePlayer):
                self._host.player_models.ensembles.unload(player)
            elif isinstance(player, Player):
                self._host.player_models.unload(player)
        return self._reply(players, "DUMMY: no model is loaded, the dummy player moves at random")

    def _audition(self, players: Sequence[AnyPlayer], model: str) -> str | Awaitable[str]:
        models, ensemble_models = self._host.player_models, self._host.player_models.ensembles
        if model != "off":
            return self._each(
                _of_kind(players, model),
                lambda one: (
                    ensemble_models.audition(one, model)
                    if isinstance(one, EnsemblePlayer)
                    else models.audition(one, model)
                ),
            )
        ended, why = [], None
        for player in players:
            try:
                if isinstance(player, EnsemblePlayer):
                    ensemble_models.end_audition(player)
                elif isinstance(player, Player):
                    models.end_audition(player)
            except UserError as problem:
                why = problem
            else:
                ended.append(player)
        if why is not None and not ended:
            raise why
        return self._reply(ended, "the audition is over")

    async def _each(
        self, players: Sequence[Player | EnsemblePlayer], load: Callable[[Player | EnsemblePlayer], Awaitable[str]]
    ) -> str:
        """Loads models for players in order, also after one fails."""
        replies, problems = [], []
        for player in players:
            try:
                replies.append(self._reply([player], await load(player)))
            except UserError as problem:
                problems.append(self._reply([player], str(problem)))
        if problems:
            raise UserError("\n".join((*replies, *problems)))
        return "\n".join(replies)

    def _timer(self, what: str) -> str:
        getattr(self._host.set_timer, what)()
        return f"timer {what}"

    def _panic(self, players: Sequence[AnyPlayer]) -> str:
        if len(players) == len(self._session.all_players):
            self._session.panic()
        else:
            for player in players:
                player.panic()
        return self._reply(players, "everything off; paused: resume lets the player play")

    def _fade(self, time: float = FADE.default) -> str:
        self._session.fade(time, lambda: None)
        outputs = self._session.outputs.channel_outputs
        without = ", ".join(output.channel.name for output in outputs if not output.channel.safe)
        if all(not output.channel.safe for output in outputs):
            return "silent at once: no output has safe values to fade to (safe = [...]); resume lets the player play"
        silent = f"; silent at once, without safe values: {without}" if without else ""
        return f"fading for {time:g}s{silent}; resume lets the player play"


def _with_turns(players: Sequence[Player], word: str) -> list[Player]:
    """Returns the players that take turns, of which there is at least one."""
    taking = [player for player in players if player.behaviour.mode.takes_turns]
    if not taking:
        raise UserError(f"{word} needs turns: {players[0].behaviour.mode.name} has none, mode callresponse has")
    return taking


def _of_kind(players: Sequence[AnyPlayer], model: str) -> list[Player | EnsemblePlayer]:
    """Returns the players that a model fits by its name; all players, which refuse the model, if there are none."""
    with_models = [player for player in players if isinstance(player, Player | EnsemblePlayer)]
    kind = EnsemblePlayer if model.startswith(ENSEMBLE_PREFIX) else Player
    return [player for player in with_models if isinstance(player, kind)] or with_models

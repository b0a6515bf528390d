"""Handlers of ensembles: gestures of single followers, classifier, gesture recording."""

from collections.abc import Sequence

from impsy_tui import choices
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.players.ensemble.gesture_recording import ORDER
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.errors import UserError
from impsy_tui.language.table.ensemble import GESTURE_SECONDS


class EnsembleHandlers(Handlers):
    """Handlers of ensembles."""

    def _force(self, ensembles: Sequence[EnsemblePlayer], player: str, gesture: str) -> str:
        for ensemble in ensembles:
            ensemble.behaviour.force(_follower(ensemble, player), choices.GESTURES.index(gesture))
        return self._reply(ensembles, f"{player} makes {gesture} until free {player}")

    def _tacet(self, ensembles: Sequence[EnsemblePlayer], player: str) -> str:
        for ensemble in ensembles:
            ensemble.behaviour.force(_follower(ensemble, player), NOTHING)
        return self._reply(ensembles, f"{player} is silent until free {player}")

    def _free(self, ensembles: Sequence[EnsemblePlayer], player: str = "") -> str:
        for ensemble in ensembles:
            ensemble.behaviour.free([_follower(ensemble, player)] if player else range(len(choices.FOLLOWERS)))
        return self._reply(ensembles, f"{player} is free" if player else "all players are free")

    async def _classifier(self, ensembles: Sequence[EnsemblePlayer], name: str) -> str:
        player_models = self._host.player_models.ensembles
        return "\n".join(
            [self._reply([ensemble], await player_models.hear_by(ensemble, name)) for ensemble in ensembles]
        )

    def _record_gestures(self, what: str = "", each: float = GESTURE_SECONDS.default) -> str:
        gesture_recording = self._session.gesture_recording
        if gesture_recording is None:
            raise UserError("no log is written, so gestures cannot be recorded: log on starts one")
        match what:
            case "again":
                return gesture_recording.again()
            case "skip":
                return gesture_recording.skip()
            case "off":
                return gesture_recording.end()
        return gesture_recording.begin([choices.GESTURES.index(what)] if what else ORDER, each)


def _follower(ensemble: EnsemblePlayer, player: str) -> int:
    """Returns the index of a follower, from 0."""
    number = choices.FOLLOWERS.index(player)
    if number >= (count := ensemble.behaviour.players - 1):
        there = f"p2 to p{count + 1}" if count > 1 else "p2"
        raise UserError(f"{ensemble.name} has no {player}, only {there}: ensemble {number + 2} adds players")
    return number

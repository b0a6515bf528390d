"""Bands: how many play, what single followers do, and which clips they play."""

from collections.abc import Sequence

from impsy_tui import terms
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.players.ensemble.gesture_recording import ORDER
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.errors import UserError


class EnsembleHandlers(Handlers):
    """What bands are asked for."""

    def _band(self, bands: Sequence[EnsemblePlayer], players: float) -> str:
        count = int(players)
        for band in bands:
            band.set_players(count)
        followers = terms.FOLLOWERS[: count - 1]
        return self._of(bands, f"{count} play: you, and {' '.join(followers)}")

    def _force(self, bands: Sequence[EnsemblePlayer], player: str, gesture: str) -> str:
        for band in bands:
            band.part.force(_follower(band, player), terms.GESTURES.index(gesture))
        return self._of(bands, f"{player} makes {gesture} until it is free again")

    def _tacet(self, bands: Sequence[EnsemblePlayer], player: str) -> str:
        for band in bands:
            band.part.force(_follower(band, player), NOTHING)
        return self._of(bands, f"{player} is silent until it is free again")

    def _free(self, bands: Sequence[EnsemblePlayer], player: str = "") -> str:
        for band in bands:
            band.part.free([_follower(band, player)] if player else range(len(terms.FOLLOWERS)))
        return self._of(bands, f"{player} is free" if player else "everybody is free")

    async def _classifier(self, bands: Sequence[EnsemblePlayer], name: str) -> str:
        casting = self._host.casting.bands
        return "\n".join([self._of([band], await casting.hear_by(band, name)) for band in bands])

    def _record_gestures(self, what: str = "", each: float = terms.GUIDED.default) -> str:
        guided = self._session.guided
        if guided is None:
            raise UserError("there is no log here to record into")
        match what:
            case "again":
                return guided.again()
            case "skip":
                return guided.skip()
            case "off":
                return guided.end()
        return guided.begin([terms.GESTURES.index(what)] if what else ORDER, each)


def _follower(band: EnsemblePlayer, player: str) -> int:
    """The number of a follower, from 0."""
    number = terms.FOLLOWERS.index(player)
    if number >= (count := band.part.settings.players - 1):
        there = f"p2 to p{count + 1}" if count > 1 else "p2"
        raise UserError(f"there is no {player} in {band.name}: {there} (band {number + 2} would have it)")
    return number

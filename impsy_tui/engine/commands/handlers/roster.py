"""Handlers that add, remove and reroute players while the others play."""

from collections.abc import Awaitable
from dataclasses import replace

from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.models.new_players import add_ensemble, add_player, find_model
from impsy_tui.engine.performance.session_state.removed_player import cancel_for
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster.changes import remove_player, reroute
from impsy_tui.engine.players.routing import Routing
from impsy_tui.ensemble.network import PREFIX as ENSEMBLE_PREFIX
from impsy_tui.errors import UserError
from impsy_tui.language.program import ALL_PLAYERS, ChannelNames
from impsy_tui.text import counted

Dimensions = tuple[int, ...] | str | None
Channels = ChannelNames | str | None


class RosterHandlers(Handlers):
    """Handlers that add, remove and reroute players while the others play."""

    def _player(
        self, name: str | None = None, hears: Dimensions = None, plays: Dimensions = None, channels: Channels = None
    ) -> str:
        session = self._session
        if name is None:
            if (hears, plays, channels) != (None, None, None):
                raise UserError("the name of the player is missing: player NAME hears x1-x4")
        elif name == ALL_PLAYERS:
            raise UserError("only one player has the focus: @all addresses all players")
        elif (hears, plays, channels) == (None, None, None):
            (focused,) = session.players_for(name)
            session.focus = focused.name
        else:
            (player,) = session.players_for(name)
            self._reroute(player, hears, plays, channels)
            return f"{player.name}: {_described(player)}"
        width = max(map(len, session.all_players))
        return "\n".join(
            f"{'▸' if name == session.focus else ' '} {name:<{width}}  {player.describe()}"
            for name, player in session.all_players.items()
        )

    async def _player_add(
        self,
        name: str,
        model: str = "",
        hears: Dimensions = None,
        plays: Dimensions = None,
        channels: Channels = None,
    ) -> str:
        session, models = self._session, self._host.player_models
        there = session.all_players.get(name)
        if there is not None:
            # The same line again, as in a set list that is played twice, changes what it names.
            self._reroute(there, hears, plays, channels)
            said = await self._load_other(there, model) if model else ""
            return f"{name} plays already: {said or there.describe()}; {_described(there)}"
        routing = self._changed_routing(Routing(), hears, plays, channels)
        file = find_model(session, models, model, routing) if model else None
        if file is not None and file.stem.startswith(ENSEMBLE_PREFIX):
            _check_touches(name, hears, plays)
            ensemble = await add_ensemble(session, models, name, file, None if channels is None else routing)
            return f"{name} plays: {ensemble.describe()}; {_described(ensemble)}"
        before = session.dimension
        player = await add_player(session, models, name, file, routing)
        wider = f"; the instrument has {session.dimension - 1} values now" if session.dimension != before else ""
        return f"{name} plays: {player.describe()}; {_described(player)}{wider}"

    async def _load_other(self, player: AnyPlayer, model: str) -> str:
        """Loads a model, unless the player plays this model; returns the reply, empty for none."""
        models = self._host.player_models
        if isinstance(player, EnsemblePlayer):
            is_other = models.ensembles.find(model) != player.behaviour.models.file
            return await models.ensembles.load(player, model) if is_other else ""
        assert isinstance(player, Player)
        return "" if models.plays(player, model) else await models.load(player, model)

    def _player_remove(self, name: str) -> str:
        session = self._session
        player = session.players_for(name)[0]
        if name == ALL_PLAYERS or session.alone:
            raise UserError(f"one player stays: pause silences {player.name}, unload takes its model away")
        name = player.name
        live_set = self._host.live_set
        ended, naming = cancel_for(live_set.scheduled, name)
        controls = live_set.mappings.parameters.forget_player(name)
        remove_player(session, name)
        said = [f"{name} is removed; undo brings {name} back"]
        said += [f"{counted(len(ended), 'pending line')} ended: {', '.join(ended)}"] if ended else []
        said += [f"no longer mapped: {', '.join(controls)}"] if controls else []
        said += [f"still pending, with commands for {name}: {', '.join(naming)}"] if naming else []
        bound = self._host.bindings.naming(name)
        said += [f"still bound, with commands for {name}: {', '.join(bound)}"] if bound else []
        return "\n".join(said)

    def _keep_players(self) -> Awaitable[str]:
        return self._host.keep_players()

    def _reroute(self, player: AnyPlayer, hears: Dimensions, plays: Dimensions, channels: Channels) -> None:
        """Changes the given parts of a player's routing."""
        if isinstance(player, EnsemblePlayer):
            _check_touches(player.name, hears, plays)
            player.reroute(self._changed_routing(player.routing, None, None, channels))
        elif isinstance(player, Player):
            self._change_routing(player, self._changed_routing(player.routing, hears, plays, channels))

    def _change_routing(self, player: Player, routing: Routing) -> None:
        models = self._host.player_models
        if models.file_of(player) is None and routing.count not in (0, player.dimension - 1):
            if why := routing.refuses(routing.count + 1):
                raise UserError(why)
            player.change_predictor(models.dummy(routing.count + 1))
        reroute(self._session, player, routing)

    def _changed_routing(self, routing: Routing, hears: Dimensions, plays: Dimensions, channels: Channels) -> Routing:
        """Returns a routing with the given parts changed."""
        if hears is not None:
            routing = replace(routing, hears=_indices(hears))
        if plays is not None:
            routing = replace(routing, plays=_indices(plays))
        if channels is not None:
            chosen = frozenset(channels.names) if isinstance(channels, ChannelNames) else None
            there = [output.channel.name for output in self._session.outputs.channel_outputs]
            if unknown := sorted((chosen or frozenset()).difference(there)):
                raise UserError(f"no channel is called {unknown[0]}: there is {', '.join(there) or 'none'}")
            routing = replace(routing, hears_channels=chosen, plays_channels=chosen)
        return routing


def _indices(numbers: tuple[int, ...] | str) -> tuple[int, ...]:
    return () if isinstance(numbers, str) else tuple(number - 1 for number in numbers)


def _check_touches(name: str, hears: Dimensions, plays: Dimensions) -> None:
    """Refuses values for an ensemble."""
    if (hears, plays) != (None, None):
        raise UserError(
            f"{name} is an ensemble, which hears and plays touches, not dimensions: name channels only, "
            f"as in player {name} channels midi"
        )


def _described(player: AnyPlayer) -> str:
    """Returns what a player hears and plays."""
    channels = player.routing.plays_channels
    on = "" if channels is None else f" on {', '.join(sorted(channels)) or 'no channel'}"
    if isinstance(player, Player):
        return f"hears {_spans(player.hears)}, plays {_spans(player.plays)}{on}"
    return f"hears and plays touches{on}"


def _spans(indices: tuple[int, ...]) -> str:
    """Returns dimensions as text, rising ones as a span: ``x1-x4 x7``."""
    spans: list[list[int]] = []
    for index in indices:
        if spans and index == spans[-1][-1] + 1:
            spans[-1][1:] = [index]
        else:
            spans.append([index])
    return " ".join("-".join(f"x{index + 1}" for index in span) for span in spans)

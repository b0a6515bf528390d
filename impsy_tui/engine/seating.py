"""Who is to sit where: the players of a configuration, as they were left the last time, and what is kept of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impsy_tui import terms
from impsy_tui.config.schema import BAND
from impsy_tui.config.schema import Player as PlayerTable
from impsy_tui.engine.casting import Casting
from impsy_tui.engine.part_settings import AgentSettings, PartSettings
from impsy_tui.engine.parts import Anybody
from impsy_tui.engine.resume import LastPlayer, LastSession, Rehearsed
from impsy_tui.engine.room import MAIN, Tell
from impsy_tui.engine.session import Session, SessionSettings
from impsy_tui.engine.setup import Setup
from impsy_tui.engine.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Seating:
    """A player to begin with.

    Attributes:
        name: of the player.
        kind: of player.
        model: a file or the name of one, empty for none.
        part: how it plays.
        wiring: what it hears and plays.
        paused: it does not play at first.
    """

    name: str
    kind: str
    model: str
    part: PartSettings
    wiring: Wiring
    paused: bool


def seatings(setup: Setup, last: LastSession | None) -> list[Seating]:
    """The configuration's players of values, with what is kept of the last session over them, but not over options.

    Options are about the first: the one that has the focus.
    """
    players = setup.config.player or (PlayerTable(name=MAIN),)
    players = tuple(player for player in players if player.kind != BAND)
    kept = last.players if last is not None else {}
    return [
        _seating(setup, player, setup.given if index == 0 else frozenset(), kept.get(player.name))
        for index, player in enumerate(players)
    ]


def _seating(setup: Setup, player: PlayerTable, given: frozenset[str], last: LastPlayer | None) -> Seating:
    interaction, model = setup.config.interaction, setup.config.model

    def pick(key: str, own: Any, general: Any, kept: str) -> Any:
        if key in given:
            return general
        return getattr(last, kept) if last is not None else general if own is None else own

    mode = pick("interaction.mode", player.mode, interaction.mode, "mode")
    threshold = pick("interaction.threshold", player.threshold, interaction.threshold, "threshold")
    longest = pick("interaction.max_response", player.max_response, interaction.max_response, "max_response")
    gap = model.max_gap if player.max_gap is None else player.max_gap
    part = PartSettings(
        mode="polyphony" if mode == terms.FILTER else mode,
        pi_temperature=pick("model.pitemp", player.pitemp, model.pitemp, "pi_temperature"),
        sigma_temperature=pick("model.sigmatemp", player.sigmatemp, model.sigmatemp, "sigma_temperature"),
        timescale=pick("model.timescale", player.timescale, model.timescale, "timescale"),
        threshold=threshold,
        max_response=longest or None,
        max_gap=gap or None,
        agent=_agent(player),
    )
    file = pick("model.file", player.file, model.file, "model")
    return Seating(player.name, player.kind, file, part, wiring_of(player), last is not None and last.paused)


def _agent(player: PlayerTable) -> AgentSettings:
    return AgentSettings(
        aim=player.aim,
        steer=player.steer,
        hear=player.hear,
        budget=player.budget or None,
        smooth=player.smooth,
        rest=player.rest,
        every=player.every,
    )


def wiring_of(player: PlayerTable) -> Wiring:
    """What a player of a configuration hears and plays."""

    def some(names: tuple[str, ...] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(names)

    return Wiring(
        hears=_indices(player.hears),
        plays=_indices(player.plays),
        hears_channels=some(player.hears_channels),
        plays_channels=some(player.plays_channels),
        hears_players=player.hears_players,
    )


def _indices(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(int(name.removeprefix("x")) - 1 for name in names)


def session_settings(setup: Setup, last: LastSession | None) -> SessionSettings:
    """What is passed on and written down at first."""
    config, given = setup.config, setup.given
    thru = config.interaction.input_thru
    if last is not None and "interaction.input_thru" not in given:
        thru = last.thru
    before = last.thru_before_filter if last is not None else None
    if config.interaction.mode == terms.FILTER and (last is None or "interaction.mode" in given):
        thru, before = False, thru
    return SessionSettings(thru, config.log_input, config.log_predictions, before, config.interaction.hold_limit)


async def first_players(setup: Setup, wanted: Sequence[Seating], casting: Casting) -> list[Anybody]:
    """The players to begin with, in order; a dummy in place of each that cannot be loaded."""
    usual = setup.config.model.dimension
    players = []
    for seating in wanted:
        count = seating.wiring.count
        dimension = count + 1 if count else usual
        players.append(await casting.first(seating.name, seating.kind, seating.model, seating.wiring, dimension))
    return players


def instrument(setup: Setup, wanted: Sequence[Seating], players: Sequence[Anybody], tell: Tell) -> int:
    """The dimension of the instrument: as configured, or what the players need."""
    configured = setup.config.model.dimension
    if not players:
        return configured or int(terms.DIMENSION.low)
    needed = max(player.dimension for player in players)
    needed = max(needed, *(seating.wiring.most + 1 for seating in wanted))
    if len(players) == 1 and not wanted[0].wiring.fixed:
        if configured not in (0, needed):
            text = f"[model] dimension is {configured}, the model's is {needed}: that is used"
            tell("warning", "config", text)
        return needed
    if 0 < configured < needed:
        tell("warning", "config", f"[model] dimension is {configured}, the players need {needed}: that is used")
    return max(configured, needed)


def to_keep(session: Session, casting: Casting, rehearsed: Rehearsed, *, log: bool) -> LastSession:
    """What ``--resume`` is to come back to."""
    players = {}
    for seat in session.seats.values():
        settings = seat.part.settings
        players[seat.name] = LastPlayer(
            model=str(casting.file_of(seat) or ""),
            mode=settings.mode,
            pi_temperature=settings.pi_temperature,
            sigma_temperature=settings.sigma_temperature,
            timescale=settings.timescale,
            threshold=settings.threshold,
            max_response=settings.max_response or 0.0,
            paused=seat.part.paused,
        )
    general = session.settings
    return LastSession(
        players, session.focus, general.thru, log, rehearsed, thru_before_filter=general.thru_before_filter
    )

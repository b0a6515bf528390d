"""What a scene keeps of a band."""

from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from impsy_tui import choices, ranges
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.players import settings as part_settings
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.settings import command_lines
from impsy_tui.language.program import quoted
from impsy_tui.parameters import ENSEMBLE, parameters_of


@dataclass(frozen=True, slots=True)
class EnsembleScene:
    """One band's settings.

    Attributes:
        players: how many, the lead included.
        values: of its parameters, by name.
        forced: gestures of ``choices.GESTURES`` that followers are told to make, by their names.
        model: its name, empty for the dummy; None where a file says nothing of it.
        classifier: likewise, empty where a file says nothing of it.
    """

    players: int
    values: Mapping[str, Any]
    forced: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    classifier: str = ""


def captured(ensemble: EnsemblePlayer) -> EnsembleScene:
    """A band as it is now."""
    settings, models = ensemble.behaviour.settings, ensemble.behaviour.models
    forced = {
        choices.FOLLOWERS[follower]: choices.GESTURES[code]
        for follower, code in sorted(ensemble.behaviour.forced.items())
    }
    model = models.file.stem if models.file is not None else ""
    values = part_settings.captured(ensemble.behaviour)
    return EnsembleScene(settings.players, values, forced, model, models.told_by)


def switch(
    ensemble: EnsemblePlayer, wanted: EnsembleScene, loader: EnsembleLoader, file: Path | None
) -> Iterator[Awaitable[str]]:
    """Change what cannot glide, the model from this file if it is given; what is still to be waited for."""
    behaviour, there = ensemble.behaviour, captured(ensemble)
    if behaviour.models.file == file if file else wanted.model == there.model:
        loader.stay(ensemble)
    elif wanted.model:
        yield loader.load(ensemble, wanted.model, file)
    elif wanted.model is not None:
        loader.unload(ensemble)
    if wanted.classifier and wanted.classifier != there.classifier:
        yield loader.hear_by(ensemble, wanted.classifier)
    if behaviour.settings.players != wanted.players:
        ensemble.set_players(wanted.players)
    behaviour.set_values(ramp_targets.switches_to(ensemble, wanted.values))
    forced = {choices.FOLLOWERS.index(name): choices.GESTURES.index(word) for name, word in wanted.forced.items()}
    behaviour.free([follower for follower in behaviour.forced if follower not in forced])
    for follower, code in forced.items():
        if follower < wanted.players - 1 and behaviour.forced.get(follower) != code:
            behaviour.force(follower, code)


def lines(ensemble: EnsembleScene, to: str) -> Iterator[str]:
    """A band's settings as command lines.

    Args:
        band: they.
        to: what stands before each command, such as ``@band`` and a space.
    """
    if ensemble.model is not None:
        yield f"{to}load {quoted(ensemble.model)}" if ensemble.model else f"{to}unload"
    if ensemble.classifier:
        yield f"{to}classifier {quoted(ensemble.classifier)}"
    yield f"{to}band {ensemble.players}; {command_lines(ensemble.values, parameters_of(ENSEMBLE), to)}; {to}free"
    for follower, word in ensemble.forced.items():
        yield f"{to}force {follower} {word}"


def table(ensemble: EnsembleScene) -> dict[str, Any]:
    """A band's settings as files keep them."""
    plain = {key: value for key, value in asdict(ensemble).items() if value is not None and key != "values"}
    return plain | part_settings.table(ensemble.values, parameters_of(ENSEMBLE))


def read(raw: Mapping[str, Any]) -> EnsembleScene:
    """A band's settings out of a file.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: they make no sense.
    """
    ensemble = EnsembleScene(
        players=int(raw["players"]),
        values=part_settings.read_values(raw, parameters_of(ENSEMBLE)),
        forced={str(follower): str(gesture) for follower, gesture in raw.get("forced", {}).items()},
        model=str(raw["model"]) if "model" in raw else None,
        classifier=str(raw.get("classifier", "")),
    )
    if ensemble.players not in ranges.ENSEMBLE_PLAYERS:
        raise ValueError(f"players must be {ranges.ENSEMBLE_PLAYERS}")
    for follower, gesture in ensemble.forced.items():
        if follower not in choices.FOLLOWERS or gesture not in choices.GESTURES:
            raise ValueError(f"{follower} cannot be told to make {gesture}")
    return ensemble

"""Part of a scene for an ensemble."""

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
    """Settings of one ensemble.

    Attributes:
        players: number of players, the lead included.
        values: values of the parameters by name.
        forced: forced gesture (of ``choices.GESTURES``) by follower.
        model: name of the model; empty for the dummy, None if the file has no model.
        classifier: name of the classifier; empty if the file has none.
    """

    players: int
    values: Mapping[str, Any]
    forced: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    classifier: str = ""


def captured(ensemble: EnsemblePlayer) -> EnsembleScene:
    """Returns the present settings of an ensemble."""
    settings, models = ensemble.behaviour.settings, ensemble.behaviour.models
    forced = {
        choices.FOLLOWERS[follower]: choices.GESTURES[code]
        for follower, code in sorted(ensemble.behaviour.forced.items())
    }
    model = models.file.stem if models.file is not None else ""
    values = part_settings.captured(ensemble.behaviour)
    return EnsembleScene(settings.players, values, forced, model, models.classifier_name)


def switch(
    ensemble: EnsemblePlayer, wanted: EnsembleScene, loader: EnsembleLoader, file: Path | None
) -> Iterator[Awaitable[str]]:
    """Sets everything that has no ramp, the model from this file if given; returns the loads that still run."""
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
    """Yields the settings of an ensemble as command lines.

    Args:
        ensemble: settings of the ensemble.
        to: prefix of each command, such as ``@trio`` and a space.
    """
    if ensemble.model is not None:
        yield f"{to}load {quoted(ensemble.model)}" if ensemble.model else f"{to}unload"
    if ensemble.classifier:
        yield f"{to}classifier {quoted(ensemble.classifier)}"
    yield f"{to}ensemble {ensemble.players}; {command_lines(ensemble.values, parameters_of(ENSEMBLE), to)}; {to}free"
    for follower, word in ensemble.forced.items():
        yield f"{to}force {follower} {word}"


def table(ensemble: EnsembleScene) -> dict[str, Any]:
    """Returns the settings of an ensemble as a table of the scene file."""
    plain = {key: value for key, value in asdict(ensemble).items() if value is not None and key != "values"}
    return plain | part_settings.table(ensemble.values, parameters_of(ENSEMBLE))


def read(raw: Mapping[str, Any]) -> EnsembleScene:
    """Reads the settings of an ensemble from a table of the scene file.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the table is not valid.
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
            raise ValueError(f"{follower} cannot play the gesture {gesture}")
    return ensemble

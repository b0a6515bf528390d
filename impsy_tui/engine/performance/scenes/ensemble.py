"""Part of a scene for an ensemble."""

from collections.abc import Awaitable, Iterator, Mapping
from pathlib import Path
from typing import Any

from impsy_tui import choices
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.performance.scenes.player import PlayerScene
from impsy_tui.engine.players import settings as part_settings
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.settings import command_lines
from impsy_tui.language.program import quoted
from impsy_tui.parameters import ENSEMBLE, parameters_of


def captured(ensemble: EnsemblePlayer) -> PlayerScene:
    """Returns the present settings of an ensemble."""
    models = ensemble.behaviour.models
    forced = {
        choices.FOLLOWERS[follower]: choices.GESTURES[code]
        for follower, code in sorted(ensemble.behaviour.forced.items())
    }
    model = models.file.stem if models.file is not None else ""
    values = part_settings.captured(ensemble.behaviour)
    return PlayerScene(model, ENSEMBLE, values, forced=forced, classifier=models.classifier_name)


def switch(
    ensemble: EnsemblePlayer, wanted: PlayerScene, loader: EnsembleLoader, file: Path | None
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
    behaviour.set_values(ramp_targets.switches_to(ensemble, wanted.values))
    forced = {choices.FOLLOWERS.index(name): choices.GESTURES.index(word) for name, word in wanted.forced.items()}
    behaviour.free([follower for follower in behaviour.forced if follower not in forced])
    for follower, code in forced.items():
        if follower < behaviour.settings.players - 1 and behaviour.forced.get(follower) != code:
            behaviour.force(follower, code)


def lines(ensemble: PlayerScene, to: str) -> Iterator[str]:
    """Yields the settings of an ensemble as command lines.

    Args:
        ensemble: settings of the ensemble.
        to: prefix of each command, such as ``@trio`` and a space.
    """
    if ensemble.model is not None:
        yield f"{to}load {quoted(ensemble.model)}" if ensemble.model else f"{to}unload"
    if ensemble.classifier:
        yield f"{to}classifier {quoted(ensemble.classifier)}"
    yield f"{command_lines(ensemble.values, parameters_of(ENSEMBLE), to)}; {to}free"
    for follower, word in ensemble.forced.items():
        yield f"{to}force {follower} {word}"


def table(ensemble: PlayerScene) -> dict[str, Any]:
    """Returns the settings of an ensemble as a table of the scene file."""
    plain = {"model": ensemble.model, "classifier": ensemble.classifier, "forced": dict(ensemble.forced)}
    present = {key: value for key, value in plain.items() if value is not None}
    return part_settings.table(ensemble.values, parameters_of(ENSEMBLE)) | present


def read(raw: Mapping[str, Any]) -> PlayerScene:
    """Reads the settings of an ensemble from a table of the scene file.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the table is not valid.
    """
    ensemble = PlayerScene(
        model=str(raw["model"]) if "model" in raw else None,
        kind=ENSEMBLE,
        values=part_settings.read_values(raw, parameters_of(ENSEMBLE)),
        forced={str(follower): str(gesture) for follower, gesture in raw.get("forced", {}).items()},
        classifier=str(raw.get("classifier", "")),
    )
    for follower, gesture in ensemble.forced.items():
        if follower not in choices.FOLLOWERS or gesture not in choices.GESTURES:
            raise ValueError(f"{follower} cannot play the gesture {gesture}")
    return ensemble

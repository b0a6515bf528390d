"""Part of a scene for an ensemble: captured and restored."""

from collections.abc import Awaitable, Iterator
from pathlib import Path

from impsy_tui import choices
from impsy_tui.engine.models.ensemble_loader import EnsembleLoader
from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.performance.scenes.player import PlayerScene
from impsy_tui.engine.players import settings as part_settings
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.parameters import CLASSIFIER, ENSEMBLE, FORCE


def captured(ensemble: EnsemblePlayer) -> PlayerScene:
    """Returns the present settings of an ensemble."""
    behaviour = ensemble.behaviour
    forced = {
        choices.FOLLOWERS[follower]: choices.GESTURES[code] for follower, code in sorted(behaviour.forced.items())
    }
    model = behaviour.models.file.stem if behaviour.models.file is not None else ""
    items = {FORCE.name: forced} if forced else {}
    return PlayerScene(model, ENSEMBLE, part_settings.captured(behaviour), items, routing=ensemble.routing)


def switch(
    ensemble: EnsemblePlayer,
    wanted: PlayerScene,
    loader: EnsembleLoader,
    file: Path | None,
    *,
    loads_go_on: bool = False,
) -> Iterator[Awaitable[str]]:
    """Sets everything that has no ramp, the model from this file if given; see ``SceneKeeper.switch``."""
    behaviour, there = ensemble.behaviour, captured(ensemble)
    if wanted.routing is not None:
        ensemble.reroute(wanted.routing)
    if behaviour.models.file == file if file else wanted.model == there.model:
        if not loads_go_on:
            loader.stay(ensemble)
    elif wanted.model:
        yield loader.load(ensemble, wanted.model, file)
    elif wanted.model is not None:
        loader.unload(ensemble)
    values = ramp_targets.switches_to(ensemble, wanted.values)
    classifier = values.pop(CLASSIFIER.name, "")
    if classifier and classifier != behaviour.models.classifier_name:
        yield loader.hear_by(ensemble, classifier)
    behaviour.set_values(values)
    wishes = wanted.items.get(FORCE.name, {})
    forced = {choices.FOLLOWERS.index(name): choices.GESTURES.index(word) for name, word in wishes.items()}
    behaviour.free([follower for follower in behaviour.forced if follower not in forced])
    for follower, code in forced.items():
        if follower < behaviour.players - 1 and behaviour.forced.get(follower) != code:
            behaviour.force(follower, code)

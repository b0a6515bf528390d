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


def captured(band: EnsemblePlayer) -> EnsembleScene:
    """A band as it is now."""
    settings, equipment = band.part.settings, band.part.equipment
    forced = {
        choices.FOLLOWERS[follower]: choices.GESTURES[code] for follower, code in sorted(band.part.forced.items())
    }
    model = equipment.file.stem if equipment.file is not None else ""
    values = part_settings.captured(band.part)
    return EnsembleScene(settings.players, values, forced, model, equipment.told_by)


def switch(
    band: EnsemblePlayer, wanted: EnsembleScene, casting: EnsembleLoader, file: Path | None
) -> Iterator[Awaitable[str]]:
    """Change what cannot glide, the model from this file if it is given; what is still to be waited for."""
    part, there = band.part, captured(band)
    if part.equipment.file == file if file else wanted.model == there.model:
        casting.stay(band)
    elif wanted.model:
        yield casting.load(band, wanted.model, file)
    elif wanted.model is not None:
        casting.unload(band)
    if wanted.classifier and wanted.classifier != there.classifier:
        yield casting.hear_by(band, wanted.classifier)
    if part.settings.players != wanted.players:
        band.set_players(wanted.players)
    part.set_values(ramp_targets.switches_to(band, wanted.values))
    forced = {choices.FOLLOWERS.index(name): choices.GESTURES.index(word) for name, word in wanted.forced.items()}
    part.free([follower for follower in part.forced if follower not in forced])
    for follower, code in forced.items():
        if follower < wanted.players - 1 and part.forced.get(follower) != code:
            part.force(follower, code)


def lines(band: EnsembleScene, to: str) -> Iterator[str]:
    """A band's settings as command lines.

    Args:
        band: they.
        to: what stands before each command, such as ``@band`` and a space.
    """
    if band.model is not None:
        yield f"{to}load {quoted(band.model)}" if band.model else f"{to}unload"
    if band.classifier:
        yield f"{to}classifier {quoted(band.classifier)}"
    yield f"{to}band {band.players}; {command_lines(band.values, parameters_of(ENSEMBLE), to)}; {to}free"
    for follower, word in band.forced.items():
        yield f"{to}force {follower} {word}"


def table(band: EnsembleScene) -> dict[str, Any]:
    """A band's settings as files keep them."""
    plain = {key: value for key, value in asdict(band).items() if value is not None and key != "values"}
    return plain | part_settings.table(band.values, parameters_of(ENSEMBLE))


def read(raw: Mapping[str, Any]) -> EnsembleScene:
    """A band's settings out of a file.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: they make no sense.
    """
    band = EnsembleScene(
        players=int(raw["players"]),
        values=part_settings.read_values(raw, parameters_of(ENSEMBLE)),
        forced={str(follower): str(gesture) for follower, gesture in raw.get("forced", {}).items()},
        model=str(raw["model"]) if "model" in raw else None,
        classifier=str(raw.get("classifier", "")),
    )
    if band.players not in ranges.ENSEMBLE_PLAYERS:
        raise ValueError(f"players must be {ranges.ENSEMBLE_PLAYERS}")
    for follower, gesture in band.forced.items():
        if follower not in choices.FOLLOWERS or gesture not in choices.GESTURES:
            raise ValueError(f"{follower} cannot be told to make {gesture}")
    return band

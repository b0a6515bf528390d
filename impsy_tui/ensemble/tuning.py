"""Tuning of an ensemble: offsets of the logits with which it changes gestures as often as its training data.

A network learns from real players. When it plays, its input is its own output, and small errors add up: an ensemble
that was quiet for a while stays quiet. So the ensemble plays to the leads of real scores. Its offsets move until its
followers leave each gesture, and change to each gesture, as often as the real followers (stochastic approximation: H.
Robbins and S. Monro, Annals of Mathematical Statistics 22(3), 1951).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.lead_activity import Activity, usual_activity
from impsy_tui.ensemble.measures import Matrix, transitions
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import EnsemblePredictor, Tuning, generate_followers
from impsy_tui.ensemble.scores import GESTURES
from impsy_tui.model_files.metadata import LARGEST_METADATA, metadata_path
from impsy_tui.toml_files import read_toml

ROUNDS: Final = 16
_STEP: Final = 0.7
_SETTLES: Final = 4
"""Rounds after which the step size decreases."""
_ENOUGH: Final = 5
"""Scores of one size that are enough for a separate tuning of that size."""
_MOST: Final = 30
"""Scores of one round."""
_FEW: Final = 20.0
"""Pseudo-counts of transitions of each kind, so that a rare gesture gets no extreme offset."""


def tune(
    network: EnsembleNetwork,
    scores: Sequence[NDArray[Any]],
    random: np.random.Generator,
    rounds: int = ROUNDS,
) -> Tuning:
    """Returns the tuning with which a network changes gestures as often as some scores.

    Args:
        network: network of ensembles.
        scores: gesture codes, each ``[seconds, players]``, two players or more.
        random: random generator.
        rounds: number of rounds; each uses another lead.
    """
    leave, come = np.zeros(GESTURES), np.zeros(GESTURES)
    usual = np.bincount(np.concatenate([codes.ravel() for codes in scores]), minlength=GESTURES) + 1.0 / GESTURES
    shares = tuple((usual / usual.sum()).round(4).tolist())
    counts = np.sum([transitions(codes) for codes in scores], axis=0)
    changes = round(1.0 - float(np.trace(counts) / max(counts.sum(), 1.0)), 4)
    lead = Activity(*(round(each, 4) for each in usual_activity(list(scores))))
    for number in range(rounds):
        step = _STEP * min(1.0, _SETTLES / (number + 1))
        tuning = Tuning(tuple(leave.tolist()), tuple(come.tolist()), shares, changes, lead)
        some = random.permutation(len(scores))[:_MOST].tolist()
        real, free = np.zeros((GESTURES, GESTURES)), np.zeros((GESTURES, GESTURES))
        for place in some:
            codes = scores[place]
            leader = (place + number) % codes.shape[1]
            followers = np.delete(codes, leader, axis=1)
            ensemble = EnsemblePredictor(network, followers.shape[1], random, tuning)
            real += transitions(followers)
            free += transitions(generate_followers(ensemble, codes[:, leader]))
        (real_leave, real_come), (free_leave, free_come) = _rates(real), _rates(free)
        leave += step * (_logit(real_leave) - _logit(free_leave))
        come += step * np.log(real_come / free_come)
    return Tuning(tuple(leave.round(4).tolist()), tuple(come.round(4).tolist()), shares, changes, lead)


def _rates(counts: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns for each gesture the probability of leaving it, and its share of the changes, ``[GESTURES]`` each."""
    moved = counts.copy()
    np.fill_diagonal(moved, 0.0)
    rate = moved.sum() / max(counts.sum(), 1.0)
    left = (moved.sum(axis=1) + _FEW * rate + 1e-3) / (counts.sum(axis=1) + _FEW)
    come = moved.sum(axis=0) + _FEW / GESTURES
    return np.clip(left, 1e-4, 1 - 1e-4), come / come.sum()


def _logit(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(chances / (1.0 - chances)))


def tune_all(
    network: EnsembleNetwork,
    scores: Sequence[NDArray[Any]],
    random: np.random.Generator,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[int, Tuning]:
    """Returns tunings by number of players; key 0 holds the tuning of sizes with fewer than ``_ENOUGH`` scores.

    Args:
        network: network of ensembles.
        scores: gesture codes, each ``[seconds, players]``, two players or more.
        random: random generator.
        progress: called with the number of finished tunings and the number of all.
    """
    sizes = sorted({codes.shape[1] for codes in scores})
    of_size = {size: [codes for codes in scores if codes.shape[1] == size] for size in sizes}
    groups = {0: list(scores), **{size: some for size, some in of_size.items() if len(some) >= _ENOUGH}}
    tunings = {}
    for done, (size, some) in enumerate(groups.items()):
        progress(done, len(groups))
        tunings[size] = tune(network, some, random)
    return tunings


def append_tunings(model: Path, tunings: Mapping[int, Tuning]) -> None:
    """Appends tunings to the metadata of a model.

    Raises:
        OSError: the file cannot be written.
    """
    lines = ["", "# Offsets of the logits when the ensemble plays: to leave each gesture, and to change to it."]
    for players, tuning in tunings.items():
        lines += ["[[tuning]]", f"players = {players}"]
        lines += [f"leave = {json.dumps(tuning.leave)}", f"come = {json.dumps(tuning.come)}"]
        if tuning.usual and tuning.lead:
            lines += [f"usual = {json.dumps(tuning.usual)}", f"changes = {tuning.changes}"]
            lines += [f"lead_changes = {tuning.lead.changes}", f"lead_playing = {tuning.lead.playing}"]
        lines.append("")
    with metadata_path(model).open("a", encoding="utf-8") as metadata:
        metadata.write("\n".join(lines))


def read_tuning(model: Path, players: int) -> Tuning:
    """Returns the tuning of a model for a number of players; without a valid entry, a tuning without offsets."""
    try:
        tables = read_toml(metadata_path(model), LARGEST_METADATA)["tuning"]
        found = {table["players"]: _tuning(table) for table in tables}
        return found[players] if players in found else found[0]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Tuning()


def _tuning(table: Mapping[str, Any]) -> Tuning:
    leave, come = (tuple(float(number) for number in table[key]) for key in ("leave", "come"))
    if len(leave) != GESTURES or len(come) != GESTURES or not np.isfinite([*leave, *come]).all():
        raise ValueError
    if "usual" not in table:
        return Tuning(leave, come)
    usual = tuple(float(share) for share in table["usual"])
    changes, *lead = (float(table[key]) for key in ("changes", "lead_changes", "lead_playing"))
    if (
        len(usual) != GESTURES
        or not sum(usual) > 0.0
        or min(usual) < 0.0
        or not np.isfinite([*usual, changes, *lead]).all()
    ):
        raise ValueError
    return Tuning(leave, come, usual, changes, Activity(*lead))

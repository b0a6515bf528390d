"""How restless and how varied a band is when it hears itself, tuned to those that it learned from.

A network is trained on what real players did. When it plays, it hears its own followers, small errors add up, and a
band that has been quiet for a while believes that it is a quiet one. So a band plays to real leads, what it does is
compared with what the real followers did, and its logits are moved until both leave each gesture, and come to each,
as often (stochastic approximation: H. Robbins and S. Monro, Annals of Mathematical Statistics 22(3), 1951).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.measures import Matrix, transitions
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import EnsemblePredictor, Tuning, generate_followers
from impsy_tui.ensemble.scores import GESTURES
from impsy_tui.model_files.metadata import LARGEST_METADATA, metadata_path
from impsy_tui.toml_files import read_toml

ROUNDS: Final = 16
_STEP: Final = 0.7
_SETTLES: Final = 4
"""Rounds after which steps become smaller."""
_ENOUGH: Final = 5
"""Scores of a size for which a band of it is tuned by itself."""
_MOST: Final = 30
"""Scores that are played to in a round."""
_FEW: Final = 20.0
"""Transitions that are taken to have been seen of each kind anyway, so that what is rare is not overdone."""


def tune(
    network: EnsembleNetwork,
    scores: Sequence[NDArray[Any]],
    random: np.random.Generator,
    rounds: int = ROUNDS,
) -> Tuning:
    """The tuning with which bands play as those of some scores do.

    Args:
        network: of ensembles.
        scores: ``[seconds, players]`` each, two players or more.
        random: source of chance.
        rounds: how often all are played to, each time with another lead.
    """
    leave, come = np.zeros(GESTURES), np.zeros(GESTURES)
    for number in range(rounds):
        step = _STEP * min(1.0, _SETTLES / (number + 1))
        tuning = Tuning(tuple(leave.tolist()), tuple(come.tolist()))
        some = random.permutation(len(scores))[:_MOST].tolist()
        real, free = np.zeros((GESTURES, GESTURES)), np.zeros((GESTURES, GESTURES))
        for place in some:
            codes = scores[place]
            lead = (place + number) % codes.shape[1]
            followers = np.delete(codes, lead, axis=1)
            band = EnsemblePredictor(network, followers.shape[1], random, tuning)
            real += transitions(followers)
            free += transitions(generate_followers(band, codes[:, lead], followers[0]))
        (real_leave, real_come), (free_leave, free_come) = _habits(real), _habits(free)
        leave += step * (_logit(real_leave) - _logit(free_leave))
        come += step * np.log(real_come / free_come)
    return Tuning(tuple(leave.round(4).tolist()), tuple(come.round(4).tolist()))


def _habits(counts: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How often each gesture is left where it is played, and come to where anything is."""
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
    told: Callable[[int, int], None] = lambda done, of: None,
) -> dict[int, Tuning]:
    """Tunings by the number of players; that of 0 is for bands of sizes of which there were few scores."""
    sizes = sorted({codes.shape[1] for codes in scores})
    of_size = {size: [codes for codes in scores if codes.shape[1] == size] for size in sizes}
    groups = {0: list(scores), **{size: some for size, some in of_size.items() if len(some) >= _ENOUGH}}
    tunings = {}
    for done, (size, some) in enumerate(groups.items()):
        told(done, len(groups))
        tunings[size] = tune(network, some, random)
    return tunings


def append_tunings(model: Path, tunings: Mapping[int, Tuning]) -> None:
    """Write tunings behind the notes of a model."""
    lines = ["", "# What is added to logits when it plays: to leave each gesture, and to come to it."]
    for players, tuning in tunings.items():
        lines += ["[[tuning]]", f"players = {players}"]
        lines += [f"leave = {json.dumps(tuning.leave)}", f"come = {json.dumps(tuning.come)}", ""]
    with metadata_path(model).open("a", encoding="utf-8") as notes:
        notes.write("\n".join(lines))


def read_tuning(model: Path, players: int) -> Tuning:
    """The tuning of a model for a band of so many; none at all where none is noted or it makes no sense."""
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
    return Tuning(leave, come)

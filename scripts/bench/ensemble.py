"""Ensemble network on the quartet improvisations of Metatone's corpus, compared with Markov chains: five folds.

    PYTHON scripts/bench/ensemble.py [FOLDER] [alone|all …]

Needs ``metatone/gestures`` and ``metatone/performances.csv`` in the folder that IMPSY_SHARED_DATA names, and the
extra ``train``. The networks of the folds are kept in FOLDER and used again. No model that was trained on the corpus
is part of this program.

The quartets are improvisations of four musicians: each plays at least a fifth of the time. There are 33 of 47. Folds
divide them by performance. ``alone`` trains on the quartets of the other folds. ``all`` trains on these and on all
other improvisations of two to eight musicians.
"""

import csv
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from common import ROOT
from common import table as print_table

from impsy_tui.ensemble.evaluation import HEADS, Evaluation, evaluate_markov, evaluate_network, evaluate_real
from impsy_tui.ensemble.evaluation import table as rows_of
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.scores import MOST_PLAYERS, read_score
from impsy_tui.ensemble.tuning import tune
from impsy_tui.model_files.interpreter import silenced_stderr

DATA = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "metatone"
FOLDS = 5
SEED = 1
LEAST_ACTIVE = 0.2
SHORTEST = 60
PLAYERS = 4
SILENCE = 0.15
"""Greatest distance of the silence of a piece from that of its real players."""
BAR = 0.05
"""Greatest difference of flux, entropy and run from those of the real players."""


class Corpus(NamedTuple):
    """Scores: the quartets, and the other improvisations."""

    quartets: list[np.ndarray]
    others: list[np.ndarray]


def corpus() -> Corpus:
    """Returns the improvisations, in the order of their dates."""
    found = Corpus([], [])
    with (DATA / "performances.csv").open() as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row["filename"])
    for row in rows:
        if row["performance_type"] != "improvisation":
            continue
        (file,) = (DATA / "gestures").glob(f"{row['filename']}*")
        codes = read_score(file).score.codes
        if codes.shape[1] == PLAYERS and (codes != 0).mean(axis=0).min() >= LEAST_ACTIVE:
            found.quartets.append(codes)
        elif 2 <= codes.shape[1] <= MOST_PLAYERS and len(codes) >= SHORTEST:
            found.others.append(codes)
    return found


def trained(file: Path, scores: list[np.ndarray]) -> float:
    """Trains a network as ``train ensemble`` does; returns the duration in seconds, 0 for an existing network."""
    if file.exists():
        return 0.0
    from impsy_tui.training.ensemble.fit import EnsembleRecipe, EnsembleTrainer, split
    from impsy_tui.training.ensemble.network import playing_model
    from impsy_tui.training.mdrnn.network import to_tflite

    began = time.monotonic()
    recipe = EnsembleRecipe(seed=SEED)
    trainer = EnsembleTrainer(*split(scores, SEED), recipe)
    trainer.run(lambda epoch: True)
    file.write_bytes(to_tflite(playing_model(trainer.learned.best, recipe.units)))
    return time.monotonic() - began


def fold(
    name: str, number: int, test: list[np.ndarray], quartets: list[np.ndarray], others: list[np.ndarray], folder: Path
) -> list[Evaluation]:
    """Evaluates all methods on the performances of a fold; ensembles are tuned to the quartets of the other folds."""
    known = quartets + others
    file = folder / f"{name}-{number}.tflite"
    took = trained(file, known)
    print(f"{file.name}: {len(test)} performances to be judged on, {len(known)} known, {took:.0f} s", flush=True)
    random = np.random.default_rng(SEED + number)
    with silenced_stderr():
        network = EnsembleNetwork(file)
    tuning = tune(network, quartets, random)
    markov = [evaluate_markov(order, known, test, random) for order in range(3)]
    return [
        *markov,
        evaluate_network("network", network, test, random, tuning=lambda players: tuning),
        evaluate_real(test),
    ]


def report(name: str, folds: list[list[Evaluation]]) -> None:
    """Prints the figures of each fold and of all folds together."""
    rows = []
    for number, (_, first, second, network, _) in enumerate(folds):
        nats = [each.surprise or 0.0 for each in (first, second, network)]
        margins = [f"{other - nats[2]:+.4f}" for other in nats[:2]]
        rows.append([f"{number + 1}", *(f"{each:.4f}" for each in nats), *margins])
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    rows.append(
        ["mean", *(f"{each:.4f}" for each in numbers.mean(0)[:3]), *(f"{each:+.4f}" for each in numbers.mean(0)[3:])]
    )
    heads = ["fold", "Markov 1", "Markov 2", "network", "below Markov 1", "below Markov 2"]
    print_table(f"Nats a follower and second, trained on {name}", heads, rows)

    rows = []
    for number, judged in enumerate(folds):
        real, free = judged[-1].measures, judged[-2].measures
        ratios = [getattr(free, each) / getattr(real, each) - 1 for each in FREE]
        rows.append([f"{number + 1}", *(f"{ratio:+.1%}" for ratio in ratios)])
    whole = [_together(each) for each in zip(*folds, strict=True)]
    real, free = whole[-1].measures, whole[-2].measures
    ratios = [getattr(free, each) / getattr(real, each) - 1 for each in FREE]
    rows.append(["all", *(f"{ratio:+.1%}" for ratio in ratios)])
    print_table(f"Playing alone with a real lead, against the real parts, trained on {name}", ["fold", *FREE], rows)
    print_table(f"All folds together, trained on {name}", list(HEADS), [list(row) for row in rows_of(whole)])


def pieces(name: str, folds: list[list[Evaluation]]) -> None:
    """Prints how far each piece is from its real players; all of its players lead once."""
    rows = np.array(
        [each for *_, network, real in folds for each in zip(_pieces(real), _pieces(network), strict=True)]
    )
    (real_changes, real_silence), (changes, silence) = rows.transpose(1, 2, 0)
    apart = silence - real_silence
    print_table(
        f"Single pieces, trained on {name}",
        ["over the pieces", ""],
        [
            [
                "correlation of the share of changes with the real one",
                f"{np.corrcoef(real_changes, changes)[0, 1]:.2f}",
            ],
            ["mean distance of the share of changes", f"{np.abs(changes / real_changes - 1).mean():.0%}"],
            ["correlation of silence with the real one", f"{np.corrcoef(real_silence, silence)[0, 1]:.2f}"],
            ["mean distance of silence, points", f"{100 * np.abs(apart).mean():.1f}"],
            ["largest distance of silence, points", f"{100 * np.abs(apart).max():.1f}"],
            [f"pieces with silence more than {100 * SILENCE:.0f} points off", f"{(np.abs(apart) > SILENCE).sum()}"],
        ],
    )


def _pieces(judged: Evaluation) -> list[tuple[float, float]]:
    """Returns the share of changes and of silence of each piece."""
    found = []
    for at in range(0, len(judged.parts), PLAYERS):
        parts = judged.parts[at : at + PLAYERS]
        changes = np.mean([(part[1:] != part[:-1]).mean() for part in parts])
        found.append((float(changes), float(np.mean([(part == NOTHING).mean() for part in parts]))))
    return found


FREE = ("flux", "entropy", "changes", "variety", "run")


def _together(judged: tuple[Evaluation, ...]) -> Evaluation:
    parts = [part for each in judged for part in each.parts]
    nats = [part for each in judged for part in each.nats]
    changes = [part for each in judged for part in each.changes]
    return Evaluation(judged[0].name, nats, changes, parts)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    quartets, others = corpus()
    order = np.random.default_rng(SEED).permutation(len(quartets))
    print(f"{len(quartets)} quartets, {sum(map(len, quartets))} s; {len(others)} others, {sum(map(len, others))} s")
    for name in sys.argv[2:] or ("alone", "all"):
        more = others if name == "all" else []
        folds = []
        for number in range(FOLDS):
            out = set(order[number::FOLDS].tolist())
            known = [codes for place, codes in enumerate(quartets) if place not in out]
            folds.append(fold(name, number, [quartets[place] for place in sorted(out)], known, more, folder))
        trained_on = "the quartets alone" if name == "alone" else "all improvisations"
        report(trained_on, folds)
        pieces(trained_on, folds)


if __name__ == "__main__":
    main()

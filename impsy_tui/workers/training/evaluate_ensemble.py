"""Worker that evaluates an ensemble.

The result is a table: the network, repetition and Markov chains (each knows all scores except the evaluated one), and
the real players.
"""

from typing import Final

import numpy as np

from impsy_tui.data.datasets import content_hash
from impsy_tui.ensemble.evaluation import (
    EXPLAINED,
    HEADS,
    Evaluation,
    evaluate_markov,
    evaluate_network,
    evaluate_real,
    table,
)
from impsy_tui.ensemble.opening import open_ensemble
from impsy_tui.ensemble.predictor import Tuning
from impsy_tui.ensemble.scores import read_scores
from impsy_tui.ensemble.tuning import read_tuning
from impsy_tui.errors import UserError
from impsy_tui.model_files.metadata import ModelMetadata, read_metadata
from impsy_tui.text import counted
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Progress, Reporter, Table, finished_with
from impsy_tui.workers.requests import EvaluateEnsembleRequest as Request

_PATIENCE: Final = 20.0
"""Seconds that a model may take to be opened."""


def run(request: Request) -> None:
    """Evaluates the ensemble of a request."""
    run_job(lambda reporter: finished_with(_evaluate(request, reporter)), request.model)


def _evaluate(request: Request, reporter: Reporter) -> list[str | Table]:
    reporter.say(Progress("reading scores"))
    read, remarks = read_scores(request.scores, request.players)
    scores = [score.codes for score in read]
    try:
        network = open_ensemble(request.model, _PATIENCE)
    except UserError as problem:
        raise UserError(f"{request.model.stem} {problem}") from None
    random = np.random.default_rng(request.seed)
    judged = [_markov(order, scores, random) for order in range(3)] if len(scores) > 1 else []

    def on_progress(done: int) -> None:
        reporter.say(Progress("judging", done, len(scores)))

    def tuning(players: int) -> Tuning:
        return read_tuning(request.model, players)

    judged.append(
        evaluate_network(request.model.stem, network, scores, random, on_progress, request.temperature, tuning)
    )
    judged.append(evaluate_real(scores))
    seconds = sum(map(len, scores))
    count = counted(len(scores), "score")
    heads = f"{count}, {seconds} s; every player leads in turn, and the others are played to that lead"
    said = [] if len(scores) > 1 else ["of one score alone, there is nothing that a Markov chain could know it by"]
    said.append(_known(read_metadata(request.model), scores))
    return [*remarks, heads, "", Table(HEADS, tuple(table(judged))), "", *EXPLAINED, *said]


def _known(notes: ModelMetadata, scores: list[np.ndarray]) -> str:
    """Returns a sentence on the scores that the model was trained on."""
    if not notes.contents:
        return "the model's metadata does not name the scores of its training: it may have learned these"
    known = sum(content_hash([codes]) in notes.contents for codes in scores)
    if not known:
        return "the model was not trained on these scores"
    some = "these scores" if known == len(scores) else f"{known} of these {len(scores)} scores"
    return (
        f"the model was trained on {some}: its figures are better than on unheard ones, those of the chains are not"
    )


def _markov(order: int, scores: list[np.ndarray], random: np.random.Generator) -> Evaluation:
    """Evaluates a Markov chain on every score; the chain knows the other scores."""
    whole: Evaluation | None = None
    for place, codes in enumerate(scores):
        judged = evaluate_markov(order, scores[:place] + scores[place + 1 :], [codes], random)
        if whole is None:
            whole = judged
        else:
            whole.nats += judged.nats
            whole.changes += judged.changes
            whole.parts += judged.parts
    assert whole is not None
    return whole

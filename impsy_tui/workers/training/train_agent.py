"""Trains agents: ``python -m impsy_tui.workers.training.train_agent TABLE FILE --heard … --judged …``.

SIGINT ends it early and saves the best there is; SIGTERM ends it and saves nothing.
"""

import argparse
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from impsy_tui import choices, ranges
from impsy_tui.agent.seek import STEP
from impsy_tui.agent.task import CORPUS, MIXED, AgentTask, names_of, read_task
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra, pip_line
from impsy_tui.limits import limit_process
from impsy_tui.training.common.naming import free_name
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter
from impsy_tui.workers.training.train import StopAsked

if TYPE_CHECKING:
    from impsy_tui.training.agent.environment import ImitationTask
    from impsy_tui.training.agent.fit import TrainedAgent
    from impsy_tui.training.agent.recordings import Recordings

TORCH: Final = ("torch==2.13.0", "--index-url", "https://download.pytorch.org/whl/cpu")
"""The CPU build, which is enough: the words behind ``pip install``."""


def main() -> None:
    """See the module."""
    step_back()
    wishes = _parser().parse_args()
    reporter = sole_reporter()
    if find_spec("torch") is None or find_spec("stable_baselines3") is None:
        needed = needs_extra("training agents", "stable-baselines3", "agent")
        reporter.say(Failed(f"{needed}. Before that, for a smaller torch: {pip_line(*TORCH)}"))
        return
    if wishes.logs and find_spec("tensorboard") is None:
        needed = "logs of a training need tensorboard, which is not installed here. To install it, type:"
        reporter.say(Failed(f"{needed} {pip_line('tensorboard')}"))
        return
    stop = StopAsked()
    signal.signal(signal.SIGINT, stop)
    try:
        reporter.say(_train(wishes, reporter, stop))
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or wishes.file}: {error.strerror}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("table", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--numbered", action="store_true", help="a name that is taken gets a number behind it")
    parser.add_argument("--heard", nargs="+")
    parser.add_argument("--judged", nargs="+")
    parser.add_argument("--targets", choices=choices.TARGETS, default=None)
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--corpus", type=Path, nargs="+", default=[])
    parser.add_argument("--algorithm", choices=choices.ALGORITHMS, default=choices.ALGORITHMS[0])
    parser.add_argument("--steps", type=int, default=int(ranges.AGENT_STEPS.default))
    parser.add_argument("--cloned", type=float, default=ranges.AGENT_SHOWN.default)
    parser.add_argument("--units", type=int, nargs="+", default=(128, 128))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--logs", type=Path)
    return parser


def _train(wishes: argparse.Namespace, reporter: Reporter, stop: StopAsked) -> Finished | Failed:
    from impsy_tui.agent.descriptors.names import descriptor_indices
    from impsy_tui.agent.lookup_table import read_table
    from impsy_tui.agent.seek import KnownSynth
    from impsy_tui.training.agent.environment import ImitationTask
    from impsy_tui.training.agent.recordings import read_recordings

    settings = _settings(wishes)
    wishes.file.parent.mkdir(parents=True, exist_ok=True)
    if wishes.numbered:
        wishes.file = wishes.file.with_stem(free_name(wishes.file.parent, wishes.file.stem))
    if wishes.file.exists():
        return Failed(f"{wishes.file} is there already: name another, or rename or delete it first")
    known = KnownSynth(read_table(wishes.table))
    if settings.parameters not in (None, known.count):
        return Failed(f"{wishes.table.name} has {known.count} parameters, the settings say {settings.parameters}")
    recordings = read_recordings(wishes.corpus, known.scaler)
    if CORPUS in settings.targets and not recordings.learned:
        return Failed(f"targets {settings.targets}: recordings are needed, none were named")
    reporter.say(Progress("starting torch"))
    from impsy_tui.training.agent.fit import AgentRecipe, Round, train

    heard, judged = descriptor_indices(settings.heard), descriptor_indices(settings.judged)
    task = ImitationTask(known, heard, judged, settings.targets, recordings.learned, settings.step)
    trial = ImitationTask(known, heard, judged, settings.targets, recordings.held_out, settings.step)
    recipe = AgentRecipe(
        wishes.algorithm,
        wishes.steps,
        0.0 if wishes.algorithm == "dqn" else wishes.cloned,
        tuple(wishes.units),
        wishes.seed,
        frames=min(wishes.frames, AgentRecipe.frames),
        logs=str(wishes.logs) if wishes.logs else None,
    )

    def on_round(result: Round) -> None:
        learning = None if result.learning != result.learning else result.learning
        reporter.say(
            Progress("step", result.steps, recipe.steps, learning, result.distance, result.left, "deviations")
        )

    learned = train(task, trial, recipe, on_round, lambda: stop.asked)
    return _finish(wishes, settings, trial, recordings, learned, reporter)


def _settings(wishes: argparse.Namespace) -> AgentTask:
    """Returns the descriptors to learn: those of the request, else of the settings, else loudness and centroid."""
    read = read_task(wishes.settings) if wishes.settings else None
    words = wishes.heard or (read and list(read.heard)) or wishes.judged or ["loudness-dB", "centroid"]
    heard = names_of(words)
    judged = names_of(wishes.judged) if wishes.judged else read.judged if read and not wishes.heard else heard
    deaf = [name for name in judged if name not in heard]
    if deaf:
        raise UserError(f"an agent hears what it is to match: {', '.join(deaf)} is not among what it hears")
    targets = wishes.targets or (read.targets if read else MIXED)
    return AgentTask(heard, judged, targets, read.step if read else STEP, read.parameters if read else None)


def _finish(
    wishes: argparse.Namespace,
    settings: AgentTask,
    trial: "ImitationTask",
    recordings: "Recordings",
    learned: "TrainedAgent",
    reporter: Reporter,
) -> Finished:
    from importlib.metadata import version

    from impsy_tui.agent.file import AgentModel, write_agent
    from impsy_tui.agent.memory import PATIENCE
    from impsy_tui.agent.seek import moves
    from impsy_tui.agent.targets import LIMIT
    from impsy_tui.training.agent.evaluation import hold_policy, judge, network_policy, seek_policy
    from impsy_tui.training.agent.forecast import learn_foresight

    reporter.say(Progress("judging"))
    every = moves(trial.known.count)
    network = learned.network.rounded()
    policies = (network_policy(network, every), seek_policy(trial), hold_policy)
    found, seek, hold = (judge(policy, trial, _LAST_SEED, frames=wishes.frames).distance for policy in policies)
    reporter.say(Progress("learning to foresee"))
    foreseen = learn_foresight(recordings.learned, recordings.held_out, wishes.seed)
    facts = {
        "synth": wishes.table.name.split(".")[0],
        "algorithm": wishes.algorithm,
        "targets": settings.targets,
        "steps": learned.steps,
        "seconds": round(learned.seconds, 1),
        "seed": wishes.seed,
        "cloned": 0.0 if wishes.algorithm == "dqn" else wishes.cloned,
        "rmse": round(found, 5),
        "rmse_seek": round(seek, 5),
        "rmse_hold": round(hold, 5),
        "recordings": recordings.names,
        "held_out": recordings.names_held_out,
        "foresight_rmse": round(foreseen.distance, 4) if foreseen else None,
        "foresight_no_change": round(foreseen.as_it_was, 4) if foreseen else None,
        "made_with": f"impsy-tui {version('impsy-tui')}, stable-baselines3 {version('stable-baselines3')}",
    }
    model = AgentModel(
        trial.known,
        settings.heard,
        settings.judged,
        settings.step,
        every,
        network,
        LIMIT,
        PATIENCE,
        foreseen.foresight if foreseen else None,
        facts,
    )
    write_agent(wishes.file, model)
    left_out = "".join(f"; left out: {each}" for each in recordings.left_out)
    return Finished(
        f"{wishes.file.stem}: RMSE {found:.4f}, seek {seek:.4f}, hold {hold:.4f} after {learned.steps} steps, "
        f"{learned.seconds:.0f} s{left_out}",
        str(wishes.file),
    )


_LAST_SEED: Final = 30_000

if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.train_agent")
    main()

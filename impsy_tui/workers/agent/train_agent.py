"""Worker that trains an agent.

SIGINT ends the training and saves the best agent; SIGTERM saves nothing.
"""

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import msgspec

from impsy_tui.agent.seek import STEP
from impsy_tui.agent.task import CORPUS, MIXED, AgentTask, names_of, read_task
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra, pip_line
from impsy_tui.training.common.naming import free_name
from impsy_tui.workers.jobs import StopRequest, run_stoppable_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import TrainAgentRequest as Request

if TYPE_CHECKING:
    from impsy_tui.agent.perceptron import Perceptron
    from impsy_tui.training.agent.environment import ImitationTask
    from impsy_tui.training.agent.fit import TrainedAgent
    from impsy_tui.training.agent.recordings import Recordings

TORCH: Final = ("torch==2.13.0", "--index-url", "https://download.pytorch.org/whl/cpu")
"""Arguments of ``pip install`` for the CPU build, which is sufficient."""


def run(request: Request) -> None:
    """Trains the agent of a request."""
    run_stoppable_job(partial(_train, request), request.file)


def _check_libraries(request: Request) -> None:
    if find_spec("torch") is None or find_spec("stable_baselines3") is None:
        needed = needs_extra("training agents", "stable-baselines3", "agent")
        raise UserError(f"{needed}. Before that, for a smaller torch: {pip_line(*TORCH)}")
    if request.logs and find_spec("tensorboard") is None:
        needed = "logs of a training need tensorboard, which is not installed here. To install it, type:"
        raise UserError(f"{needed} {pip_line('tensorboard')}")


def _train(request: Request, reporter: Reporter, stop: StopRequest) -> Finished | Failed:
    _check_libraries(request)
    from impsy_tui.agent.descriptors.names import descriptor_indices
    from impsy_tui.agent.lookup_table import read_table
    from impsy_tui.agent.seek import KnownSynth
    from impsy_tui.training.agent.environment import ImitationTask
    from impsy_tui.training.agent.recordings import read_recordings

    settings = _settings(request)
    request.file.parent.mkdir(parents=True, exist_ok=True)
    if request.numbered:
        free = request.file.with_stem(free_name(request.file.parent, request.file.stem))
        request = msgspec.structs.replace(request, file=free)
    if request.file.exists():
        return Failed(f"{request.file} exists already: choose another name, or rename or delete it first")
    known = KnownSynth(read_table(request.table))
    if settings.parameters not in (None, known.count):
        return Failed(f"{request.table.name} has {known.count} parameters, the settings say {settings.parameters}")
    recordings = read_recordings(request.corpus, known.scaler)
    if CORPUS in settings.targets and not recordings.learned:
        return Failed(f"targets {settings.targets}: recordings are needed: name some")
    reporter.say(Progress("starting torch"))
    from impsy_tui.training.agent.fit import AgentRecipe, Round, train

    heard, judged = descriptor_indices(settings.heard), descriptor_indices(settings.judged)
    task = ImitationTask(known, heard, judged, settings.targets, recordings.learned, settings.step)
    trial = ImitationTask(known, heard, judged, settings.targets, recordings.held_out, settings.step)
    recipe = AgentRecipe(
        request.algorithm,
        request.steps,
        0.0 if request.algorithm == "dqn" else request.cloned,
        request.units,
        request.seed,
        frames=min(request.frames, AgentRecipe.frames),
        logs=str(request.logs) if request.logs else None,
    )

    def on_round(result: Round) -> None:
        learning = None if result.learning != result.learning else result.learning
        reporter.say(
            Progress("step", result.steps, recipe.steps, learning, result.distance, result.left, "deviations")
        )

    learned = train(task, trial, recipe, on_round, lambda: stop.received)
    return _finish(request, settings, trial, recordings, learned, reporter)


def _settings(request: Request) -> AgentTask:
    """Returns the descriptors to learn: those of the request, else of the settings, else loudness and centroid."""
    read = read_task(request.settings) if request.settings else None
    words = request.heard or (read and read.heard) or request.judged or ("loudness-dB", "centroid")
    heard = names_of(words)
    judged = names_of(request.judged) if request.judged else read.judged if read and not request.heard else heard
    deaf = [name for name in judged if name not in heard]
    if deaf:
        raise UserError(f"an agent must hear the descriptors that it matches: it does not hear {', '.join(deaf)}")
    targets = request.targets or (read.targets if read else MIXED)
    return AgentTask(heard, judged, targets, read.step if read else STEP, read.parameters if read else None)


def _distances(network: "Perceptron", trial: "ImitationTask", frames: int) -> dict[str, float]:
    """Returns the RMSE of the agent and of the policies that it is compared with."""
    from impsy_tui.agent.seek import moves
    from impsy_tui.training.agent.evaluation import constant_policy, hold_policy, judge, network_policy, seek_policy

    policies = {
        "rmse": network_policy(network, moves(trial.known.count)),
        "rmse_seek": seek_policy(trial),
        "rmse_constant": constant_policy(trial),
        "rmse_hold": hold_policy,
    }
    return {name: judge(policy, trial, _LAST_SEED, frames=frames).distance for name, policy in policies.items()}


def _finish(
    request: Request,
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
    from impsy_tui.training.agent.evaluation import UNHEARD, outside_sentence
    from impsy_tui.training.agent.forecast import learn_foresight

    reporter.say(Progress("judging"))
    network = learned.network.rounded()
    distances = _distances(network, trial, request.frames)
    reporter.say(Progress("learning to foresee"))
    foreseen = learn_foresight(recordings.learned, recordings.held_out, request.seed)
    facts: dict[str, str | int | float | bool | Sequence[str] | None] = {
        "synth": request.table.name.split(".")[0],
        "algorithm": request.algorithm,
        "targets": settings.targets,
        "steps": learned.steps,
        "seconds": round(learned.seconds, 1),
        "seed": request.seed,
        "cloned": 0.0 if request.algorithm == "dqn" else request.cloned,
        **{name: round(distance, 5) for name, distance in distances.items()},
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
        moves(trial.known.count),
        network,
        LIMIT,
        PATIENCE,
        foreseen.foresight if foreseen else None,
        facts,
    )
    write_agent(request.file, model)
    remarks = [f"left out: {each}" for each in recordings.left_out]
    remarks += [said] if (said := outside_sentence(trial)) else []
    remarks += [] if CORPUS in settings.targets else [f"it {UNHEARD}"]
    found, seek, constant, hold = distances.values()
    return Finished(
        f"{request.file.stem}: RMSE {found:.4f}, seek {seek:.4f}, best constant {constant:.4f}, hold {hold:.4f} "
        + "; ".join([f"after {learned.steps} steps, {learned.seconds:.0f} s", *remarks]),
        str(request.file),
    )


_LAST_SEED: Final = 30_000

"""Worker that converts agents of RL-impro.

A ``.zip`` file of stable-baselines3 holds JSON with pickles in it, and weights. The worker reads the JSON as text and
the weights as tensors only: nothing in the file is executed.
"""

import io
import json
import zipfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from impsy_tui.agent.file import AgentModel, check, write_agent
from impsy_tui.agent.lookup_table import read_table
from impsy_tui.agent.seek import KnownSynth, moves
from impsy_tui.agent.task import read_task
from impsy_tui.errors import UserError, first_line
from impsy_tui.installation import needs_extra
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import ConvertAgentRequest as Request

if TYPE_CHECKING:
    from impsy_tui.agent.perceptron import Perceptron

_LARGEST: Final = 256 << 20
_WEIGHTS: Final = "policy.pth"
_DATA: Final = "data"
_ACTIVATIONS: Final = {"ReLU": "relu", "Tanh": "tanh"}


def run(request: Request) -> None:
    """Converts the agent of a request."""
    run_job(partial(_convert, request), request.file)


def _convert(request: Request, reporter: Reporter) -> Finished | Failed:
    if find_spec("torch") is None:
        raise UserError(needs_extra("converting agents", "torch", "agent"))
    settings = read_task(request.settings)
    known = KnownSynth(read_table(request.lookup))
    if request.file.exists():
        return Failed(f"{request.file} exists already: rename or delete it first")
    if settings.parameters not in (None, known.count):
        return Failed(f"{request.lookup.name} has {known.count} parameters, the settings say {settings.parameters}")
    reporter.say(Progress("reading the network"))
    try:
        network, algorithm = read_zip(request.archive)
        model = AgentModel(
            known,
            settings.heard,
            settings.judged,
            settings.step,
            moves(known.count),
            network,
            facts={"synth": request.lookup.name.split(".")[0], "algorithm": algorithm, "from": request.archive.name},
        )
        check(model)
    except UserError as problem:
        raise UserError(f"{request.archive.name} {problem}") from None
    request.file.parent.mkdir(parents=True, exist_ok=True)
    write_agent(request.file, model)
    return Finished(
        f"{request.file} is made: a {algorithm.upper()} of {', '.join(settings.heard)}", str(request.file)
    )


def read_zip(path: Path) -> "tuple[Perceptron, str]":
    """Returns the network of an agent of stable-baselines3, and the algorithm: ``dqn``, or ``ppo or a2c``.

    Raises:
        UserError: the file is no agent, or its policy is unknown; the message continues after the file name.
        OSError: the file cannot be read.
    """
    import torch

    from impsy_tui.training.agent.policy import as_perceptron

    try:
        with zipfile.ZipFile(path) as archive:
            data, weights = (_entry(archive, name) for name in (_DATA, _WEIGHTS))
        state = torch.load(io.BytesIO(weights), map_location="cpu", weights_only=True)
        if not isinstance(state, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
            raise UserError("holds no weights of a policy")
        algorithm = "dqn" if any(name.startswith("q_net.") for name in state) else "ppo or a2c"
        return as_perceptron(state, _activation(json.loads(data), algorithm)), algorithm
    except KeyError as error:
        raise UserError(f"is not an agent of stable-baselines3: {error.args[0]}") from None
    except (zipfile.BadZipFile, ValueError, EOFError, RecursionError) as error:
        raise UserError(f"is not an agent of stable-baselines3: {first_line(error)}") from None
    except UserError:
        raise
    except OSError:
        raise
    except Exception as error:  # torch raises many kinds of error for other data than tensors
        raise UserError(f"holds weights that cannot be trusted or read: {first_line(error)}") from None


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    entry = archive.getinfo(name)
    if entry.file_size > _LARGEST:
        raise UserError(f"is larger than {_LARGEST >> 20} MB")
    return archive.read(entry)


def _activation(data: Any, algorithm: str) -> str:
    """Returns the activation of the JSON text, or the default one if the text has none."""
    policy = str(data.get("policy_kwargs", "")) if isinstance(data, dict) else ""
    if "activation_fn" in policy:
        words = policy.split("activation_fn", 1)[1]
        found = [name for name in _ACTIVATIONS if f".{name}'" in words]
        if not found:
            raise UserError(f"has an activation that is unknown here: {', '.join(_ACTIVATIONS)} are known")
        return _ACTIVATIONS[found[0]]
    return "relu" if algorithm == "dqn" else "tanh"

"""Converts agents of RL-impro: ``python -m impsy_tui.workers.training.convert_agent ZIP FILE …``.

A ``.zip`` of stable-baselines3 contains JSON with pickles, and weights. The JSON is read as text and the weights as
tensors only: no code of the file is executed.
"""

import argparse
import io
import json
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from impsy_tui.agent.file import AgentModel, check, write_agent
from impsy_tui.agent.lookup_table import read_table
from impsy_tui.agent.seek import KnownSynth, moves
from impsy_tui.agent.task import read_task
from impsy_tui.errors import UserError, first_line
from impsy_tui.limits import limit_process
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter

if TYPE_CHECKING:
    from impsy_tui.agent.perceptron import Perceptron

_LARGEST: Final = 256 << 20
_WEIGHTS: Final = "policy.pth"
_DATA: Final = "data"
_ACTIVATIONS: Final = {"ReLU": "relu", "Tanh": "tanh"}


def main() -> None:
    """See the module."""
    step_back()
    parser = argparse.ArgumentParser()
    parser.add_argument("zip", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lookup", type=Path, required=True)
    parser.add_argument("--settings", type=Path, required=True)
    wishes = parser.parse_args()
    reporter = sole_reporter()
    if find_spec("torch") is None:
        reporter.say(Failed("converting agents needs torch: pip install torch, then pip install 'impsy-tui[agent]'"))
        return
    try:
        reporter.say(_convert(wishes, reporter))
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or wishes.file}: {error.strerror}"))


def _convert(wishes: argparse.Namespace, reporter: Reporter) -> Finished | Failed:
    settings = read_task(wishes.settings)
    known = KnownSynth(read_table(wishes.lookup))
    if wishes.file.exists():
        return Failed(f"{wishes.file} is there already: rename or delete it first")
    if settings.parameters not in (None, known.count):
        return Failed(f"{wishes.lookup.name} has {known.count} parameters, the settings say {settings.parameters}")
    reporter.say(Progress("reading the network"))
    try:
        network, algorithm = read_zip(wishes.zip)
        model = AgentModel(
            known,
            settings.heard,
            settings.judged,
            settings.step,
            moves(known.count),
            network,
            facts={"synth": wishes.lookup.name.split(".")[0], "algorithm": algorithm, "from": wishes.zip.name},
        )
        check(model)
    except UserError as problem:
        raise UserError(f"{wishes.zip.name} {problem}") from None
    wishes.file.parent.mkdir(parents=True, exist_ok=True)
    write_agent(wishes.file, model)
    return Finished(f"{wishes.file} is made: a {algorithm.upper()} of {', '.join(settings.heard)}", str(wishes.file))


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
        raise UserError(f"is no agent of stable-baselines3: {error.args[0]}") from None
    except (zipfile.BadZipFile, ValueError, EOFError, RecursionError) as error:
        raise UserError(f"is no agent of stable-baselines3: {first_line(error)}") from None
    except UserError:
        raise
    except OSError:
        raise
    except Exception as error:  # torch fails in many ways at what is no tensor
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


if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.convert_agent")
    main()

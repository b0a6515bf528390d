"""A trained agent in one file: ``.npz``, arrays and a page of JSON. Nothing in it can run.

It holds all that playing needs: the network, which descriptors it hears, what they are standardised by, the
look-up table of the synth, the moves and their step. Of the table it holds for each descriptor how much that differs
from row to row, in whole steps of ``1 / STEPS`` deviations: most rows are much like the last, which packs well.
"""

import io
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.lookup_table import MOST_PARAMETERS, LookupTable
from impsy_tui.agent.memory import recalled_size
from impsy_tui.agent.perceptron import ACTIVATIONS, Perceptron
from impsy_tui.agent.seek import KnownSynth, Scaler, moves
from impsy_tui.errors import UserError, first_line
from impsy_tui.npz import read_npz
from impsy_tui.toml_files import read_regular

SUFFIX: Final = ".npz"
PREFIX: Final = "agent-"
"""Of the names of agents, in a folder where other arrays are kept too."""
KIND: Final = "impsy-tui agent"
FORMAT: Final = 3
STEPS: Final = 100
"""To a deviation; a table is kept to half of one. That is far less than two recordings of one sound differ by."""

LARGEST: Final = 512 << 20
"""Bytes, unpacked. A larger file is refused."""

_MOST_PATIENCE: Final = 8
_STRANGE_MEMORY: Final = "remembers for times that make no sense"
_STRANGE_STEP: Final = "has a step or a limit that makes no sense"

_DAMAGES: Final = (
    ValueError,
    KeyError,
    TypeError,
    MemoryError,
    RuntimeError,
    OverflowError,
    AttributeError,
    IndexError,
)
"""What reading a damaged file may end in."""

_ARRAYS: Final = ("facts", "parameters", "mean", "deviation", "moves")

Facts = Mapping[str, str | int | float | bool | Sequence[str] | None]


@dataclass(frozen=True)
class ForecastNetwork:
    """A network that tells what will be heard.

    Attributes:
        network: of 3 x 55 inputs (a frame, and what it has changed since ``back`` and ``2 back`` frames ago) and 55
            outputs (what it will have changed ``ahead`` frames later), all standardised and limited.
        ahead: frames.
        back: frames.
    """

    network: Perceptron
    ahead: int
    back: int


@dataclass(frozen=True)
class AgentModel:
    """A trained agent.

    Attributes:
        known: the synth that it plays.
        heard: names of the descriptors that it hears, in the order of frames.
        judged: names of those that it learned to match.
        step: how far a parameter moves in a frame.
        moves: ``[actions, N]`` of 1, 0, -1, in the order of the network's outputs.
        network: of what it sees and recalls (see ``seek.observed``) and one output a move; the largest is made.
        limit: deviations; how far off what it sees may look.
        patience: see :class:`~impsy_tui.agent.memory.Memory`; none if the agent has no memory.
        foresight: None if it never learned from recordings.
        facts: what else is known of it, for people.
    """

    known: KnownSynth
    heard: tuple[str, ...]
    judged: tuple[str, ...]
    step: float
    moves: np.ndarray
    network: Perceptron
    limit: float = math.inf
    patience: tuple[float, ...] = ()
    foresight: ForecastNetwork | None = None
    facts: Facts = field(default_factory=dict)


def write_agent(path: Path, model: AgentModel) -> None:
    """Write an agent; a file that is there is replaced once all of it is written.

    Raises:
        OSError: it cannot be written.
    """
    told = {
        **model.facts,
        "kind": KIND,
        "format": FORMAT,
        "names": NAMES,
        "heard": model.heard,
        "judged": model.judged,
        "step": model.step,
        "limit": None if math.isinf(model.limit) else model.limit,
        "patience": model.patience,
        "activation": model.network.activation,
    }
    arrays: dict[str, np.ndarray] = {
        "parameters": np.asfortranarray(model.known.table.parameters, np.float32),  # by columns, which packs well
        "differences": _differences(model.known.descriptors),
        "mean": model.known.scaler.mean,
        "deviation": model.known.scaler.deviation,
        "moves": model.moves.astype(np.int8),
        **_layers("network", model.network),
    }
    if model.foresight is not None:
        foresight = model.foresight
        told |= {"ahead": foresight.ahead, "back": foresight.back, "foresight": foresight.network.activation}
        arrays |= _layers("foresight", foresight.network)
    arrays["facts"] = np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8)
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    os.replace(new, path)


def read_agent(path: Path) -> AgentModel:
    """An agent from its file.

    Raises:
        UserError: it cannot be read, is none, or its parts do not fit each other; the message names it.
    """
    try:
        return _read(path)
    except UserError as problem:
        raise UserError(f"{path.name} {problem}") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except _DAMAGES as error:
        raise UserError(f"{path.name} is no agent: {first_line(error)}") from None


def _read(path: Path) -> AgentModel:
    arrays = _arrays(path)
    missing = [name for name in _ARRAYS if name not in arrays]
    if missing:
        raise UserError(f"is no agent: it has no {missing[0]}")
    told = json.loads(arrays["facts"].tobytes())
    if not isinstance(told, dict) or told.pop("kind", None) != KIND:
        raise UserError("is no agent of this program's")
    if told.pop("format", None) not in range(1, FORMAT + 1):
        raise UserError("was written by a newer version of this program")
    names = tuple(told.pop("names"))
    if names != NAMES:
        wrong = next((f"{a} where {b} is expected" for a, b in zip(names, NAMES, strict=False) if a != b), "too few")
        raise UserError(f"has other descriptors than are heard here: {len(names)} of {len(NAMES)}, {wrong}")
    parameters, descriptors = arrays["parameters"].astype(float), _descriptors(arrays)
    _check_table(parameters, descriptors, arrays)
    known = KnownSynth(LookupTable(parameters, descriptors), Scaler(arrays["mean"], arrays["deviation"]))
    foresight = None
    if "ahead" in told:
        network = _network(arrays, "foresight", told.pop("foresight"))
        foresight = ForecastNetwork(network, _frames(told.pop("ahead")), _frames(told.pop("back")))
        if (network.inputs, network.outputs) != (3 * len(NAMES), len(NAMES)):
            raise UserError("cannot foresee with its network, whose size is another")
    limit = told.pop("limit")
    model = AgentModel(
        known,
        _known_names(told.pop("heard")),
        _known_names(told.pop("judged")),
        _number(told.pop("step"), _STRANGE_STEP),
        arrays["moves"],
        _network(arrays, "network", told.pop("activation")),
        math.inf if limit is None else _number(limit, _STRANGE_STEP),
        _patience(told.pop("patience", [])),
        foresight,
        told,
    )
    check(model)
    return model


def check(model: AgentModel) -> None:
    """See whether the parts of an agent fit each other.

    Raises:
        UserError: they do not; the message goes on from its name.
    """
    count = model.known.count
    recalled = recalled_size(count, model.patience)
    expected = 2 * len(model.heard) + count + recalled
    if model.network.inputs != expected:
        memory = f" and {recalled} numbers of memory" if recalled else ""
        raise UserError(
            f"does not match its table: the network sees {model.network.inputs} numbers, and {len(model.heard)} "
            f"descriptors twice and {count} parameters{memory} are {expected}"
        )
    if sorted(map(tuple, model.moves.tolist())) != sorted(map(tuple, moves(count).tolist())):
        raise UserError(f"does not match its table: its moves are not those of {count} parameters")
    if model.network.outputs != len(model.moves):
        raise UserError(f"has {model.network.outputs} outputs for {len(model.moves)} moves")
    if not 0.0 < model.step <= 1.0 or not model.limit > 0.0:
        raise UserError(_STRANGE_STEP)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    return read_npz(io.BytesIO(read_regular(path, LARGEST)), LARGEST)


def _check_table(parameters: np.ndarray, descriptors: np.ndarray, arrays: Mapping[str, np.ndarray]) -> None:
    width = len(NAMES)
    if parameters.ndim != 2 or not len(parameters) or not 1 <= parameters.shape[1] <= MOST_PARAMETERS:
        raise UserError("has a look-up table without parameters")
    if len(descriptors) != len(parameters):
        raise UserError(f"has a look-up table of {len(descriptors)} sounds at {len(parameters)} points")
    if descriptors.shape != (len(parameters), width):
        found = descriptors.shape[-1]
        raise UserError(f"has a look-up table whose columns do not match: {found}, not {width}")
    scaler = np.stack([arrays["mean"], arrays["deviation"]])
    if scaler.shape != (2, width) or not (scaler[1] > 0.0).all():
        raise UserError("has a scaler that does not match its descriptors")
    if not all(np.isfinite(array).all() for array in (parameters, descriptors, scaler)):
        raise UserError("holds values that are no numbers")
    if parameters.min() < 0.0 or parameters.max() > 1.0:
        raise UserError("has parameters that are not from 0 to 1")


def _differences(descriptors: np.ndarray) -> np.ndarray:
    """Standardised descriptors ``[rows, 55]`` as a file has them: ``[55, rows]``, in steps from the row before."""
    found = np.diff(np.rint(descriptors.T * STEPS), axis=1, prepend=0.0)
    fits = np.abs(found).max() <= np.iinfo(np.int16).max
    return np.ascontiguousarray(found, np.int16 if fits else np.int32)


def _descriptors(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The descriptors of a table, ``[rows, 55]``; files of format 1 have them as they are."""
    if "descriptors" in arrays:
        return arrays["descriptors"].astype(float)
    differences, mean, deviation = arrays["differences"], arrays["mean"], arrays["deviation"]
    if differences.ndim != 2 or differences.dtype.kind != "i":
        raise UserError("has a look-up table that is not of whole steps")
    if not mean.shape == deviation.shape == (len(differences),):
        raise UserError("has a scaler that does not match its descriptors")
    if differences.size * np.dtype(np.int64).itemsize > LARGEST:
        raise UserError(f"is larger than {LARGEST >> 20} MB")
    steps = differences.T.cumsum(axis=0, dtype=np.int64)
    return np.asarray(mean + deviation * (steps / STEPS))


def _layers(name: str, network: Perceptron) -> dict[str, np.ndarray]:
    arrays = {}
    for number, (kernel, bias) in enumerate(network.layers):
        arrays[f"{name}-kernel-{number}"], arrays[f"{name}-bias-{number}"] = _packed(kernel), _packed(bias)
    return arrays


def _packed(weights: np.ndarray) -> np.ndarray:
    """Weights in half the bytes, if none of them is another number then."""
    with np.errstate(over="ignore"):
        half = weights.astype(np.float16)
    return half if (half == weights).all() else weights


def _network(arrays: Mapping[str, np.ndarray], name: str, activation: Any) -> Perceptron:
    if activation not in ACTIVATIONS:
        raise UserError(f"has an activation that is unknown here: {activation}")
    count = sum(each.startswith(f"{name}-kernel-") for each in arrays)
    layers = [(arrays[f"{name}-kernel-{number}"], arrays[f"{name}-bias-{number}"]) for number in range(count)]
    return Perceptron(layers, activation)


def _known_names(found: Any) -> tuple[str, ...]:
    names = tuple(found)
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names:
        raise UserError(f"hears a descriptor that is unknown here: {unknown[0] if unknown else 'none'}")
    if list(names) != [name for name in NAMES if name in names]:
        raise UserError("has its descriptors in another order than frames have")
    return names


def _patience(found: Any) -> tuple[float, ...]:
    if not isinstance(found, list) or len(found) > _MOST_PATIENCE:
        raise UserError(_STRANGE_MEMORY)
    return tuple(_number(frames, _STRANGE_MEMORY) for frames in found)


def _number(found: Any, complaint: str) -> float:
    """A number above 0 that fits into 64 bits: JSON has words, NaN and any number of digits too."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0.0 < found <= sys.float_info.max:
        raise UserError(complaint)
    return float(found)


def _frames(found: Any) -> int:
    if not isinstance(found, int) or not 1 <= found <= 100_000:
        raise UserError("looks ahead by frames that make no sense")
    return found

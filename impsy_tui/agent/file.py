"""File of a trained agent: an ``.npz`` with arrays and JSON; reading it never runs code.

The file holds the network, the names and the scaler of its descriptors, the look-up table of the synth, the moves and
their step. Each descriptor of the table is stored as differences from row to row, in integer steps of ``1 / STEPS``
standard deviations. Neighbouring rows are similar, so the differences compress well.
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
from impsy_tui.model_files.npz import read_npz
from impsy_tui.toml_files import read_regular

SUFFIX: Final = ".npz"
PREFIX: Final = "agent-"
"""Beginning of the usual file names of agents."""
KIND: Final = "impsy-tui agent"
FORMAT: Final = 3
STEPS: Final = 100
"""Steps per standard deviation. The rounding error is far below the differences between recordings of one sound."""

LARGEST: Final = 512 << 20
"""Bytes, uncompressed. The reader refuses a larger file."""

_MOST_PATIENCE: Final = 8
_STRANGE_MEMORY: Final = "has a memory with invalid times"
_STRANGE_STEP: Final = "has an invalid step or limit"

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
"""Errors that reading a damaged file may raise."""

ARRAYS: Final = ("facts", "parameters", "mean", "deviation", "moves")
"""Arrays of every agent, and of no other ``.npz`` file."""

Facts = Mapping[str, str | int | float | bool | Sequence[str] | None]


@dataclass(frozen=True)
class ForecastNetwork:
    """Network that predicts the musician's sound.

    Attributes:
        network: network with 3 x 55 inputs: a frame, its change since ``back`` frames ago, its change since ``2
            back`` frames ago. The 55 outputs are its change within the next ``ahead`` frames. All are standardised
            and limited.
        ahead: number of frames.
        back: number of frames.
    """

    network: Perceptron
    ahead: int
    back: int


@dataclass(frozen=True)
class AgentModel:
    """Trained agent.

    Attributes:
        known: model of the synth that the agent plays.
        heard: names of the descriptors in the network's input, in the order of frames.
        judged: names of the descriptors that the training rewarded.
        step: change of a parameter in one frame, above 0 to 1.
        moves: ``[actions, N]`` of 1, 0, -1, in the order of the network's outputs.
        network: inputs are those of ``seek.observed``, outputs one value per move; the agent makes the move of the
            largest value.
        limit: largest absolute value of a standardised descriptor in the input, in standard deviations.
        patience: see :class:`~impsy_tui.agent.memory.Memory`; empty for an agent without a memory.
        foresight: None for an agent that did not learn from recordings.
        facts: further facts by name, for display.
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
    """Writes an agent; an existing file is replaced after the new one is complete.

    Raises:
        OSError: the file cannot be written.
    """
    facts = {
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
        facts |= {"ahead": foresight.ahead, "back": foresight.back, "foresight": foresight.network.activation}
        arrays |= _layers("foresight", foresight.network)
    arrays["facts"] = np.frombuffer(json.dumps(facts, ensure_ascii=False).encode(), np.uint8)
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    os.replace(new, path)


def read_agent(path: Path) -> AgentModel:
    """Returns the agent of a file.

    Raises:
        UserError: the file cannot be read, is not an agent, or its parts do not match; the message names the file.
    """
    try:
        return _read(path)
    except UserError as problem:
        raise UserError(f"{path.name} {problem}") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except _DAMAGES as error:
        raise UserError(f"{path.name} is not an agent: {first_line(error)}") from None


def _read(path: Path) -> AgentModel:
    arrays = _arrays(path)
    missing = [name for name in ARRAYS if name not in arrays]
    if missing:
        raise UserError(f"is not an agent: its array {missing[0]} is missing")
    facts = json.loads(arrays["facts"].tobytes())
    if not isinstance(facts, dict) or facts.pop("kind", None) != KIND:
        raise UserError("is not an agent of this program")
    if facts.pop("format", None) not in range(1, FORMAT + 1):
        raise UserError("was written by a newer version of this program")
    names = tuple(facts.pop("names"))
    if names != NAMES:
        wrong = next((f"{a} where {b} is expected" for a, b in zip(names, NAMES, strict=False) if a != b), "too few")
        raise UserError(f"has other descriptors than are heard here: {len(names)} of {len(NAMES)}, {wrong}")
    parameters, descriptors = arrays["parameters"].astype(float), _descriptors(arrays)
    _check_table(parameters, descriptors, arrays)
    known = KnownSynth(LookupTable(parameters, descriptors), Scaler(arrays["mean"], arrays["deviation"]))
    foresight = None
    if "ahead" in facts:
        network = _network(arrays, "foresight", facts.pop("foresight"))
        foresight = ForecastNetwork(network, _frames(facts.pop("ahead")), _frames(facts.pop("back")))
        if (network.inputs, network.outputs) != (3 * len(NAMES), len(NAMES)):
            raise UserError("has a forecast network of another size")
    limit = facts.pop("limit")
    model = AgentModel(
        known,
        _known_names(facts.pop("heard")),
        _known_names(facts.pop("judged")),
        _number(facts.pop("step"), _STRANGE_STEP),
        arrays["moves"],
        _network(arrays, "network", facts.pop("activation")),
        math.inf if limit is None else _number(limit, _STRANGE_STEP),
        _patience(facts.pop("patience", [])),
        foresight,
        facts,
    )
    check(model)
    return model


def check(model: AgentModel) -> None:
    """Verifies that the parts of an agent match.

    Raises:
        UserError: they do not match; the message is the rest of a sentence that begins with the agent's name.
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
        raise UserError("has values that are not finite numbers")
    if parameters.min() < 0.0 or parameters.max() > 1.0:
        raise UserError("has parameters that are not from 0 to 1")


def _differences(descriptors: np.ndarray) -> np.ndarray:
    """Returns standardised descriptors ``[rows, 55]`` as differences in steps from row to row, ``[55, rows]``."""
    found = np.diff(np.rint(descriptors.T * STEPS), axis=1, prepend=0.0)
    fits = np.abs(found).max() <= np.iinfo(np.int16).max
    return np.ascontiguousarray(found, np.int16 if fits else np.int32)


def _descriptors(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns the descriptors of a table, ``[rows, 55]``; files of format 1 hold them without differences."""
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
    """Returns weights as 16-bit floats if that changes no value, else unchanged."""
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
    """Returns a finite number above 0; JSON may also hold text, NaN and integers of any size."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0.0 < found <= sys.float_info.max:
        raise UserError(complaint)
    return float(found)


def _frames(found: Any) -> int:
    if not isinstance(found, int) or not 1 <= found <= 100_000:
        raise UserError("has an invalid number of frames to look ahead")
    return found

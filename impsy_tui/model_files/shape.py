"""Dimension and units of a model without an interpreter: from its metadata, its name or the head of its file."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from impsy_tui.model_files.metadata import noted_shape
from impsy_tui.model_files.npz import SUFFIX as NPZ
from impsy_tui.model_files.npz import array_shape
from impsy_tui.toml_files import open_regular

NAMED: Final = re.compile(r"-dim(\d{1,4})-layers(\d{1,4})-units(\d{1,6})")
"""Dimension, layers and units in a name that IMPSY gives a model."""
_SUBGRAPHS: Final = 2
_TENSORS, _INPUTS = 0, 1
_SHAPE: Final = 0
"""Fields of the tables ``Model``, ``SubGraph`` and ``Tensor`` of TensorFlow Lite (``schema.fbs``)."""
_MOST_INPUTS: Final = 64
_MOST_AXES: Final = 8
_EVENT_AXES, _STATE_AXES = 3, 2


def shape_of_file(file: Path) -> tuple[int, int]:
    """Returns dimension and units of a model; 0 if unknown, as in Keras files without metadata.

    It reads a few kB, so that a search among many models takes no time in the event loop.
    """
    noted = noted_shape(file)
    if noted[0]:
        return noted
    if (named := NAMED.search(file.stem)) is not None:
        return int(named[1]), int(named[3])
    try:
        if file.suffix == NPZ:  # an agent: a vector of moves has its parameters, an event a time too
            return array_shape(file, "moves")[1] + 1, 0
        return _tflite_shape(file) if file.suffix == ".tflite" else (0, 0)
    except (OSError, ValueError, IndexError, struct.error):
        return 0, 0


def _tflite_shape(file: Path) -> tuple[int, int]:
    """Returns the sizes of the inputs: an event has three axes, a state has two."""
    with open_regular(file) as opened:
        shapes = list(_input_shapes(opened))
    dimension = next((shape[-1] for shape in shapes if len(shape) == _EVENT_AXES), 0)
    return dimension, next((shape[-1] for shape in shapes if len(shape) == _STATE_AXES), 0)


def _input_shapes(file: BinaryIO) -> Iterator[tuple[int, ...]]:
    graphs, _ = _vector(file, _target(file, 0), _SUBGRAPHS)
    graph = _target(file, graphs)
    (tensors, count), (inputs, of) = _vector(file, graph, _TENSORS), _vector(file, graph, _INPUTS)
    for number in _numbers(file, "i" * min(of, _MOST_INPUTS), inputs):
        if 0 <= number < count:
            shape, axes = _vector(file, _target(file, tensors + 4 * number), _SHAPE)
            yield _numbers(file, "i" * min(axes, _MOST_AXES), shape)


def _vector(file: BinaryIO, table: int, field: int) -> tuple[int, int]:
    """Returns the place of the first item of a vector in a table, and the number of items; see FlatBuffers."""
    fields = table - _numbers(file, "i", table)[0]
    size = _numbers(file, "H", fields)[0]
    place = fields + 4 + 2 * field
    if place + 2 > fields + size or not (offset := _numbers(file, "H", place)[0]):
        raise ValueError("the field is missing")
    vector = _target(file, table + offset)
    return vector + 4, _numbers(file, "I", vector)[0]


def _target(file: BinaryIO, place: int) -> int:
    """Returns the place to which an offset points."""
    return place + _numbers(file, "I", place)[0]


def _numbers(file: BinaryIO, layout: str, place: int) -> tuple[int, ...]:
    file.seek(place)
    return struct.unpack(f"<{layout}", file.read(struct.calcsize(f"<{layout}")))

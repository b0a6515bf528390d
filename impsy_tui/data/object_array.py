"""Reader of object arrays of float arrays without unpickling.

NumPy writes an object array as a pickle, and a pickle can run code. This reader interprets only the opcodes that
NumPy 1 and 2 write for arrays of numbers (protocols 2 to 5), and refuses all others.
"""

import pickletools
from collections.abc import Callable
from io import BytesIO
from math import prod
from typing import Any, Final, NamedTuple

import numpy as np

from impsy_tui.errors import UserError

_MOST_OPCODES: Final = 5_000_000
_MOST_FLOATS: Final = 12_000_000
"""NumPy writes performances of one length number by number: a million events of 9-d are 9 million numbers."""
_FLOAT: Final = ord("G")
"""Opcode of a number; eight bytes follow."""
_TOGETHER: Final = 1000
"""Most numbers that are read at once, as many as NumPy writes in a row."""
_MOST_BYTES: Final = 256 << 20
"""Bytes of all arrays together; a pickle may repeat an array."""
_ARRAYS: Final = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC: Final = ("numpy.core.numeric", "numpy._core.numeric")
_NUMBERS: Final = frozenset(("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"))


class _Name(NamedTuple):
    module: str
    name: str


class _Kind:
    """Data type, before and after its state is set."""

    def __init__(self, code: str) -> None:
        if code not in _NUMBERS and code != "O8":
            raise UserError("has a performance that is not an array of numbers")
        self.code = code
        self.order = "="

    @property
    def is_object(self) -> bool:
        return self.code == "O8"

    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.order + self.code)


class _Array:
    """Array, before and after its state is set."""

    array: np.ndarray | None = None


class _Floats(NamedTuple):
    """Numbers that follow each other in a list."""

    values: np.ndarray


class _Mark:
    pass


def read_object_array(stream: BytesIO) -> Any:
    """Returns the array of a pickle of NumPy.

    Args:
        stream: stream at the beginning of the pickle.

    Raises:
        UserError: the pickle has another content.
        ValueError, EOFError, IndexError, TypeError, KeyError: the pickle is damaged.
    """
    return _Reader().read(stream)


class _Reader:
    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._bytes = self._floats = 0

    def read(self, stream: BytesIO) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > _MOST_OPCODES:
                raise UserError("is too large")
            if opcode.name == "STOP":
                return _plain(self._stack.pop())
            if opcode.name in _VALUES:
                self._stack.append(argument)
            elif opcode.name in _CONSTANTS:
                self._stack.append(_CONSTANTS[opcode.name]())
            elif opcode.name in _STEPS:
                _STEPS[opcode.name](self, argument)
            elif opcode.name not in ("PROTO", "FRAME"):
                raise UserError(
                    f"has a pickle with {opcode.name}, which is not an array of numbers: it is not trusted"
                )
            self._read_floats(stream)
        raise EOFError

    def _read_floats(self, stream: BytesIO) -> None:
        """Reads the numbers that follow at once: one by one, ten million take five seconds and 500 MB."""
        view, at = stream.getbuffer(), stream.tell()
        while at < len(view) and view[at] == _FLOAT and (most := min((len(view) - at) // 9, _TOGETHER)):
            rows = np.frombuffer(view, np.uint8, 9 * most, at).reshape(most, 9)
            others = np.flatnonzero(rows[:, 0] != _FLOAT)
            rows = rows[: others[0] if len(others) else most]
            self._floats += len(rows)
            if self._floats > _MOST_FLOATS:
                raise UserError(
                    "is too large: it is written number by number. dataset makes a smaller file of the logs"
                )
            self._stack.append(_Floats(rows[:, 1:].copy().view(">f8").ravel().astype(float)))
            at += 9 * len(rows)
        stream.seek(at)

    def name(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._push_name(module, name)

    def stack_name(self, _: None) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._push_name(module, name)

    def _push_name(self, module: str, name: str) -> None:
        found = _Name(module, name)
        if found not in _CALLS and found != ("numpy", "ndarray"):
            raise UserError(f"has {module}.{name}, which is not an array of numbers: it is not trusted")
        self._stack.append(found)

    def put(self, number: int) -> None:
        if isinstance(self._stack[-1], _Floats):
            raise TypeError  # NumPy does not name numbers, and a name could repeat them
        self._memo[number] = self._stack[-1]

    def memoize(self, _: None) -> None:
        self.put(len(self._memo))

    def get(self, number: int) -> None:
        self._stack.append(self._memo[number])

    def mark(self, _: None) -> None:
        self._stack.append(_Mark)

    def _since_mark(self) -> list[Any]:
        values = []
        while (value := self._stack.pop()) is not _Mark:
            values.append(value)
        return values[::-1]

    def tuple(self, _: None) -> None:
        self._stack.append(tuple(self._since_mark()))

    def tuple_of(self, count: int) -> None:
        values = tuple(self._stack[-count:])
        if len(values) < count:
            raise EOFError
        self._stack[-count:] = [values]

    def append(self, _: None) -> None:
        value = self._stack.pop()
        self._list().append(value)

    def appends(self, _: None) -> None:
        values = self._since_mark()
        self._list().extend(values)

    def _list(self) -> list[Any]:
        found = self._stack[-1]
        if not isinstance(found, list):
            raise TypeError
        return found

    def reduce(self, _: None) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        if not isinstance(function, _Name) or not isinstance(arguments, tuple):
            raise TypeError
        made = _CALLS[function](*arguments)
        if isinstance(made, _Array) and made.array is not None:
            self._count(made.array)
        self._stack.append(made)

    def build(self, _: None) -> None:
        state, built = self._stack.pop(), self._stack[-1]
        if not isinstance(state, tuple):
            raise TypeError
        if isinstance(built, _Kind):
            _set_kind(built, *state)
        elif isinstance(built, _Array) and built.array is None:
            built.array = _array_of(*state)
            self._count(built.array)
        else:
            raise TypeError

    def _count(self, array: np.ndarray) -> None:
        self._bytes += array.nbytes
        if self._bytes > _MOST_BYTES:
            raise UserError("is too large")


def _set_kind(kind: _Kind, *state: Any) -> None:
    """Sets the byte order of a simple type; refuses a type with fields, a shape or metadata."""
    order = state[1] if len(state) == 8 and state[1] in ("<", ">", "|", "=") else ""
    if not order or state != (3, order, None, None, None, -1, -1, 63 if kind.is_object else 0):
        raise UserError("has a performance that is not an array of numbers")
    kind.order = order


def _array_of(version: int, shape: Any, kind: Any, by_columns: Any, data: Any) -> np.ndarray:
    if version != 1 or not isinstance(kind, _Kind):
        raise TypeError
    if not kind.is_object:
        return _numbers(data, kind, shape, "F" if by_columns else "C")
    if not isinstance(data, list):
        raise TypeError
    if data and all(isinstance(item, _Floats) for item in data):
        return np.concatenate([item.values for item in data]).reshape(_checked(shape))
    items = [one for item in data for one in (item.values.tolist() if isinstance(item, _Floats) else [_plain(item)])]
    if len(items) != prod(_checked(shape)):
        raise ValueError("its shape does not fit")
    array = np.empty(len(items), object)
    for index, one in enumerate(items):
        array[index] = one
    return array.reshape(shape)  # row by row, also for an array in Fortran order


def _numbers(data: Any, kind: Any, shape: Any, order: Any) -> np.ndarray:
    if not isinstance(data, bytes | bytearray) or not isinstance(kind, _Kind) or kind.is_object:
        raise TypeError
    if not data:
        return np.zeros(_checked(shape) if prod(_checked(shape)) == 0 else (), kind.dtype())
    return np.frombuffer(data, kind.dtype()).reshape(_checked(shape), order="F" if order == "F" else "C")


def _from_buffer(data: Any, kind: Any, shape: Any, order: Any, *_: Any) -> _Array:
    made = _Array()
    made.array = _numbers(data, kind, shape, order)
    return made


def _checked(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) > 8 or not all(type(n) is int and 0 <= n < 1 << 40 for n in shape):
        raise ValueError("its shape is not valid")
    return shape


def _reconstruct(kind: Any, shape: Any, code: Any) -> _Array:
    if kind != ("numpy", "ndarray") or shape != (0,) or code not in (b"b", "b"):
        raise TypeError
    return _Array()


def _kind(code: Any, align: Any, copy: Any) -> _Kind:
    if not isinstance(code, str):
        raise TypeError
    return _Kind(code)


def _scalar(kind: Any, data: Any) -> float:
    return float(_numbers(data, kind, (), "C"))


def _encode(text: Any, encoding: Any) -> bytes:
    """Returns bytes, which protocol 2 writes as text."""
    if not isinstance(text, str) or encoding != "latin1":
        raise TypeError
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    return b""


def _plain(item: Any) -> Any:
    if isinstance(item, _Array) and item.array is not None:
        return item.array
    if isinstance(item, float | int | str | None):
        return item
    raise UserError("has a performance that is not an array of numbers")


_CALLS: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    **{_Name(module, "_reconstruct"): _reconstruct for module in _ARRAYS},
    **{_Name(module, "scalar"): _scalar for module in _ARRAYS},
    **{_Name(module, "_frombuffer"): _from_buffer for module in _NUMERIC},
    _Name("numpy", "dtype"): _kind,
    _Name("_codecs", "encode"): _encode,
    _Name("__builtin__", "bytes"): _no_bytes,
}
"""Allowed functions, each replaced by a function of this module: no state of the file reaches NumPy."""

_VALUES: Final = frozenset(
    (
        *("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    )
)
_CONSTANTS: Final[dict[str, Callable[[], Any]]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
}
_STEPS: Final[dict[str, Callable[[_Reader, Any], None]]] = {
    "GLOBAL": _Reader.name,
    "STACK_GLOBAL": _Reader.stack_name,
    "BINPUT": _Reader.put,
    "LONG_BINPUT": _Reader.put,
    "MEMOIZE": _Reader.memoize,
    "BINGET": _Reader.get,
    "LONG_BINGET": _Reader.get,
    "MARK": _Reader.mark,
    "TUPLE": _Reader.tuple,
    "TUPLE1": lambda reader, _: reader.tuple_of(1),
    "TUPLE2": lambda reader, _: reader.tuple_of(2),
    "TUPLE3": lambda reader, _: reader.tuple_of(3),
    "APPEND": _Reader.append,
    "APPENDS": _Reader.appends,
    "REDUCE": _Reader.reduce,
    "BUILD": _Reader.build,
}

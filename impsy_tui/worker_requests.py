"""Typed requests to workers, and the command that starts a worker with its request."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from impsy_tui.errors import UserError


class WorkerRequest(msgspec.Struct, frozen=True):
    """Request to a worker. The tag of a subclass is the name of the worker.

    A subclass is defined in the module of its worker. Fields may be paths.
    """


Request = TypeVar("Request", bound=WorkerRequest)


def worker_name(request: WorkerRequest) -> str:
    """Returns the name of the worker that a request is for."""
    return str(request.__struct_config__.tag)


def subject(request: WorkerRequest) -> str:
    """Returns the name of the worker and its first file, for messages."""
    first = getattr(request, request.__struct_fields__[0])
    return f"{worker_name(request)} {first[0] if isinstance(first, tuple) else first}"


def worker_command(request: WorkerRequest, python: str = sys.executable) -> list[str]:
    """Returns the command that starts a worker with a request.

    Args:
        request: The request.
        python: Interpreter of an environment that has what the worker needs.
    """
    return [python, "-P", "-m", "impsy_tui.workers", worker_name(request), encode_request(request)]


def encode_request(request: WorkerRequest) -> str:
    """Returns a request as JSON in ASCII, so that names of files with any bytes survive.

    Raises:
        UserError: A text has a zero byte, which no file and no name of a file can have.
    """
    fields = msgspec.to_builtins(request, enc_hook=_text_of_path)
    if any("\0" in text for text in _texts(fields)):
        raise UserError(f"{worker_name(request)}: a zero byte is not allowed. Remove it")
    return json.dumps(fields)


def decode_request(text: str, kind: type[Request]) -> Request:
    """Returns the request that a text holds.

    Args:
        text: JSON.
        kind: Class of the request.

    Raises:
        ValueError: The text is no JSON, or no request of this class.
    """
    return msgspec.convert(json.loads(text), kind, dec_hook=_path_of_text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _text_of_path(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"a request cannot hold {type(value).__name__}")


def _path_of_text(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"a request cannot hold {kind.__name__}")

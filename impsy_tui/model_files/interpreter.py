"""Interpreter of ``.tflite`` files: LiteRT, or the older tflite-runtime if that is installed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from impsy_tui.errors import UnsupportedModelError
from impsy_tui.installation import pip_line


def interpreter() -> tuple[Callable[..., Any], str]:
    """Returns the interpreter class of the installed runtime, and the runtime's name.

    Raises:
        UnsupportedModelError: neither runtime is installed.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        pass
    else:
        return Interpreter, "litert"
    try:
        from tflite_runtime.interpreter import Interpreter
    except ImportError:
        raise UnsupportedModelError(
            f"no interpreter for .tflite files is installed. To install one, type: {pip_line('ai-edge-litert')} "
            "(on a 32-bit Pi: tflite-runtime in place of ai-edge-litert)"
        ) from None
    return Interpreter, "tflite-runtime"


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Discards standard error of the whole process meanwhile: the interpreter prints a banner there."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)

"""Scripts for the POSIX shell of the other machine; all inserted words are quoted."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

NO_FOLDER: Final = 3
NO_PROGRAM: Final = 4
"""Exit codes of ``start`` and ``worker``; others are those of the program."""
SSH_FAILED: Final = 255
"""Exit code of ssh."""

FIND: Final = """
u=$(id -u)
first=$HOME/.local/state/impsy-tui
for f in "$first" "${XDG_RUNTIME_DIR:-/run/user/$u}/impsy-tui" "/run/user/$u/impsy-tui" "/tmp/impsy-tui-$u"; do
  if [ -O "$f" ] && [ ! -L "$f" ] && [ -S "$f/engine.sock" ]; then echo "$f/engine.sock"; exit; fi
done
echo "$first/engine.sock"
"""
"""Prints the path of the engine's socket."""

_PROGRAM: Final = f"""
cd -- "$folder" || exit {NO_FOLDER}
program=$PWD/.venv/bin/impsy-tui
if [ ! -x "$program" ]; then
  login=$("${{SHELL:-/bin/sh}}" -l -c 'command -v impsy-tui' </dev/null 2>/dev/null)
  program=$(printf '%s\\n' "$login" | grep '^/' | tail -n 1)
  [ -x "$program" ] || exit {NO_PROGRAM}
fi
"""
"""Enters the folder, and finds the program."""

_PYTHON: Final = """
python=$(dirname -- "$(readlink -f -- "$program")")/python
[ -x "$python" ] || python=$(sed -n '1s/^#! *//p' "$program")
"""
"""Finds the interpreter of the program."""


def start(folder: str, socket: Path | None, arguments: Sequence[str] = ()) -> str:
    """Returns a script that starts an engine in a folder, unless one runs.

    Args:
        folder: absolute path, or path below the home of the user; empty for the home.
        socket: control socket of the engine; None for the default.
        arguments: more arguments of ``impsy-tui run``.
    """
    named = ["--socket", str(socket)] if socket is not None else []
    run = 'exec "$program" start "$@" </dev/null'
    return f"exec 2>&1\n{_entering(folder)}{shlex.join(['set', '--', *named, *arguments])}\n{_PROGRAM}{run}\n"


def worker(folder: str, name: str, request: str) -> str:
    """Returns a script that runs a worker of the program that is installed in a folder, or on the PATH.

    Args:
        folder: absolute path, or path below the home of the user; empty for the home.
        name: name of the worker.
        request: its request.
    """
    words = shlex.join(["-P", "-m", "impsy_tui.workers", name, request])
    return f'{_entering(folder)}{_PROGRAM}{_PYTHON}exec "$python" {words}\n'


def _entering(folder: str) -> str:
    place = folder if folder.startswith("/") else f"./{folder}"  # otherwise "-" would be the previous folder
    return f"cd\nfolder={shlex.quote(place)}\n"


def last_lines(output: str) -> str:
    """Returns a script that prints the last lines of an engine's output file."""
    return f"output={shlex.quote(output)}\n" + '[ -f "$output" ] && tail -c 4000 -- "$output" | tail -n 8\n'

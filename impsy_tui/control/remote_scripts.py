"""Scripts for the POSIX shell of the other machine; all inserted words are quoted."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

NO_FOLDER: Final = 3
NO_PROGRAM: Final = 4
"""Exit codes of ``start``; others are those of the program."""

FIND: Final = """
u=$(id -u)
first=$HOME/.local/state/impsy-tui
for f in "$first" "${XDG_RUNTIME_DIR:-/run/user/$u}/impsy-tui" "/run/user/$u/impsy-tui" "/tmp/impsy-tui-$u"; do
  if [ -O "$f" ] && [ ! -L "$f" ] && [ -S "$f/engine.sock" ]; then echo "$f/engine.sock"; exit; fi
done
echo "$first/engine.sock"
"""
"""Prints the path of the engine's socket."""

_START: Final = f"""
exec 2>&1
cd -- "$folder" || exit {NO_FOLDER}
program=$PWD/.venv/bin/impsy-tui
if [ ! -x "$program" ]; then
  login=$("${{SHELL:-/bin/sh}}" -l -c 'command -v impsy-tui' </dev/null 2>/dev/null)
  program=$(printf '%s\\n' "$login" | grep '^/' | tail -n 1)
  [ -x "$program" ] || exit {NO_PROGRAM}
fi
exec "$program" start "$@" </dev/null
"""


def start(folder: str, socket: Path | None, arguments: Sequence[str] = ()) -> str:
    """Returns a script that starts an engine in a folder, unless one runs.

    Args:
        folder: absolute path, or path below the home of the user; empty for the home.
        socket: control socket of the engine; None for the default.
        arguments: more arguments of ``impsy-tui run``.
    """
    place = folder if folder.startswith("/") else f"./{folder}"  # otherwise "-" would be the previous folder
    named = ["--socket", str(socket)] if socket is not None else []
    words = shlex.join(["set", "--", *named, *arguments])
    return f"cd\nfolder={shlex.quote(place)}\n{words}\n{_START}"


def last_lines(output: str) -> str:
    """Returns a script that prints the last lines of an engine's output file."""
    return f"output={shlex.quote(output)}\n" + '[ -f "$output" ] && tail -c 4000 -- "$output" | tail -n 8\n'

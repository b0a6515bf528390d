"""Man page of the program, from its options: ``man_page.py FILE`` writes it, else it is printed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from cli import commands, default, kind_of, options_of, sentence, usage

from impsy_tui import __version__
from impsy_tui.cli.main import app

_HEAD = r"""
.\" scripts/make-reference makes this page from the options of the program.
.TH IMPSY\-TUI 1 "" "impsy\-tui {version}" "User Commands"
.SH NAME
impsy\-tui \- performance console for intelligent instruments
.SH SYNOPSIS
.B impsy\-tui
[\fIOPTIONS\fR] [\fICOMMAND\fR [\fIARGUMENTS\fR]]
.SH DESCRIPTION
You play a controller. A trained model listens, predicts the next event and its time, and plays with you.
Without a command,
.B impsy\-tui
opens the console on the running engine, or starts an engine with
.I config.toml
and opens the console on it.
.PP
The engine keeps playing when the console ends.
.B impsy\-tui shutdown
ends the engine.
.SH OPTIONS
""".lstrip()
_TAIL = r"""
.SH FILES
.TP
.I config.toml
Configuration, in the current folder.
.TP
.I scenes.toml
Scenes that the performer saved.
.TP
.IR logs/ ", " datasets/ ", " models/ ", " sets/
Performance logs, datasets, models and set lists.
.TP
.I ~/.local/state/impsy\-tui/engine.sock
Control socket of the engine.
.SH EXIT STATUS
0 if the command did its work, 1 if it failed, 2 if an option or argument is wrong.
.SH EXAMPLES
.TP
.B impsy\-tui play \-\-demo
Plays without hardware: a simulated musician and a shipped model.
.TP
.B impsy\-tui init \-\-guide
Asks a few questions and writes config.toml.
.TP
.B impsy\-tui send mode battle
Sends a command of the console to the running engine.
""".lstrip()


def page() -> str:
    """Returns the page in the man macros of troff."""
    root: Any = typer.main.get_command(app)
    lines = [_HEAD.format(version=_escaped(__version__))]
    lines += [*_options(root), ".SH COMMANDS\n"]
    for words, command in commands("impsy-tui", root):
        lines += _command(words.removeprefix("impsy-tui "), command)
    return "".join([*lines, _TAIL])


def _command(words: str, command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = "[OPTIONS]" if options_of(command) else ""
    yield f".SS {_escaped(' '.join(filter(None, [words, options, *map(usage, arguments)])))}\n"
    yield ".PP\n".join(f"{_line(sentence(' '.join(part.split())))}\n" for part in (command.help or "").split("\n\n"))
    for each in arguments:
        yield _entry(f"\\fI{_escaped(usage(each))}\\fR", each)
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    for each in options_of(command):
        names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in [*each.opts, *each.secondary_opts])
        kind = "" if each.is_flag else f" \\fI{_escaped(kind_of(command, each).upper())}\\fR"
        yield _entry(names + kind, each)


def _entry(tag: str, parameter: Any) -> str:
    text = sentence(" ".join((getattr(parameter, "help", "") or "").split()))
    if value := default(parameter).strip("`"):
        text += f" Default: {value}."
    return f".TP\n{tag}\n{_line(text)}\n"


def _escaped(text: str) -> str:
    """Returns a text in which troff sees no escapes and prints each hyphen as it is typed."""
    return text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...").replace("’", "'")


def _line(text: str) -> str:
    """Returns a line as text that troff does not take for a request."""
    return rf"\&{_escaped(text)}" if text.startswith((".", "'")) else _escaped(text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())

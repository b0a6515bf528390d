"""Command language: one table of commands, and a parser that marks the word that it cannot read."""

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, Source
from impsy_tui.language.commands import COMMANDS
from impsy_tui.language.parser import Mistake, first_refused, parse, parse_body, refused_in_file
from impsy_tui.language.program import Call, Chance, Change, Invocation, Macro, Moment, Program

__all__ = [
    "COMMANDS",
    "Argument",
    "ArgumentKind",
    "Call",
    "Chance",
    "Change",
    "Command",
    "Invocation",
    "Macro",
    "Mistake",
    "Moment",
    "Program",
    "Source",
    "first_refused",
    "parse",
    "parse_body",
    "refused_in_file",
]

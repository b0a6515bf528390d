"""The command language: one table of commands, and a parser that points at what it cannot read."""

from impsy_tui.language.commands import COMMANDS, Argument, Command, Kind
from impsy_tui.language.parse import Invocation, Mistake, parse

__all__ = ["COMMANDS", "Argument", "Command", "Invocation", "Kind", "Mistake", "parse"]

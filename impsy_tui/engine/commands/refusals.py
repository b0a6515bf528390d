"""Reasons why a line of a source is refused."""

from collections.abc import Mapping

from impsy_tui.language import Macro, Program, Source, first_refused


def refused(program: Program, source: Source, macros: Mapping[str, Macro]) -> str:
    """Returns why a line that was not typed now is refused, empty if the line may be carried out.

    Args:
        program: the line.
        source: source of the line.
        macros: macros of the performer, by name.
    """
    at_prompt = (each.command for each in program.walk() if each.command.ends or each.command.console)
    if name := next((command.name for command in at_prompt), ""):
        return f"{name} cannot be repeated: type it at the prompt"
    if name := first_refused(program, source, macros):
        return f"{name} is not allowed in a set list or a recording: type it at the prompt"
    return ""


def refused_from_network(channel: str, what: str, setting: str = "remote_commands") -> str:
    """Returns the message about input from another machine that the configuration does not allow.

    Args:
        channel: name of the channel that received the input.
        what: the input.
        setting: configuration key that allows the input.
    """
    return f"{what} from another machine is refused: [{channel.partition(' ')[0]}] {setting} = true allows it"

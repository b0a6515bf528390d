"""What becomes of a line that was typed: whether the console takes it, asks first, or leaves it undone."""

from typing import Final

from impsy_tui.language import Call, Invocation, Mistake, Program

IN_TRASH: Final = "The file moves to the trash; undo or restore brings it back."


def belongs_here(program: Program) -> bool:
    """Whether anything in a line is about the console."""
    return any(each.command.console for each in program.walk())


def taken_here(program: Program) -> Invocation | str:
    """The one command of a line that is about the console; or what is wrong with the line."""
    step = program.steps[0]
    if len(program.steps) == 1 and isinstance(step, Invocation) and step.command.console:
        return step
    name = next(each.command.name for each in program.walk() if each.command.console)
    return f"{name} is about this console: it is typed by itself, not with others, later, or in a word of yours"


def locked_away(program: Program) -> str:
    """Why the stage lock keeps a line from being carried out, empty if it does not."""
    for each in program.walk():
        if each.command.ends or each.command.name == "rename":
            return f"the stage lock is on: {each.command.name} waits for unlock"
    return ""


def shuts_down(read: Program | Mistake) -> bool:
    """Whether a line ends the engine at once."""
    return isinstance(read, Program) and any(
        shuts_down(step.program) if isinstance(step, Call) else step.command.name == "shutdown" for step in read.steps
    )


def question(line: str, program: Program) -> tuple[str, str, str] | None:
    """What is asked before a line is carried out that ends or deletes something.

    Returns:
        The question, what follows, and the word that does it; None if nothing is asked.
    """
    word = next((each.command.name for each in program.walk() if each.command.ends), "")
    if not word:
        return None
    if word == "delete":
        return f"{line}?", IN_TRASH, word
    if word == "shutdown":
        return "End the engine?", "The music stops and the log is closed.", word
    return f"{line}?", "It cannot be brought back.", word

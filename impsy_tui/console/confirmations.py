"""Checks before a typed line: console commands, questions, stage lock."""

from typing import Final

from impsy_tui.control.messages import Snapshot
from impsy_tui.language import Call, Invocation, Mistake, Program

IN_TRASH: Final = "The file moves to the trash; undo or restore brings it back."


def belongs_here(program: Program) -> bool:
    """Returns True if a line has a console command."""
    return any(each.command.console for each in program.walk())


def taken_here(program: Program) -> Invocation | str:
    """Returns the console command of a line, or a message if it is combined with others."""
    step = program.steps[0]
    if len(program.steps) == 1 and isinstance(step, Invocation) and step.command.console:
        return step
    name = next(each.command.name for each in program.walk() if each.command.console)
    return (
        f"{name} is a console command: type it on a separate line. "
        "It cannot be combined, scheduled or used in a macro"
    )


def locked_away(program: Program) -> str:
    """Returns the reason why the stage lock refuses a line; empty if it is allowed."""
    for each in program.walk():
        if each.command.is_lockable:
            return f"the stage lock is on: type unlock before {each.command.name}"
    return ""


def shuts_down(read: Program | Mistake) -> bool:
    """Returns True if a line ends the engine at once."""
    return isinstance(read, Program) and any(
        shuts_down(step.program) if isinstance(step, Call) else step.command.name == "shutdown" for step in read.steps
    )


def question(line: str, program: Program, snapshot: Snapshot | None = None) -> tuple[str, str, str] | None:
    """Returns the question before a line that ends or deletes something.

    Args:
        line: the line as typed.
        program: the parsed line.
        snapshot: newest snapshot, with the jobs of the engine.

    Returns:
        The question, the consequence and the command; None if the line needs no confirmation.
    """
    word = next((each.command.name for each in program.walk() if each.command.ends), "")
    if not word:
        return None
    if word == "delete":
        return f"{line}?", IN_TRASH, word
    if word == "scene delete":
        return f"{line}?", "undo restores the scene.", word
    if word == "shutdown":
        return "End the engine?", f"The music stops and the log is closed.{_ending(snapshot)}", word
    return f"{line}?", "This cannot be undone.", word


def _ending(snapshot: Snapshot | None) -> str:
    """Returns a sentence about the jobs that end with the engine; empty if none runs."""
    jobs = () if snapshot is None else snapshot.jobs
    running = [f"job {job.number} ({job.kind} {job.name})" for job in jobs if job.is_running]
    return f" With it {'end' if len(running) > 1 else 'ends'} {', '.join(running)}." if running else ""

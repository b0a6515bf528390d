"""Commands of the staff of an installation, from the web page of a channel."""

from typing import Final

from impsy_tui.channels.monitor import StaffReply
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.language import Mistake
from impsy_tui.parameters import MODE

STAFF_COMMANDS: Final = (MODE.name, "scene", "next", "pause", "resume", "panic", "fade")
"""Commands that the staff may give: none of them deletes, writes or ends anything."""


async def carry_out_staff_line(executor: Executor, host: str, line: str) -> StaffReply:
    """Carries out a line of the staff.

    Args:
        executor: Executor of the engine.
        host: Address of the sender.
        line: Line of commands.
    """
    program = executor.read(line)
    if isinstance(program, Mistake):
        return StaffReply(False, program.message)
    refused = next((each.command.name for each in program.walk() if each.command.name not in STAFF_COMMANDS), "")
    if refused:
        return StaffReply(False, f"{refused} is not for the staff. Allowed are {', '.join(STAFF_COMMANDS)}")
    reply = await executor.carry_out(line, 0, f"staff {host}")
    return StaffReply(reply.ok, reply.text)

"""What is plugged in, looked up in a process of its own: ``python -m impsy_tui.workers.list_ports ID API``.

Asking a system of MIDI may wait for it and never lets the interpreter go. Prints the message that
answers the question with this id; the engine passes it on unread.
"""

import os
import sys

from impsy_tui.control.encoding import encoded
from impsy_tui.control.messages import Ports
from impsy_tui.errors import UserError
from impsy_tui.limits import limit_process
from impsy_tui.workers.low_priority import step_back


def main() -> None:
    """See the module."""
    step_back()
    number, api = sys.argv[1:]
    answer = find_ports(api, int(number))
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(encoded(answer))


def find_ports(api: str = "", number: int = 0) -> Ports:
    """The MIDI inputs, MIDI outputs and serial ports of this machine, and why MIDI cannot be had.

    Args:
        api: as in the settings of ``[midi]``.
        number: of the question.
    """
    from serial.tools.list_ports import comports

    from impsy_tui.channels.midi.system.driver import loading_problem

    serial = tuple(sorted(port.device for port in comports()))
    if problem := loading_problem():
        return Ports(number, serial=serial, problem=problem)
    from impsy_tui.channels.midi.system.ports import list_ports

    try:
        inputs, outputs = list_ports(api)
    except UserError as refused:
        return Ports(number, serial=serial, problem=str(refused))
    return Ports(number, tuple(inputs), tuple(outputs), serial)


if __name__ == "__main__":
    limit_process("impsy_tui.workers.list_ports")
    main()

"""Worker that lists the MIDI and serial ports of this machine.

A MIDI system may block and hold the interpreter, so the engine does not call it. The worker prints the message that
answers the question with this number. The engine forwards the message without reading it.
"""

from impsy_tui.control.answers import Ports
from impsy_tui.errors import UserError
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers.messages import print_message


class Request(WorkerRequest, frozen=True, tag="list_ports"):
    """Request for the ports of this machine.

    Attributes:
        number: Number of the question.
        api: MIDI system, as in ``[midi]`` of the configuration.
    """

    number: int
    api: str = ""


def run(request: Request) -> None:
    """Prints the answer."""
    print_message(find_ports(request.api, request.number))


def find_ports(api: str = "", number: int = 0) -> Ports:
    """Returns the MIDI inputs, MIDI outputs and serial ports of this machine, and the reason if there is no MIDI.

    Args:
        api: MIDI system, as in ``[midi]`` of the configuration.
        number: number of the question.
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

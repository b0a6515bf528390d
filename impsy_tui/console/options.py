"""Options of the console."""

from dataclasses import dataclass, field
from pathlib import Path

from impsy_tui.control.messages import ConsoleSettings
from impsy_tui.control.remote import RemoteSocket


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What is said of it in the shell, and what the engine wishes.

    Attributes:
        socket: of the engine; None for the engine of this user.
        theme: its name, empty for the engine's wish.
        lean: fewer frames and digits; None for the engine's wish.
        wishes: the engine's, as far as they are known before it answers.
        remote: the connection to the machine of the engine; None for this machine.
    """

    socket: Path | None
    theme: str = ""
    lean: bool | None = None
    wishes: ConsoleSettings = field(default_factory=ConsoleSettings)
    remote: RemoteSocket | None = None

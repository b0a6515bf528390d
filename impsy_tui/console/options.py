"""Options of the console."""

from dataclasses import dataclass, field
from pathlib import Path

from impsy_tui.control.messages import ConsoleSettings
from impsy_tui.control.remote import RemoteSocket


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """Options of the shell, and settings of the engine for the console.

    Attributes:
        socket: socket of the engine; None for the engine of this user.
        theme: name of the theme; empty for the engine's setting.
        lean: True for fewer frames and digits; None for the engine's setting.
        wishes: the engine's settings, as far as they are known before it answers.
        remote: connection to the machine of the engine; None for this machine.
        score: name of the score that is opened first; empty for none.
    """

    socket: Path | None
    theme: str = ""
    lean: bool | None = None
    wishes: ConsoleSettings = field(default_factory=ConsoleSettings)
    remote: RemoteSocket | None = None
    score: str = ""

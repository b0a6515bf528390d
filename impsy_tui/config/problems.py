"""Problems of a configuration: message, file, line and key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a configuration.

    Attributes:
        message: problem and allowed values.
        file: name of the file, or of the command-line option.
        line: 1-based line in the file, 0 without a line.
        key: dotted path of the key, empty for the file as a whole.
        fatal: False for a warning: the configuration is usable.
    """

    message: str
    file: str = ""
    line: int = 0
    key: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [part for part in (place, shown_key(self.key)) if part]
        return ": ".join([*parts, self.message])


def shown_key(key: str) -> str:
    """Returns a key in the form of the file: ``[osc] server_port`` for ``osc.server_port``."""
    table, _, name = key.rpartition(".")
    return f"[{table}] {name}" if table else name

"""What is wrong with a configuration, said so that it can be put right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake or oddity in a configuration.

    Attributes:
        message: what is wrong and what is allowed.
        file: the file it is in, or the name of the command-line option.
        line: 1-based line in the file, 0 where no line can be named.
        key: dotted path of the key, empty for the file as a whole.
        fatal: False for a warning: the configuration can be used all the same.
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
    """``osc.server_port`` as it is found in the file: ``[osc] server_port``."""
    table, _, name = key.rpartition(".")
    return f"[{table}] {name}" if table else name

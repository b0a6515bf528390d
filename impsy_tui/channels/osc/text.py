"""OSC messages and addresses as text."""

from collections.abc import Sequence
from typing import Any


def is_local(host: str) -> bool:
    """Returns True for an address of this machine's loopback."""
    return host.startswith("127.") or host in ("::1", "::ffff:127.0.0.1")


def as_string(values: Sequence[float]) -> str:
    """Returns numbers as a text with spaces, which patches of RL-impro read."""
    return " ".join(f"{value:.6g}" for value in values)


def words(address: str, values: Sequence[Any]) -> str:
    """Returns at most 200 characters of a message as text."""
    shown = (f"{x:.2f}" if isinstance(x, float) else str(x) for x in values)
    return " ".join((address, *shown))[:200]

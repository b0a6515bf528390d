"""Corrects time tags of senders whose clock is ahead of this machine's clock."""

from collections.abc import Callable
from typing import Any, Final

_LARGEST_LATENCY: Final = 1.0
"""Seconds that a sender may plan ahead; a first bundle from further ahead comes from a clock that is wrong."""
_FURTHEST: Final = 60.0
"""Seconds. A bundle from further ahead shows that the sender's clock was set."""
_SET: Final = 8
"""Number of bundles in a row beyond the largest latency that shows that the sender's clock was set."""
_MOST_SENDERS: Final = 64


class _Sender:
    """The clock of one sender.

    Attributes:
        ahead: seconds that the clock is ahead of this machine; 0 within the largest latency.
        early: the latest bundles in a row that were further ahead than the largest latency.
    """

    __slots__ = ("ahead", "early")

    def __init__(self) -> None:
        self.ahead = 0.0
        self.early = 0


class SenderClocks:
    """Compares the clocks of senders with the clock of this machine by their first bundles.

    Args:
        report: reports to the performer, once for each host and correction.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._senders: dict[object, _Sender] = {}
        self._reported: dict[str, float] = {}

    def ahead(self, sender: Any, tag: float) -> float:
        """Returns the seconds by which a sender's clock is ahead, as far as they must be corrected.

        Args:
            sender: address and port of the sender.
            tag: seconds from now to the time tag, by this machine's clock.
        """
        return tag - self.wait(str(sender[0]), sender, tag)

    def wait(self, host: str, sender: object, ahead: float) -> float:
        """Returns the seconds until a bundle is due; 0 or less for at once.

        Args:
            host: name of the sender for the performer.
            sender: address and port of the sender.
            ahead: seconds from now to the time tag, by this machine's clock.
        """
        known = self._senders.get(sender)
        if known is None:
            if len(self._senders) >= _MOST_SENDERS:
                del self._senders[next(iter(self._senders))]
            known = self._senders[sender] = _Sender()
            self._compare(host, known, ahead)
        wait = ahead - known.ahead
        known.early = known.early + 1 if wait > _LARGEST_LATENCY else 0
        behind = known.ahead > 0.0 and wait < -_LARGEST_LATENCY
        if behind or wait > _FURTHEST or known.early >= _SET:
            self._compare(host, known, ahead)
            wait = ahead - known.ahead
        return wait

    def _compare(self, host: str, known: _Sender, ahead: float) -> None:
        known.early = 0
        known.ahead = ahead if ahead > _LARGEST_LATENCY else 0.0
        if not known.ahead or abs(known.ahead - self._reported.get(host, 0.0)) <= _LARGEST_LATENCY:
            return
        if len(self._reported) >= _MOST_SENDERS:
            del self._reported[next(iter(self._reported))]
        self._reported[host] = known.ahead
        self._report(f"the clock of {host} is {_span(known.ahead)} ahead of ours: its bundles play that much earlier")


def _span(seconds: float) -> str:
    for unit, name in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.1f} s"

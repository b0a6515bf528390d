"""Counting messages, and reporting what goes wrong without flooding anybody."""

from impsy_tui.channels.base import ChannelStatus, Listener


class RateMeter:
    """Counts messages, and how many there were in the last whole second."""

    __slots__ = ("_before", "_in_second", "_second", "total")

    def __init__(self) -> None:
        self.total = 0
        self._second = 0
        self._in_second = 0
        self._before = 0

    def count(self, now: float) -> None:
        """One message, at this time in seconds."""
        self.total += 1
        second = int(now)
        if second != self._second:
            self._before = self._in_second if second == self._second + 1 else 0
            self._second, self._in_second = second, 0
        self._in_second += 1

    def rate(self, now: float) -> int:
        """Messages in the last whole second before the one that is running."""
        second = int(now)
        if second == self._second:
            return self._before
        return self._in_second if second == self._second + 1 else 0


class ErrorCounter:
    """What went wrong on a channel: all counted, each kind told at most once a second.

    Args:
        listener: is told.
        name: of the channel.
    """

    def __init__(self, listener: Listener, name: str) -> None:
        self.count = 0
        self.last = ""
        self.last_at = 0.0
        self._scheduler = listener.scheduler
        self._listener = listener
        self._name = name
        self._silent: dict[str, int] = {}

    def note(self, kind: str, message: str, interval: float = 1.0) -> None:
        """Something went wrong.

        Args:
            kind: what is counted together; one of few, never made from what came in.
            message: for the performer.
            interval: seconds before this kind is told again.
        """
        self.count += 1
        self.last, self.last_at = message, self._scheduler.now()
        if kind in self._silent:
            self._silent[kind] += 1
            return
        self._silent[kind] = 0
        self._listener.trouble(self._name, message)
        self._scheduler.at(self.last_at + interval, self._sum_up, kind, message, interval)

    def _sum_up(self, kind: str, message: str, interval: float) -> None:
        more = self._silent.pop(kind, 0)
        if more:
            self._silent[kind] = 0
            last = "second" if interval == 1.0 else f"{interval:g} s"
            self._listener.trouble(self._name, f"{message} ({more} more in the last {last})")
            self._scheduler.at(self._scheduler.now() + interval, self._sum_up, kind, message, interval)


class ChannelTraffic:
    """What passes through a channel, both ways, and what goes wrong there."""

    def __init__(self) -> None:
        self.received = RateMeter()
        self.sent = RateMeter()

    def status(
        self, name: str, state: str, bound: str, now: float, words: tuple[str, str], troubles: ErrorCounter
    ) -> ChannelStatus:
        """A channel's status.

        Args:
            name, state, bound: see ``ChannelStatus``.
            now: in seconds.
            words: the last message in, and the last message out.
            troubles: what went wrong.
        """
        return ChannelStatus(
            name,
            state,
            bound,
            self.received.total,
            self.sent.total,
            self.received.rate(now),
            self.sent.rate(now),
            *words,
            troubles.last,
            troubles.last_at,
            troubles.count,
        )

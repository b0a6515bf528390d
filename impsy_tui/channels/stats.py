"""Counters of messages, and reports of problems that are limited in rate."""

from impsy_tui.channels.base import ChannelStatus, Listener


class RateMeter:
    """Counts messages, in total and in the last whole second."""

    __slots__ = ("_before", "_in_second", "_second", "total")

    def __init__(self) -> None:
        self.total = 0
        self._second = 0
        self._in_second = 0
        self._before = 0

    def count(self, now: float) -> None:
        """Counts one message at this time in seconds."""
        self.total += 1
        second = int(now)
        if second != self._second:
            self._before = self._in_second if second == self._second + 1 else 0
            self._second, self._in_second = second, 0
        self._in_second += 1

    def rate(self, now: float) -> int:
        """Returns the number of messages in the last complete second."""
        second = int(now)
        if second == self._second:
            return self._before
        return self._in_second if second == self._second + 1 else 0


class ErrorCounter:
    """Counts all problems of a channel, and reports each kind at most once a second.

    Args:
        listener: receiver of the reports.
        name: name of the channel.
    """

    def __init__(self, listener: Listener, name: str) -> None:
        self.count = 0
        self.last = ""
        self.last_at = 0.0
        self._last_kind = ""
        self._scheduler = listener.scheduler
        self._listener = listener
        self._name = name
        self._silent: dict[str, int] = {}

    def note(self, kind: str, message: str, interval: float = 1.0) -> None:
        """Counts a problem, and reports it if its kind was not reported lately.

        Args:
            kind: key for problems that are counted together; one of few, never made from received data.
            message: text for the performer.
            interval: seconds before this kind is reported again.
        """
        self.count += 1
        self.last, self.last_at, self._last_kind = message, self._scheduler.now(), kind
        if kind in self._silent:
            self._silent[kind] += 1
            return
        self._silent[kind] = 0
        self._listener.trouble(self._name, message)
        self._scheduler.at(self.last_at + interval, self._sum_up, kind, message, interval)

    def resolve(self, kind: str) -> None:
        """Removes the last problem if it is of this kind, such as a device that is back."""
        if kind == self._last_kind:
            self.last = ""

    def _sum_up(self, kind: str, message: str, interval: float) -> None:
        more = self._silent.pop(kind, 0)
        if more:
            self._silent[kind] = 0
            last = "second" if interval == 1.0 else f"{interval:g} s"
            self._listener.trouble(self._name, f"{message} ({more} more in the last {last})")
            self._scheduler.at(self._scheduler.now() + interval, self._sum_up, kind, message, interval)


class ChannelTraffic:
    """Traffic of a channel in both directions."""

    def __init__(self) -> None:
        self.received = RateMeter()
        self.sent = RateMeter()

    def status(
        self, name: str, state: str, bound: str, now: float, words: tuple[str, str], troubles: ErrorCounter
    ) -> ChannelStatus:
        """Returns the status of a channel.

        Args:
            name, state, bound: see ``ChannelStatus``.
            now: time in seconds.
            words: last received message and last sent message, as text.
            troubles: counted problems.
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

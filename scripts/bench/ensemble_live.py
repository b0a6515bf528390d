"""Measures the lateness of the touches of an ensemble of eight players.

A clip begins on a second counted from the start of the ensemble. A touch that only one clip has gives the beginning
of that clip, and so its distance from the second. The earliest touches give the seconds. The argument is the number
of minutes. An hour or more shows the growth of the memory too.
"""

import select
import sys
import time
from collections import Counter, defaultdict

from common import ROOT, arrival, percentile, running, table
from footprint import memory

from impsy_tui.channels.osc.packet import read_packet
from impsy_tui.ensemble.clips import SHIPPED, Clips, read_clips
from impsy_tui.ensemble.touches.surfaces import playback_touch

PLAYERS = 8
_PLAYBACK = "/metatone/playback/touch"
_EARLIEST = 0.001
"""Share of the earliest touches, which count as not delayed."""
_CONFIG = f"""
[[player]]
name = "ensemble"
kind = "ensemble"
players = {PLAYERS}
[demo]
touches = true
phrase = 8.0
rest = 2.0
"""


def offsets(clips: Clips) -> dict[tuple[float, ...], float]:
    """Returns the times of touches in their clip, for touches at a position that occurs in one clip only."""
    found: dict[tuple[float, ...], list[float]] = defaultdict(list)
    for clip in clips.all:
        for offset, x, y, velocity in clip.touches:
            found[_key(playback_touch("", x, y, velocity)[1])].append(offset)
    return {key: where[0] for key, where in found.items() if len(where) == 1}


def _key(arguments: tuple[object, ...]) -> tuple[float, ...]:
    return tuple(round(float(str(value)), 2) for value in arguments[1:])


def listen(minutes: float) -> tuple[list[float], Counter[str], list[float]]:
    """Returns the beginning of each touch's clip in its second, touches of each player, and megabytes by minute."""
    due = offsets(read_clips(ROOT / "models" / SHIPPED))
    phases: list[float] = []
    played: Counter[str] = Counter()
    used: list[float] = []
    with running("ours", "useronly", extra=_CONFIG) as program:
        program.drain()
        began = time.monotonic()
        end = began + 60.0 * minutes
        while (left := end - time.monotonic()) > 0:
            if time.monotonic() - began >= 60.0 * (len(used) + 1):
                used.append(sum(memory(program.process.pid)))
            if not select.select([program.output], [], [], left)[0]:
                continue
            data, at = arrival(program.output)
            for message in read_packet(data):
                if message.address == _PLAYBACK:
                    played[str(message.arguments[0])] += 1
                    if (offset := due.get(_key(message.arguments))) is not None:
                        phases.append((at - offset) % 1.0)
        used.append(sum(memory(program.process.pid)))
    return phases, played, used


def errors(phases: list[float]) -> list[float]:
    """Returns the seconds by which each touch is later than the earliest share; slightly below 0 for a few
    touches."""
    middle = phases[0]
    around = [(phase - middle + 0.5) % 1.0 - 0.5 for phase in phases]
    first = percentile(around, _EARLIEST)
    return [each - first for each in around]


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    phases, played, used = listen(minutes)
    late = errors(phases)
    row = [
        str(PLAYERS),
        f"{sum(played.values())}",
        f"{len(late)}",
        *(f"{percentile(late, share) * 1000:.2f}" for share in (0.5, 0.99, 0.999)),
        f"{max(late) * 1000:.2f}",
        f"{used[0]:.1f}",
        f"{used[-1]:.1f}",
    ]
    head = ["players", "touches", "of them separate", "error p50 ms", "p99", "p99.9", "worst"]
    head += ["MB after a minute", "MB at the end"]
    table(f"Touches of an ensemble, {minutes:g} min", head, [row])


if __name__ == "__main__":
    main()

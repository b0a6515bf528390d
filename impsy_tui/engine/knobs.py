"""What can glide: every setting with its value now, where it is to go, and how it is set."""

from collections.abc import Iterator, Sequence
from typing import Final

from impsy_tui import parameters
from impsy_tui.engine.gliding import Key, Track
from impsy_tui.engine.part_settings import AgentSettings
from impsy_tui.engine.parts import agents_of
from impsy_tui.engine.room import Sitter
from impsy_tui.engine.seat import Seat
from impsy_tui.engine.tempo import Tempo
from impsy_tui.language import Invocation
from impsy_tui.listening.corpus import FRAMES_A_SECOND

_BY_INDEX: Final = ("hold", "range", "release")
_OF_PLAYERS: Final = {
    "temp": ("temp",),
    "sigma": ("sigma",),
    "timescale": ("timescale",),
    "speed": ("timescale",),
    "threshold": ("threshold",),
    "budget": ("budget",),
    "smooth": ("smooth",),
    "rest": ("rest",),
    "hold": ("hold",),
    "range": ("low", "high"),
    "release": ("hold", "low", "high"),
}
OF_AGENTS: Final = ("budget", "smooth", "rest")
"""What agents alone have."""
_OF_TIME: Final = ("tempo", "swing")


def temp(player: Sitter, end: float) -> Track:
    """Pi temperature, or that of a band."""
    now = player.pi_temperature
    return Track((player.name, "temp", -1), now, end, lambda value: player.set_temperature(pi=value))


def sigma(seat: Seat, end: float) -> Track:
    """Sigma temperature."""
    now = seat.part.settings.sigma_temperature
    return Track((seat.name, "sigma", -1), now, end, lambda value: seat.set_temperature(sigma=value), log=True)


def timescale(seat: Seat, end: float) -> Track:
    """Timescale, and so speed."""
    return Track((seat.name, "timescale", -1), seat.part.settings.timescale, end, seat.set_timescale, log=True)


def threshold(seat: Seat, end: float) -> Track:
    """Seconds of silence before an answer."""
    return Track((seat.name, "threshold", -1), seat.part.settings.threshold, end, seat.set_threshold)


def budget(seat: Seat, end: float) -> Track:
    """How far an agent may move; from as far as it likes it begins with a step of every parameter with each frame."""
    now = seat.part.settings.agent.budget
    if now is None:
        agents = (part.player.model for part in agents_of([seat.part]))
        now = max((model.step * model.known.count * FRAMES_A_SECOND for model in agents), default=end)
        now = parameters.BUDGET.limits.clamp(now)

    def turn(value: float) -> None:
        for part in agents_of(seat.parts):
            part.set_budget(value)

    return Track((seat.name, "budget", -1), now, end, turn, log=True)


def smooth(seat: Seat, end: float) -> Track:
    """How long an agent's synth takes to come after it."""

    def turn(value: float) -> None:
        for part in agents_of(seat.parts):
            part.set_smooth(value)

    return Track((seat.name, "smooth", -1), seat.part.settings.agent.smooth, end, turn)


def rest(seat: Seat, end: float) -> Track:
    """Below what level an agent rests; what never did begins where it is to go."""
    now = seat.part.settings.agent.rest

    def turn(value: float) -> None:
        for part in agents_of(seat.parts):
            part.set_rest(value)

    return Track((seat.name, "rest", -1), end if now is None else now, end, turn)


def of_agent(seat: Seat, wanted: AgentSettings) -> Iterator[Track]:
    """What glides of an agent's settings."""
    yield smooth(seat, wanted.smooth)
    if wanted.budget is not None:
        yield budget(seat, wanted.budget)
    if wanted.rest is not None:
        yield rest(seat, wanted.rest)


def hold(seat: Seat, index: int, end: float) -> Track:
    """A value that is held; one that is not yet begins where it sounds."""
    now = seat.shaping.held.get(index, seat.sounding_at(index))

    def turn(value: float) -> None:
        seat.shaping.held[index] = value

    return Track((seat.name, "hold", index), end if now is None else now, end, turn)


def ranged(seat: Seat, index: int, low: float, high: float) -> Iterator[Track]:
    """Both ends of the range of a value."""

    def turn_low(value: float) -> None:
        seat.shaping.ranged[index] = (value, seat.shaping.ranged.get(index, (0.0, 1.0))[1])

    def turn_high(value: float) -> None:
        seat.shaping.ranged[index] = (seat.shaping.ranged.get(index, (0.0, 1.0))[0], value)

    low_now, high_now = seat.shaping.ranged.get(index, (0.0, 1.0))
    yield Track((seat.name, "low", index), low_now, low, turn_low)
    yield Track((seat.name, "high", index), high_now, high, turn_high)


def tempo(time: Tempo, end: float) -> Track:
    """Beats a minute."""
    return Track(("", "tempo", -1), time.beats, end, time.set_beats)


def swing(time: Tempo, end: float) -> Track:
    """How late every second line of the grid is."""
    return Track(("", "swing", -1), time.swing, end, time.set_swing)


def tracks_of(invocation: Invocation, players: Sequence[Sitter], time: Tempo) -> Iterator[Track]:
    """What a command glides if it stands behind ``over``; its dimensions must be there."""
    values = invocation.values
    numbers = [value for value in values.values() if isinstance(value, float)]
    match invocation.command.name:
        case "tempo":
            yield tempo(time, numbers[0])
            return
        case "swing":
            yield swing(time, numbers[0])
            return
        case "temp":
            yield from (temp(player, numbers[0]) for player in players)
            return
    seats = [player for player in players if isinstance(player, Seat)]
    if invocation.command.name in OF_AGENTS:
        seats = [seat for seat in seats if agents_of([seat.part])]
    for seat in seats:
        yield from _tracks_of_seat(invocation, seat, numbers)


def _tracks_of_seat(invocation: Invocation, seat: Seat, numbers: Sequence[float]) -> Iterator[Track]:
    match invocation.command.name:
        case "sigma":
            yield sigma(seat, numbers[0])
        case "timescale":
            yield timescale(seat, numbers[0])
        case "speed":
            yield timescale(seat, 1.0 / numbers[0])
        case "threshold":
            yield threshold(seat, numbers[0])
        case "budget":
            yield budget(seat, numbers[0])
        case "smooth":
            yield smooth(seat, numbers[0])
        case "rest":
            yield rest(seat, numbers[0])
        case "hold":
            for index in _indices(invocation, 0):
                yield hold(seat, index, numbers[0])
        case "range":
            for index in _indices(invocation, 0):
                yield from ranged(seat, index, numbers[0], numbers[1])


def keys_of(invocation: Invocation, players: Sequence[Sitter], width: int) -> Iterator[Key]:
    """What a command sets at once, so that nothing glides it any more.

    Args:
        invocation: the command.
        players: whom it is for.
        width: how many values the instrument has.
    """
    name = invocation.command.name
    if name in _OF_TIME:
        yield ("", name, -1)
    if name == "quantise" and "at" in invocation.values:
        yield ("", "tempo", -1)
    for setting in _OF_PLAYERS.get(name, ()):
        for player in players:
            for index in _indices(invocation, width) if name in _BY_INDEX else (-1,):
                yield (player.name, setting, index)


def _indices(invocation: Invocation, width: int) -> Sequence[int]:
    numbers = invocation.values.get("dimensions")
    return [number - 1 for number in numbers] if isinstance(numbers, tuple) else range(width)

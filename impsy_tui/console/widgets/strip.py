"""Status strip: mode and turn, parameters, model, log, timer and health."""

from typing import Final

from impsy_tui.console.drawing.items import Item, fit
from impsy_tui.console.drawing.lines import Line, Lines, Piece, amount, middle, short_model, span
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.scheduled import pending, staging
from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import PlayerState
from impsy_tui.modes import FILTER

_LITTLE_SPACE: Final = 500e6
_LATE: Final = 0.005
_HOT: Final = 80.0


class StatusStrip(Lines):
    """Strip of two lines, three with scheduled items, or one in a small window; less important items go first."""

    DEFAULT_CSS = "StatusStrip { height: 2; width: 1fr; } StatusStrip.-staged { height: 3; }"

    def __init__(self, palette: Palette, digits_every: int) -> None:
        super().__init__(palette, id="strip")
        self._digits_every = digits_every
        self._frame = 0
        self._slow: Snapshot | None = None
        self._last: tuple[Snapshot | None, LinkState, bool] = (None, LinkState.CONNECTING, False)

    def set_digits_every(self, frames: int) -> None:
        """Sets the number of frames between two changes of the numbers."""
        self._digits_every = frames

    def show(self, snapshot: Snapshot | None, link: LinkState, *, locked: bool) -> None:
        """Shows a snapshot; numbers that change all the time are updated a few times a second."""
        self._frame += 1
        if self._slow is None or self._frame % self._digits_every == 0 or link is not self._last[1]:
            self._slow = snapshot
        self._last = (snapshot, link, locked)
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        snapshot, link, locked = self._last
        width, palette = self.size.width, self.palette
        if link is not LinkState.UP:
            self.set_lines(_without_engine(snapshot, link, palette))
            return
        if snapshot is None or self._slow is None:
            self.set_lines([])
            return
        first = [*_playing(snapshot, palette, locked=locked), *pending(snapshot, palette)]
        second = _keeping(snapshot, self._slow, palette)
        third = staging(snapshot, self._slow, palette)
        self.set_class(bool(third), "-staged")
        if self.size.height == 1:
            self.set_lines([fit([*first, *third, *second], width, palette)])
        else:
            self.set_lines([fit(items, width, palette) for items in (first, second, third) if items])


def _without_engine(snapshot: Snapshot | None, link: LinkState, palette: Palette) -> list[Line]:
    if link is LinkState.CONNECTING:
        return [((" CONNECTING ", palette.warning_block),)]
    if link is LinkState.LOST:
        text = "  ○ the link is lost or the engine hangs; this is how it was"
        return [((" NO LINK ", palette.alarm_block), (text, palette.alarm))]
    if link is LinkState.FOREIGN:
        text = "the engine is of another version: update the older of the two"
    elif snapshot is None:
        text = "no engine answers; this console comes back when one does"
    else:
        text = "the engine has ended; this is how it was"
    return [((" NO ENGINE ", palette.alarm_block), ("  ○ " + text, palette.alarm))]


def _playing(snapshot: Snapshot, palette: Palette, *, locked: bool) -> list[Item]:
    player = snapshot.focused
    items = [Item(0, _turn(player, palette, thru=snapshot.thru))]
    if len(snapshot.players) > 1:
        items.insert(0, Item(0, (((f" {player.name} ", palette.text_block),),)))
    if player.paused:
        items.append(Item(0, (((" PAUSED ", palette.warning_block),),)))
    if player.agent is not None:
        items.append(_number("aim", str(player.parameters["aim"]), 0, palette))
    else:
        items.append(_number("temp", f"{player.number('temp'):.2f}", 1, palette))
    if player.agent is None and player.ensemble is None:
        stretch = player.number("timescale")
        items += [
            _number("sigma", f"{player.number('sigma'):.3g}", 1, palette, "sig"),
            _number("speed", f"×{1 / stretch:.3g}" if stretch else "max", 2, palette, "sp"),
        ]
    if player.mode == "callresponse":
        items.append(_number("threshold", f"{player.number('threshold'):.3g}s", 3, palette, "thr"))
    if snapshot.held:
        items.append(Item(2, (((f"held: {snapshot.held}", palette.warning),),)))
    if snapshot.thru:
        items.append(Item(2, ((("thru", palette.strong),),)))
    if snapshot.marks:
        changed = sum(map(bool, snapshot.marks))
        items.append(Item(4, (((f"{changed} shaped", palette.warning),),)))
    if locked:
        items.append(Item(1, (((" LOCKED ", palette.text_block),),)))
    return items


_TOGETHER: Final = {
    "battle": (" ◀ PLAYER ALONE ", " ◀ ALONE "),
    "polyphony": (" ◆ ANSWERS EACH ", " ◆ EACH "),
}
"""Labels of the modes without turns, long and short."""
_BOTH: Final = (" ◆ TOGETHER ", " ◆ BOTH ")


def _turn(player: PlayerState, palette: Palette, *, thru: bool) -> tuple[tuple[Piece, ...], ...]:
    name = FILTER if player.mode == "polyphony" and not thru else player.mode
    mode = (name.upper(), palette.strong)
    if player.ensemble is not None:
        playing = (" ◆ ALL PLAY ", palette.prediction_block)
        resting = (" THE ENSEMBLE RESTS ", palette.warning_block)
        return ((mode, (" ", palette.ground), resting if player.ensemble.resting else playing),)
    if player.mode == "useronly":
        return ((mode, (" ", palette.ground), (" YOU ALONE ", palette.input_block)),)
    long, short, style = {
        "you": (" ▶ YOUR TURN ", " ▶ YOU ", palette.input_block),
        "player": (" ◀ PLAYER'S TURN ", " ◀ PLAYER ", palette.prediction_block),
        "both": (*_TOGETHER.get(player.mode, _BOTH), palette.prediction_block),
    }[player.turn]
    if player.paused:
        long, short, style = " ▶ YOU ", " ▶ YOU ", palette.input_block
    space = (" ", palette.ground)
    return (mode, space, (long, style)), (mode, space, (short, style))


def _number(label: str, value: str, dearness: int, palette: Palette, short: str = "") -> Item:
    long = ((f"{label} ", palette.dim), (value, palette.strong))
    return Item(dearness, (long, ((f"{short} ", palette.dim), (value, palette.strong))) if short else (long,))


def _keeping(snapshot: Snapshot, slow: Snapshot, palette: Palette) -> list[Item]:
    items = [_model(snapshot, palette), _log(snapshot, slow, palette)]
    if slow.timer or slow.timer_runs:
        style = palette.strong if slow.timer_runs else palette.dim
        minutes, seconds = divmod(int(slow.timer), 60)
        time = (f"{minutes:02d}:{seconds:02d}", style)
        items.append(Item(1, ((("timer ", palette.dim), time), (time,))))
    late = f"{slow.lateness * 1000:.1f}ms"
    late_style = palette.warning if slow.lateness > _LATE else palette.text
    load = (f"{slow.load:.0%}", palette.warning if slow.load > 0.7 else palette.text)
    items.append(
        Item(
            3,
            (
                (("engine ", palette.dim), load, (" late ", palette.dim), (late, late_style)),
                (load, (" ", palette.ground), (late, late_style)),
            ),
        )
    )
    items += _machine(slow, palette)
    items.append(Item(5, ((("● link", palette.good),), (("●", palette.good),))))
    return items


def _model(snapshot: Snapshot, palette: Palette) -> Item:
    player = snapshot.focused
    loading = ((f" loading {middle(snapshot.loading, 16)}…", palette.warning),) if snapshot.loading else ()
    if player.kind == "dummy":
        return Item(0, (((" DUMMY: NO MODEL ", palette.alarm_block), *loading), ((" DUMMY ", palette.alarm_block),)))
    short = short_model(player.model, 20)
    return Item(2, (((player.model, palette.text), *loading), ((short, palette.text), *loading)))


def _log(snapshot: Snapshot, slow: Snapshot, palette: Palette) -> Item:
    log = snapshot.log
    if log.problem:
        waiting = f" {slow.log.rows - slow.log.written} wait"
        return Item(
            0,
            (
                ((" LOG! ", palette.alarm_block), (f" {log.problem},{waiting}", palette.alarm)),
                ((" LOG! ", palette.alarm_block),),
            ),
        )
    if not log.enabled:
        return Item(1, (((" LOG OFF ", palette.warning_block),),))
    return Item(1, ((("● REC ", palette.alarm), (f"{slow.log.rows}", palette.strong)),))


def _machine(snapshot: Snapshot, palette: Palette) -> list[Item]:
    items = []
    machine, free = snapshot.machine, snapshot.log.disk_free
    if machine.undervoltage:
        items.append(Item(0, (((" LOW VOLTAGE ", palette.alarm_block),), ((" VOLT! ", palette.alarm_block),))))
    if machine.throttled:
        items.append(Item(0, (((" THROTTLED ", palette.alarm_block),), ((" SLOW! ", palette.alarm_block),))))
    if machine.temperature is not None:
        hot = machine.temperature >= _HOT
        items.append(Item(4, (((f"{machine.temperature:.0f}°C", palette.warning if hot else palette.dim),),)))
    if 0 <= free < _LITTLE_SPACE:
        items.append(Item(0, (((f" DISK {amount(free)} LEFT ", palette.alarm_block),),)))
    elif free >= 0:
        items.append(Item(4, ((("disk ", palette.dim), (amount(free), palette.dim)),)))
    items.append(Item(5, ((("up ", palette.dim), (span(snapshot.uptime), palette.dim)),)))
    return items

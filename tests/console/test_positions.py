"""The whole first screen in many states: no element moves, whatever another one does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from textual.geometry import Region

from impsy_tui.console.widgets.event_log import Entry
from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import (
    ChannelState,
    CueState,
    GestureRecordingState,
    LogState,
    MachineState,
    PendingState,
    PlayerState,
    ReplayState,
    TempoState,
)
from tests.support.console_app import HUGE, LARGE, SMALL, Console, console, performed
from tests.support.snapshots import agent, ensemble, in_turn, job, playing

ANCHORS = (
    *("temp ", "sigma ", "speed [×m]", "threshold ", "thru", r"\d+ pending", r"\d/8 ", "REC CMDS", "LOCKED"),
    *("(?<= )● REC", "LOG!|LOG OFF", r"held: |\d+ shaped", "⚙2", r"1\d\d bpm", "01:23", r"(?<= )engine \d", "VOLT"),
    *("^you  player", "^pitch", "^x3", "x5", "x8", r"0\.75", "PLAYERS ─", "CHANNELS ─", "PENDING ─", "JOBS ─"),
    *("^● osc", r"(?<=\S  )● osc", "[●✗◌○] demo", "EVENTS ─", "F1 ", "F9 ", r"\^Q leave", "KEYS"),
)
"""Elements of the screen; each stands at one place, if it is there."""


GLIDES = ("over 20s temp 1.5 sigma 0.05 speed 2 threshold 3", "over 8s temp 0.62")


class State(NamedTuple):
    """One state of the screen."""

    name: str
    snapshot: Snapshot | None
    link: LinkState = LinkState.UP
    locked: bool = False


def _player(**fields: Any) -> Snapshot:
    return playing(players=(in_turn(**fields),))


def _pending(*lines: str) -> tuple[PendingState, ...]:
    return tuple(PendingState(number, line, line.split()[0], 12.0, 0.4) for number, line in enumerate(lines, 1))


def _replaced(what: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(what, **fields)


def _states() -> Iterator[State]:
    """Yields the states of one player."""
    yield from _players()
    yield from _times()
    yield from _troubles()
    yield State("back", playing())


def _players() -> Iterator[State]:
    """Yields turns, parameters, shaping and pending commands."""
    yield State("player's turn", playing())
    for mode, turn in (
        *(("callresponse", "you"), ("duet", "both"), ("battle", "both"), ("polyphony", "both"), ("useronly", "you")),
    ):
        yield State(f"{mode} {turn}", _player(mode=mode, turn=turn))
    yield State("filter", playing(players=(in_turn(mode="polyphony", turn="both"),), parameters={}))
    yield State("paused", _player(paused=True))
    yield State("nothing to come", _player(upcoming=(), output=(), output_age=-1.0))
    yield State("soon", _player(upcoming_in=0.01))
    yield State("trained", _player(trained=("temp", "sigma"), parameters={"temp": 0.8312, "sigma": 0.123}))
    yield State("extremes", _player(parameters={"temp": 10.0, "sigma": 10.0, "timescale": 0.01, "threshold": 999.0}))
    yield State("dummy", _player(kind="dummy", model=""))
    yield State("loading", playing(loading="musicMDRNN-dim9-layers2-units512-mixtures5-scale10-long"))
    yield State("audition", playing(audition=in_turn(model="higher")))
    yield State("other marks", playing(marks=("solo",) + ("muted",) * 7, names=("pitch",)))
    yield State("no marks", playing(marks=()))
    yield State("held note", playing(held="note 60, note 64, note 67", marks=()))
    yield State("one pending", playing(pending=_pending("after 10s mode duet")))
    yield State("many pending", playing(pending=_pending(*(f"every {n}s temp rand 0.5 1.5" for n in range(1, 13)))))
    yield State("pattern", playing(pending=(PendingState(1, 'temp "0.5 1"', "pattern", step="1"),)))
    yield State("glides", playing(pending=_pending(*GLIDES)))


def _times() -> Iterator[State]:
    """Yields recordings, musical time, cues, replays, jobs and the lock."""
    yield State("recording", playing(recording=True))
    own = {"thru": True, "tempo": 120.0}
    yield State("own time", playing(tempo=TempoState(beat=9.5), parameters=own))
    full = own | {"tempo": 174.25, "quantise": "1/16", "swing": 0.66, "hand over": "bar", "clock out": True}
    yield State("quantise", playing(tempo=TempoState(beat=4000.0), parameters=full))
    yield State("clock lost", playing(tempo=TempoState(lost=True), parameters=full | {"clock in": True}))
    yield State("link", playing(tempo=TempoState(peers=12, runs=False), parameters=full | {"clock link": True}))
    cue = CueState("evening", "breathing slowly", 3, 8, "few")
    yield State("cue", playing(cue=cue))
    yield State("last cue", playing(cue=_replaced(cue, number=8, following="")))
    replay = ReplayState("2026-05-01T20-00-00-9d-mdrnn", 80.0, 3245.0, 2.0)
    yield State("replay", playing(replay=replay))
    yield State(
        "everything",
        playing(
            cue=cue,
            replay=replay,
            tempo=TempoState(),
            parameters=full,
            recording=True,
            pending=_pending(*GLIDES),
            held="note 60",
        ),
    )
    yield State("locked", playing(), locked=True)
    yield State("locked and recording", playing(recording=True), locked=True)
    yield State("no job", playing(jobs=()))
    jobs = [_replaced(one, number=2) for one in (job(state="failed", text="loss is not a number"), job())]
    for one in jobs:
        yield State(f"job {one.state}", playing(jobs=(one,)))
    yield State(
        "many jobs", playing(jobs=(job(kind="dataset", of=0), *playing().jobs, job(number=3, state="finished")))
    )
    yield State("timer off", playing(timer=0.0, timer_runs=False))


def _troubles() -> Iterator[State]:
    """Yields problems of channels, log, machine and link."""
    (osc, demo), log = playing().channels, playing().log
    yield State("problem", playing(channels=(_replaced(osc, problem_age=0.5), demo)))
    yield State(
        "channels fail", playing(channels=(_replaced(osc, state="failed"), ChannelState("demo", "waiting", "device")))
    )
    yield State("busy channels", playing(channels=(_replaced(osc, received_rate=1234, sent_rate=5678), demo)))
    yield State("log problem", playing(log=_replaced(log, problem="the disk is full", written=1)))
    yield State("log off", playing(log=LogState(False, "", 0, 0, "", -1)))
    yield State("many events", playing(log=_replaced(log, rows=1234567), uptime=1e6, load=1.0, lateness=0.9999))
    yield State("low voltage", playing(machine=MachineState(84.0, undervoltage=True, throttled=True)))
    gesture = GestureRecordingState("big-swirl", True, 4.0, 10.0, 2, 18, 12, "swipe")
    yield State("recording of gestures", playing(gesture_recording=gesture))
    yield State("lost link", playing(), LinkState.LOST)
    yield State("no engine any more", playing(), LinkState.DOWN)


def _several() -> Iterator[State]:
    """Yields the states of several players of all kinds."""
    players = (in_turn(name="main"), ensemble(), agent(), in_turn(name="left", plays=(0, 1), hears=(0, 1)))
    for focus in ("main", "band", "ear", "left"):
        yield State(f"focus {focus}", playing(players=players, focus=focus))
    yield State(
        "rest", playing(players=(players[0], ensemble(resting=True, lead_age=-1.0), *players[2:]), focus="band")
    )
    yield State("audition", playing(players=(players[0], ensemble(auditioned="other"), *players[2:]), focus="band"))
    yield State(
        "agent rests", playing(players=(*players[:2], agent(resting=True, heard=-1.0), players[3]), focus="ear")
    )
    paused: tuple[PlayerState, ...] = tuple(_replaced(player, paused=True) for player in players)
    yield State("all pause", playing(players=paused, focus="main"))


class Places:
    """Places of everything that was seen, and what has moved."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, Any]] = {}
        self.moved: list[str] = []

    @property
    def count(self) -> int:
        """Number of widgets and elements that were seen."""
        return len(self._first)

    def look(self, here: Console, state: str) -> None:
        """Compares the screen with the earlier ones."""
        for widget in here.app.perform.query("*"):
            if widget.id and widget.display and widget.region.area:
                self._compare(f"#{widget.id}", (*widget.region.offset, widget.region.width), state)
        for anchor in ANCHORS:
            for y, line in enumerate(here.lines):
                if (found := re.search(anchor, line)) and not self._in_events(here, y):
                    self._compare(anchor, (y, found.start()), state)
                    break

    def _in_events(self, here: Console, y: int) -> bool:
        region: Region = here.app.perform.events.region
        return region.y < y < region.bottom

    def _compare(self, what: str, place: Any, state: str) -> None:
        before, first = self._first.setdefault(what, (state, place))
        if place != first:
            self.moved.append(f"{what}: {first} in '{before}', {place} in '{state}'")


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=["80x24", "120x40", "200x50"])
@pytest.mark.parametrize("states", [_states, _several])
@performed
async def test_no_element_of_the_screen_moves_in_any_state(
    states: Any, size: tuple[int, int], tmp_path: Path
) -> None:
    async with console(tmp_path / "none.sock", size, connected=False) as here:
        await here.detach()
        places = Places()
        for name, snapshot, link, locked in states():
            await here.show(snapshot, link, locked=locked)
            places.look(here, name)
        here.app.perform.events.add(Entry(0.0, "error", "", "a long answer of many words " * 12))
        await here.press("x")
        places.look(here, "mistake and long answer")
        await here.press("ctrl+c", "escape")
        places.look(here, "keys mode")
        assert places.moved == []
        assert places.count > 30


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=["80x24", "120x40", "200x50"])
@performed
async def test_no_element_of_the_stage_view_moves_in_any_state(size: tuple[int, int], tmp_path: Path) -> None:
    async with console(tmp_path / "none.sock", size, connected=False) as here:
        await here.detach()
        await here.show(playing())
        await here.press("f5")
        places = Places()
        for name, snapshot, link, locked in _states():
            await here.show(snapshot, link, locked=locked)
            places.look(here, name)
        await here.type("temp x")
        await here.press("enter")
        places.look(here, "mistake")
        await here.press("ctrl+c", "escape")
        places.look(here, "keys mode")
        assert places.moved == []

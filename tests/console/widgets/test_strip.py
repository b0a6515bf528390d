"""Strip: contents of its rows, and columns that never move."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from impsy_tui.console.drawing.slots import Slot, arrange, row
from impsy_tui.console.themes import Palette, ThemeFolders
from impsy_tui.console.widgets.strip import status_strip as strip
from impsy_tui.console.widgets.strip.status_strip import StatusStrip
from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import (
    ChannelState,
    CueState,
    LogState,
    MachineState,
    PendingState,
    ReplayState,
    TempoState,
)
from tests.support.snapshots import job, snapshot, staged

PALETTE = ThemeFolders().load("amber")
ROWS = (strip.TURN_ROW, strip.PARAMETER_ROW, strip.STATE_ROW)


class Strip(StatusStrip):
    """A strip of a given size without a screen."""

    def __init__(self, width: int, height: int = 3, palette: Palette = PALETTE) -> None:
        super().__init__(palette, 1)
        self._given = (width, height)

    @property
    def size(self) -> Any:  # type: ignore[override]
        """Size of the strip."""
        return type("Size", (), {"width": self._given[0], "height": self._given[1]})()


def rows(
    made: Snapshot, width: int, link: LinkState = LinkState.UP, *, height: int = 3, **options: bool
) -> list[str]:
    shown = Strip(width, height)
    shown.show(made, link, locked=options.get("locked", False))
    return ["".join(text for text, _ in line) for line in shown._lines]


def changed(**fields: Any) -> Snapshot:
    return msgspec.structs.replace(snapshot(), **fields)


_FOLLOWS = {"tempo": 90.0, "clock in": True}
_GRID = {"tempo": 90.0, "quantise": "1/8", "swing": 0.6}


def test_strip_names_the_simulated_performer_of_a_demo() -> None:
    channels = (ChannelState("osc", "open", ""), ChannelState("demo", "open", "simulated performer"))
    for turn, shown in (("you", "▶ DEMO PLAYS"), ("player", "◀ PLAYER'S TURN")):
        assert shown in rows(msgspec.structs.replace(snapshot(turn=turn), channels=channels), 80)[0]
    assert "▶ YOUR TURN" in rows(msgspec.structs.replace(snapshot(turn="you"), channels=channels[:1]), 80)[0]


def test_strip_shows_cue_recording_pending_commands_and_tempo() -> None:
    first, _, third = rows(staged(), 120)
    assert "cue 3/8 drop → break" in first
    assert "REC CMDS" in first
    assert third.startswith("120 bpm 1/16  3.2")
    assert "REPLAY" in third
    assert "3 pending" in third


def test_strip_shows_next_cue_at_eighty_columns() -> None:
    assert "3/8 drop → break" in rows(staged(), 80)[0]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"cue": CueState("first", "", 0, 8, "quiet")}, "cue 0/8 first → quiet"),
        ({"cue": CueState("first", "end", 8, 8, "")}, "cue 8/8 end ■ last"),
        ({"replay": ReplayState("a", 1.0, 2.0, 1.0)}, "REPLAY a 1s/2s"),
        ({"tempo": TempoState(), "parameters": {"tempo": 93.25, "clock in": True}}, "93.25 bpm clock  1.1"),
        ({"tempo": TempoState(lost=True), "parameters": _FOLLOWS}, "90 bpm CLOCK LOST   1.1"),
        ({"tempo": TempoState(runs=False), "parameters": _FOLLOWS}, "90 bpm clock stopped  1.1"),
        ({"tempo": TempoState(peers=2), "parameters": {"tempo": 90.0, "clock link": True}}, "90 bpm link 2  1.1"),
        (
            {"tempo": TempoState(), "parameters": _GRID | {"hand over": "bar", "clock out": True}},
            "90 bpm clock out 1/8 swing 60% over on bar  1.1",
        ),
    ],
)
def test_strip_shows_one_element(fields: dict[str, Any], shown: str) -> None:
    assert shown in "\n".join(rows(changed(**fields), 200))


@pytest.mark.parametrize("runs", [True, False])
def test_strip_shows_lost_clock_at_eighty_columns(runs: bool) -> None:
    third = rows(changed(tempo=TempoState(lost=runs, runs=runs), parameters=_FOLLOWS), 80)[2]
    assert ("CLOCK LOST" if runs else "clock stopped") in third


def test_strip_shows_target_of_ramp_next_to_value() -> None:
    ramp = (PendingState(1, "over 20s temp 1.5 speed 2", "over", 17.2, 0.2),)
    second = rows(changed(pending=ramp), 120)[1]
    assert "temp 1.00→1.5 17s" in second
    assert "speed ×1→2" in second


def test_strip_marks_values_that_patterns_play() -> None:
    lines = ('temp "0.5 1"', 'speed "1 2"')
    running = tuple(PendingState(number, line, "pattern", step="1") for number, line in enumerate(lines, 1))
    waiting = PendingState(3, 'sigma "0.1 0.2"', "pattern", due=1.5)
    second = rows(changed(pending=(*running, waiting)), 80)[1]
    assert "temp 1.00 pattern  " in second
    assert "speed ×1 pat  " in second
    assert second.count("pat") == 2


def test_strip_marks_temperature_of_the_training() -> None:
    made = snapshot(trained=("temp", "sigma"), parameters={"temp": 0.83, "sigma": 0.123})
    second = rows(made, 80)[1]
    assert second.startswith("temp 0.83 trained")
    assert "sigma 0.123 trained" in second


def test_strip_shows_ramp_of_focused_player_only() -> None:
    pending = (PendingState(1, "@other over 20s temp 1.5", "over", 17.2), PendingState(2, "not a line", "over", 1.0))
    assert "→" not in rows(changed(pending=pending), 120)[1]


def test_strip_shows_running_job_at_eighty_columns() -> None:
    assert "⚙1 train s 3/10" in rows(changed(jobs=(job(),)), 80)[2]


def test_strip_shows_alarms_of_the_machine_in_place_of_load() -> None:
    made = changed(machine=MachineState(undervoltage=True, throttled=True))
    assert "LOW VOLTAGE THROTTLED" in rows(made, 200)[2]
    assert "VOLT SLOW" in rows(made, 80)[2]
    hot = changed(machine=MachineState(temperature=84.0, undervoltage=True, throttled=True))
    assert "3 ALARMS" in rows(hot, 80)[2]


def test_strip_shows_log_problem_as_block() -> None:
    log = LogState(enabled=True, file="", rows=3, written=1, problem="the disk is full", disk_free=-1)
    assert " LOG! " in rows(changed(log=log), 80)[2]


def test_strip_keeps_state_rows_without_engine() -> None:
    first, second, _ = rows(snapshot(), 80, LinkState.DOWN)
    assert first.startswith(" NO ENGINE ")
    assert cell_len(first) == 80
    assert second.startswith("temp 1.00")


@pytest.mark.parametrize("turn", ["you", "player"])
@pytest.mark.parametrize("block", ["DUMMY", "LOCKED", "REC CMDS"])
def test_strip_reverses_blocks_to_their_row_without_colours(turn: str, block: str) -> None:
    made = msgspec.structs.replace(
        snapshot(mode="callresponse", turn=turn, kind="dummy" if block == "DUMMY" else "mdrnn"),
        recording=block == "REC CMDS",
    )
    shown = Strip(80, palette=ThemeFolders(glyphs=True).load("amber"))
    shown.show(made, LinkState.UP, locked=block == "LOCKED")
    reversed_texts = {text.strip(): bool(style.reverse) for text, style in shown._lines[0]}
    words = {"you": "▶ YOUR TURN", "player": "◀ PLAYER'S TURN"}[turn]
    assert reversed_texts[words] is (turn == "you")
    assert reversed_texts[block] is (turn == "player")


STATES: list[tuple[Snapshot, bool]] = [
    *(
        (snapshot(turn=turn, mode=mode), False)
        for turn, mode in (("you", "callresponse"), ("player", "callresponse"))
    ),
    *((snapshot(turn="both", mode=mode), False) for mode in ("battle", "polyphony", "duet")),
    (snapshot(mode="useronly", turn="you"), False),
    (snapshot(paused=True), False),
    (snapshot(), True),
    (snapshot(kind="dummy", model=""), False),
    (snapshot(parameters={"temp": 99.99, "sigma": 0.000123, "timescale": 0.001}), False),
    (changed(parameters={"thru": True}), False),
    (changed(held="note 60"), False),
    (changed(marks=("muted", "", "held")), False),
    (changed(timer=3725.0, timer_runs=True), False),
    (changed(recording=True), True),
    (changed(tempo=TempoState(), parameters=_GRID), False),
    (changed(tempo=TempoState(lost=True), parameters=_FOLLOWS), False),
    (changed(jobs=(job(),)), False),
    (changed(jobs=(job(), job(number=2, state="finished"))), False),
    (changed(pending=staged().pending), False),
    (changed(loading="a-model-with-a-long-name"), False),
    (changed(load=0.99, lateness=0.123), False),
    (changed(machine=MachineState(temperature=84.0, undervoltage=True, throttled=True)), False),
    (changed(log=LogState(enabled=False, file="", rows=0, written=0, problem="", disk_free=0)), False),
    (changed(log=LogState(enabled=True, file="", rows=9, written=1, problem="full", disk_free=9)), False),
    (changed(log=LogState(enabled=True, file="", rows=123_456, written=1, problem="", disk_free=9)), False),
    (changed(cue=CueState("first", "a very long name of a cue", 3, 8, "another name")), False),
    (changed(replay=staged().replay), False),
    (staged(), True),
    (staged(parameters=_GRID | {"thru": True}, held="note 60", jobs=(job(),), timer=1.0), True),
]


BLOCKS = ("mode", "flags", "log", "health", "player", "tempo")
"""Slots whose content may be a block, which begins with a space."""


@pytest.mark.parametrize("width", [80, 120, 200])
def test_strip_elements_keep_their_columns_in_every_state(width: int) -> None:
    assert len(STATES) >= 30
    for made, locked in STATES:
        for slots, text in zip(ROWS, rows(made, width, locked=locked), strict=True):
            assert cell_len(text) == width
            for place in arrange(slots, width):
                inside = text[place.at : place.at + place.cells]
                if place.slot.right:
                    continue
                assert inside[-1:] == " ", (place, text)
                if inside.strip() and place.slot.name not in BLOCKS:
                    assert inside[0] != " ", (place, text)


labels = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("漢語ab"), min_size=1, max_size=30)


@given(st.lists(st.lists(labels, min_size=1, max_size=3), max_size=6), st.integers(0, 120))
def test_row_has_exactly_its_width(contents: list[list[str]], width: int) -> None:
    slots = tuple(Slot(str(number), 9, grow=number % 2, right=number == 5) for number in range(len(contents)))
    forms = {
        str(number): tuple(((text, PALETTE.text),) for text in sorted(texts, key=cell_len, reverse=True))
        for number, texts in enumerate(contents)
    }
    line = row(arrange(slots, width), forms, width, PALETTE.ground)
    assert sum(cell_len(text) for text, _ in line) in (width, width + 1) or width < 9 * len(slots)


def test_strip_names_the_folder_of_a_model_that_another_folder_has_too() -> None:
    assert "models/" in rows(snapshot(model="m", origin="models/"), 80)[0]
    assert "…" in rows(snapshot(model="m", origin="/home/a-performer/models/"), 80)[0]

"""Targets of the dimensions in the panes of the channels."""

from pathlib import Path

import msgspec
import pytest
from rich.style import Style
from textual.geometry import Region

from impsy_tui.console.drawing.lines import Line, changed_cells
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import ChannelState, TargetState
from tests.support.console_app import HUGE, LARGE, SMALL, Console, console, performed
from tests.support.snapshots import AGENT, playing

_WAITING = ChannelState(
    "audio",
    "waiting",
    "the usual device",
    problem="This machine has no sound input: plug in a microphone, or start JACK",
)


def _targets(count: int, value: str = "64") -> tuple[TargetState, ...]:
    return tuple(TargetState(number, f"cc 1 {number + 20}", value) for number in range(1, count + 1))


def _mapped(count: int, more: int = 0) -> Snapshot:
    """Returns a snapshot whose first channel has targets: the last without a value, the first with a long text."""
    osc, demo = playing().channels
    last = TargetState(count, "note 2", "")
    targets = (TargetState(1, "/synth/cutoff 200 8000 log", "7999"), *_targets(count)[1:-1], last)
    return playing(channels=(msgspec.structs.replace(osc, targets=targets, more_targets=more), demo))


def _shown(here: Console, count: int) -> list[int]:
    """Returns the numbers of the dimensions whose target is on the screen."""
    return [number for number in range(2, count) if f"x{number} cc 1 {number + 20} " in " ".join(here.text.split())]


@pytest.mark.parametrize(("size", "keys"), [(SMALL, ("f7",)), (LARGE, ()), (HUGE, ())])
@performed
async def test_channel_pane_shows_each_target_with_its_last_value(
    size: tuple[int, int], keys: tuple[str, ...], tmp_path: Path
) -> None:
    async with console(tmp_path / "none.sock", size, connected=False) as here:
        await here.detach()
        snapshot = playing(channels=_mapped(8).channels, jobs=())
        await here.show(snapshot)
        await here.press(*keys)
        await here.show(snapshot)
        assert _shown(here, 8) == [2, 3, 4, 5, 6, 7]
        assert "7999" in here.text
        assert next(line for line in here.lines if "note 2" in line).rstrip().endswith(" -")
        assert "PENDING" in here.text


@performed
async def test_channel_pane_shows_all_of_a_long_target_where_there_is_room(tmp_path: Path) -> None:
    osc, demo = playing().channels
    targets = (TargetState(1, "/synth/filter/cutoff", "239.1"), TargetState(2, "/synth/decay", ""))
    async with console(tmp_path / "none.sock", HUGE, connected=False) as here:
        await here.detach()
        for shown, line in (
            (targets[:1], "  x1 /synth/filter/cutoff  239.1"),
            (targets, "  x1 /synth/filter/cutoff  239.1  x2 /synth/decay              -"),
        ):
            await here.show(playing(channels=(msgspec.structs.replace(osc, targets=shown), demo)))
            assert any(each.endswith(line) for each in here.lines), here.text


@performed
async def test_small_window_shows_one_line_for_each_channel(tmp_path: Path) -> None:
    async with console(tmp_path / "none.sock", SMALL, connected=False) as here:
        await here.detach()
        await here.show(_mapped(8))
        assert _shown(here, 8) == []
        assert sum("● osc" in line or "● demo" in line for line in here.lines) == 2
        await here.show(playing(channels=(msgspec.structs.replace(_mapped(1).channels[0], name="websocket"),)))
        assert "● websocket " in here.text
        await here.show(playing(channels=(_WAITING,)))
        assert "! This machine" in here.text


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE])
@performed
async def test_channel_pane_shows_channel_that_waits_next_to_an_agent(size: tuple[int, int], tmp_path: Path) -> None:
    heard = playing()
    player = msgspec.structs.replace(
        heard.focused, kind="agent", agent=AGENT, parameters={"aim": "imitate", "steer": "seek", "rest": -50.0}
    )
    async with console(tmp_path / "none.sock", size, connected=False) as here:
        await here.detach()
        snapshot = msgspec.structs.replace(heard, channels=(heard.channels[0], _WAITING), players=(player,), jobs=())
        await here.show(snapshot)
        await here.sees("◌ audio", "AGENT ─", "aim imitate", "steer seek", "rest -50", "smooth 0s")
        if size == LARGE:
            await here.sees("! This machine has no sound input: plug")
        elif size == HUGE:
            await here.sees("! This machine has no sound input: plug in a microphone, or", "start JACK")
            await here.show(msgspec.structs.replace(snapshot, scenes=("dark",)))
            await here.sees("! This machine has no sound input: plug in a microphone, or", "start JACK", "SCENES")
        await here.press("f6")
        await here.show(snapshot)
        assert ("CHANNELS · 1 more" in here.text) == (size != HUGE)
        await here.sees("AGENT ─", "◌ audio")


@performed
async def test_channel_pane_counts_targets_without_room(tmp_path: Path) -> None:
    async with console(tmp_path / "none.sock", LARGE, connected=False) as here:
        await here.detach()
        await here.show(_mapped(64, more=100))
        shown = len(_shown(here, 64)) + 1
        assert shown > 8
        assert f"{164 - shown} more: bindings" in here.text
        assert "⚙ 2 train s" in here.text


def test_changed_cells_are_those_of_changed_pieces() -> None:
    style = Style()

    def line(*texts: str) -> Line:
        return tuple((text, style) for text in texts)

    before = line("x1 ", "cc 1", " 64")
    assert list(changed_cells(3, before, line("x1 ", "cc 1", " 65"), 20)) == [Region(7, 3, 3, 1)]
    assert list(changed_cells(3, before, line("x2 ", "cc 1", " 65"), 8)) == [Region(0, 3, 3, 1), Region(7, 3, 1, 1)]
    assert list(changed_cells(3, before, line("x1 ", "cc 1 ", "64"), 20)) == [Region(0, 3, 20, 1)]

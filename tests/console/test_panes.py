"""The panes of the first screen: meters, channels, jobs and events, of real engines."""

import re
from collections.abc import Iterator

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.console.widgets.event_log import Entry, EventLog
from tests.console.conftest import PULSE, Rig, write_log
from tests.support.console_app import LARGE, console, performed
from tests.support.models import constant_model
from tests.support.waiting import wait_until

# Events


@performed
async def test_events_from_before_are_there(rig: Rig) -> None:
    rig.send("temp 1.11", "temp 1.22")
    async with console(rig.socket) as here:
        await here.sees("› temp 1.11", "› temp 1.22")


@performed
async def test_event_log_shows_commands_of_all_clients_in_order(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        rig.send("temp 1.33")
        await here.sees("› temp 1.33")
        await here.enter("mode duet")
        await here.sees("  duet: the player plays")
        lines = [line[9:] for line in here.lines]
        assert lines.index("› mode duet") == lines.index("› temp 1.33") + 1
        assert lines[lines.index("› mode duet") + 1].startswith("  duet: the player plays")


@performed
async def test_event_log_shows_newest_error_in_all_its_lines(rig: Rig) -> None:
    async with console(rig.socket) as here:
        events = here.app.perform.query_one(EventLog)
        events.add(Entry(0.0, "error", "", f"steer network: this agent hears {'loudness ' * 5}alone; seek hears all"))
        await here.sees("✗ steer network: this agent hears", "alone; seek hears all")
        events.add(Entry(0.0, "error", "", "what is far too long " * 10))
        await here.sees("…")
        assert sum("too long" in line for line in here.lines) == 3
        events.add(Entry(0.0, "reply", "", "steer seek"))
        await here.sees("far too long", "  steer seek")


@performed
async def test_paging_through_events_stays_where_it_is_read(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("f6")
        await here.sees("EVENTS ──")
        rig.send(*(f"sigma {number / 100}" for number in range(1, 41)))
        await here.sees("› sigma 0.4")
        assert "sigma 0.21" not in here.text
        await here.press("pageup", "pageup")
        await here.sees("newer below")
        shown = [line for line in here.lines if "› sigma" in line]
        rig.send("temp 1.5")
        await here.until(lambda: here.player.number("temp") == 1.5)
        await here.frames()
        assert [line for line in here.lines if "› sigma" in line] == shown
        await here.press("pagedown")
        await here.sees("newer below")
        await here.press("pagedown", "pagedown", "pagedown")
        await here.sees("› temp 1.5")
        await here.misses("newer below")
        await here.press("pageup")
        await here.enter("temp 1.6")
        await here.sees("› temp 1.6")


@performed
async def test_help_is_read_in_full(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("f6")
        await here.enter("help hold")
        await here.sees("hold X… VALUE", "these dimensions are played at one value", "for example: hold x4 0.5")


# Jobs


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Gives an engine with logs for a dataset."""
    folder = tmp_path_factory.mktemp("archive")
    constant_model(folder / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    write_log(folder / "logs" / "old-9d-mdrnn.log", 8)
    rig = Rig(folder, PULSE)
    yield rig
    rig.close()


@performed
async def test_jobs_pane_shows_running_job_and_last_result(archive: Rig) -> None:
    async with console(archive.socket, LARGE) as here:
        await here.sees("● link", "CHANNELS", "JOBS ──", "none: dataset 9, train s")
        await here.enter("dataset 9")
        await here.sees("dataset 9d", "✓ 1 dataset 9d", "119 events")
        await here.sees("job 1 builds a dataset from the logs")
        await here.enter("show jobs")
        await here.misses("JOBS")
        await here.enter("dataset 12")
        await here.enter("show jobs")
        await here.sees("JOBS ──", "✗ 2 dataset 12d")
        assert "✓ 1 dataset 9d" not in here.text


@performed
async def test_marks_of_what_was_done_to_values(rig: Rig, wide_rig: Rig) -> None:
    async with console(rig.socket) as here:
        for line, mark in (
            ("range x1 0 0.5", "range"),
            ("mute x1", "muted"),
            ("hold x2 0.5", "held"),
            ("invert x3", "inv"),
            ("solo x2", "solo"),
        ):
            await here.enter(line)
            await here.sees(f"\n{mark}", "shaped")
        await here.enter("release")
        await here.misses("\nmuted", "\nheld", "\nsolo", "shaped")
    async with console(wide_rig.socket) as here:
        await here.enter("mute x1")
        await here.sees("x1M")
        await here.enter("hold x2 0.5")
        await here.sees("x2H")
        await here.enter("release")
        await here.misses("x1M")


@performed
async def test_values_that_rest_are_dimmed_after_a_while(rig: Rig) -> None:
    controller = SimpleUDPClient("127.0.0.1", rig.port)
    rig.send("mode useronly")
    async with console(rig.socket) as here:
        meters = here.app.perform.meters
        controller.send_message("/interface", [0.5, 0.5, 0.5])
        await here.until(lambda: not meters._meters[0].input_stale)
        await here.until(lambda: meters._meters[0].input_stale)
        assert here.snapshot.input_age >= 2.0


@performed
async def test_audition_is_marked_and_named(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("mode battle")
        await here.enter("audition higher")
        await here.sees("◇ audition higher", "◇")
        await here.until(lambda: sum("◇" in line for line in here.lines) >= 4)  # head and three bars
        await here.enter("audition off")
        await here.misses("◇ audition")


@performed
async def test_channels_show_what_passes_and_what_is_wrong(rig: Rig) -> None:
    controller = SimpleUDPClient("127.0.0.1", rig.port)
    rig.send("mode battle")
    async with console(rig.socket, LARGE) as here:
        controller.send_message("/interface", [0.25, 0.5, 0.75])
        await here.sees("/interface 0.25 0.50 0.75", "/prediction 0.20 0.50 0.80")
        await here.until(lambda: re.search(r"out +[1-9]\d*/s", here.text))
        controller.send_message("/interface", [0.5])
        await here.sees("! ")
        await here.enter("show channels")
        await here.misses("CHANNELS")
        await here.enter("show channels")
        await here.sees("CHANNELS")


# Narrow and low


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (10, 3), (1, 1), (300, 90)])
@performed
async def test_windows_of_any_size(rig: Rig, size: tuple[int, int]) -> None:
    async with console(rig.socket, connected=False) as here:
        await here.sees("REC")
        await here.pilot.resize_terminal(*size)
        await here.frames()
        for page in ("f1", "f2", "f3", "f4", "f5", "f6", "f7"):
            await here.press(page)
            await here.pilot.pause()
        if size == (40, 10):
            await here.press("escape", "f5", "f6", "f6")
            await here.sees("CALLRESPONSE", "x1", "x3")
        await here.pilot.resize_terminal(80, 24)
        await here.sees("x1")


@performed
async def test_strip_keeps_what_matters_when_it_is_narrow(rig: Rig) -> None:
    rig.send("pause", "thru on", "timer start")
    async with console(rig.socket, (50, 20), connected=False) as here:
        await here.sees("CALLRESPONSE", "PAUSED", "REC")
        assert all(len(line) <= 50 for line in here.lines)


def test_engine_is_undisturbed_by_a_console_that_ends(rig: Rig) -> None:
    @performed
    async def visit() -> None:
        async with console(rig.socket) as here:
            await here.sees("REC")

    for _ in range(3):
        visit()
    wait_until(lambda: rig.engine.command("status").returncode == 0)


@performed
async def test_show_thinking_hides_and_shows_the_weights_of_a_real_model(rig: Rig) -> None:
    async with console(rig.socket) as here:
        rig.send("mode battle")
        meters = here.app.perform.meters
        await here.until(lambda: len(meters._weights) == len(here.player.weights) > 0)
        await here.enter("show thinking")
        await here.until(lambda: meters._weights == ())
        await here.enter("show thinking")
        await here.until(lambda: len(meters._weights) > 0)

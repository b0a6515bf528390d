"""Page with faders in a real browser."""

from typing import Any

import pytest

from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.config import WebSocket
from tests.support.channels.browser_page import Stage, on_stage
from tests.support.channels.chromium import PROGRAM, Chromium
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed (chromium)")

FADERS = (("control_change", 1, 1), ("control_change", 2, 7, 127, 0))


def test_finger_moves_a_fader(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        await stage.page.touch("touchStart", await stage.spot(0, 0.25))
        await until(lambda: bool(stage.hearing.updates))
        await stage.page.touch("touchMove", await stage.spot(0, 0.75))
        await stage.page.touch("touchEnd")
        await until(lambda: abs(stage.values(0)[-1] - 0.75) < 0.02)
        assert abs(stage.values(0)[0] - 0.25) < 0.02
        assert await stage.page.run("document.scrollingElement.scrollTop") == 0
        assert stage.values(1) == []

    assert on_stage(chromium, play, FADERS).troubles == []


def test_fingers_move_several_faders_at_once(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        start = await stage.spot(0, 0.5), await stage.spot(1, 0.5)
        await stage.page.touch("touchStart", *start)
        await stage.page.touch("touchMove", await stage.spot(0, 0.9), await stage.spot(1, 0.2))
        await until(lambda: bool(stage.values(0)) and abs(stage.values(0)[-1] - 0.9) < 0.02)
        # The limits of this fader are reversed: the upper end is 1 all the same.
        await until(lambda: bool(stage.values(1)) and abs(stage.values(1)[-1] - 0.2) < 0.02)
        await stage.page.touch("touchEnd")

    on_stage(chromium, play, FADERS)


def test_mouse_moves_a_fader_and_keeps_it_next_to_it(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        await stage.page.mouse("mousePressed", *await stage.spot(0, 0.5))
        x, y = await stage.spot(1, 0.8)
        await stage.page.mouse("mouseMoved", x, y)
        await stage.page.mouse("mouseReleased", x, y)
        await until(lambda: bool(stage.values(0)) and abs(stage.values(0)[-1] - 0.8) < 0.02)
        assert stage.values(1) == []

    on_stage(chromium, play, FADERS)


def test_prediction_moves_the_mark_and_the_fader_no_one_touches(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        stage.channel.send((0.25, 0.75))
        await stage.page.until(stage.shows(0, 32))
        await stage.page.until(stage.marks(0, 0.25))
        await stage.page.until(stage.shows(1, 32))  # 127 to 0
        await stage.page.until(stage.marks(1, 0.75))
        await stage.page.touch("touchStart", await stage.spot(0, 1.0))
        await stage.page.until(stage.shows(0, 127))
        stage.channel.send((0.5, 0.75))
        await stage.page.until(stage.marks(0, 0.5))
        assert await stage.page.run(stage.shows(0, 127))
        await stage.page.touch("touchEnd")
        stage.channel.send((0.0, 0.75))
        await stage.page.until(stage.shows(0, 0))

    on_stage(chromium, play, FADERS)


def test_curve_is_felt_and_followed(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        await stage.page.touch("touchStart", await stage.spot(0, 0.5))
        await until(lambda: bool(stage.hearing.updates))
        await stage.page.touch("touchEnd")
        value = stage.values(0)[-1]
        assert value < 0.2  # slow at first
        stage.channel.send((value,))
        await stage.page.until(stage.marks(0, 0.5))

    on_stage(
        chromium, play, FADERS, input=(("control_change", 1, 1, "exp"),), output=(("control_change", 1, 1, "log"),)
    )


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (("pitch_bend", 3), "e2"),
        (("control_change_14", 3, 7), "b227"),
        (("program_change", 3), "c2"),
        (("channel_pressure", 3), "d2"),
    ],
)
def test_other_kinds_are_faders_too(chromium: Chromium, entry: tuple[str | int, ...], says: str) -> None:
    async def play(stage: Stage) -> None:
        await stage.page.touch("touchStart", await stage.spot(0, 0.75))
        await until(lambda: bool(stage.values(0)) and abs(stage.values(0)[-1] - 0.75) < 0.02)
        await stage.page.touch("touchEnd")
        assert stage.hearing.bytes_heard[-1].hex().startswith(says)
        stage.channel.send((0.25,))
        await stage.page.until(stage.marks(0, 0.25))

    on_stage(chromium, play, (entry,))


def test_keys_sound_as_long_as_they_are_held_and_as_loud_as_their_fader_says(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        await stage.page.touch("touchStart", await stage.spot(1, 1.0))
        await stage.page.until(stage.shows(1, 127))
        await stage.page.touch("touchEnd")
        await stage.page.touch("touchStart", await stage.spot(0, 0.5))
        await until(lambda: stage.hearing.held == [True])
        await stage.page.touch("touchMove", await stage.spot(0, 0.75))
        await until(lambda: len(stage.hearing.messages) == 3)
        await stage.page.touch("touchEnd")
        await until(lambda: stage.hearing.held[-1] is False)
        on, off, next_on, next_off = stage.hearing.bytes_heard
        assert (on[0], on[2]) == (0x90, 127)
        assert (off[0], off[1]) == (0x80, on[1])
        assert next_on[1] > on[1]
        assert (next_off[0], next_off[1]) == (0x80, next_on[1])
        stage.channel.send((0.25, 0.5))
        await stage.page.until(stage.marks(0, 0.25))
        await stage.page.until(stage.marks(1, 0.5))
        assert not await stage.page.run("document.querySelector('.fader').classList.contains('stale')")
        stage.channel.silence()
        await stage.page.until("document.querySelector('.fader').classList.contains('stale')")

    on_stage(chromium, play, (("note_on", 1), ("note_velocity", 1)))


def test_page_reconnects_to_a_restarted_server(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        stage.channel.close()
        await stage.page.until("document.getElementById('state').textContent.startsWith('reconnecting')")
        stage.channel = WebSocketChannel(stage.settings)
        await stage.channel.open(stage.hearing, stage.dimension)
        stage.channel.send((0.5, 0.5))
        await stage.connected()
        await stage.page.until(stage.shows(0, 64))
        await stage.page.touch("touchStart", await stage.spot(0, 0.0))
        await until(lambda: stage.values(0)[-1:] == [0.0])
        await stage.page.touch("touchEnd")

    on_stage(chromium, play, FADERS)


def test_page_changes_with_the_mapping(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        stage.channel.close()
        port = stage.settings.server_port
        entries: Any = FADERS[:1] * 3
        stage.channel = WebSocketChannel(WebSocket(server_port=port, input=entries))
        await stage.channel.open(stage.hearing, stage.dimension)
        await stage.page.until("document.querySelectorAll('.fader').length === 3")

    on_stage(chromium, play, FADERS)


def test_fader_sends_at_most_sixty_times_a_second_and_its_last_place_always(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        # In the page, so that a move comes each millisecond.
        move = """(async () => {
          const fader = document.querySelector('.fader'), box = fader.querySelector('.track').getBoundingClientRect();
          const at = (type, share) => fader.dispatchEvent(new PointerEvent(type,
            { pointerId: 1, clientX: box.left + 5, clientY: box.bottom - share * box.height, bubbles: true }));
          at('pointerdown', 0);
          const began = performance.now();
          while (performance.now() - began < 500) {
            at('pointermove', (performance.now() - began) / 500);
            await new Promise((done) => setTimeout(done, 1));
          }
          at('pointermove', 1);
          at('pointerup', 1);
          return performance.now() - began;
        })()"""
        took = await stage.page.run(move)
        await until(lambda: stage.values(0)[-1] == 1.0)
        assert 1 < len(stage.values(0)) <= took * 0.06 + 3

    on_stage(chromium, play, FADERS)


def test_more_predictions_than_faders_are_shown_and_cannot_be_touched(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        stage.channel.send((0.25, 0.75))
        await stage.page.until(stage.marks(1, 0.75))
        await stage.page.touch("touchStart", await stage.spot(1, 0.5))
        await stage.page.touch("touchEnd")
        await stage.page.touch("touchStart", await stage.spot(0, 1.0))
        await stage.page.touch("touchEnd")
        await until(lambda: bool(stage.hearing.updates))
        assert stage.hearing.bytes_heard == [b"\xb0\x01\x7f"]

    on_stage(chromium, play, FADERS, input=FADERS[:1], output=(*FADERS[:1], ("control_change", 1, 2)))


def test_page_without_faders_shows_the_setting(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        assert "No faders yet" in await stage.page.run("document.querySelector('main').textContent")

    on_stage(chromium, play, ())


def test_page_follows_other_targets_once_no_finger_holds_a_fader(chromium: Chromium) -> None:
    mapped = "JSON.parse(document.getElementById('mapping')?.textContent ?? '{}').output?.[0]?.[1] === 3"

    async def play(stage: Stage) -> None:
        await stage.page.touch("touchStart", await stage.spot(0, 0.5))
        await until(lambda: bool(stage.hearing.updates))
        stage.channel.set_targets("websocket", ("cc 3 9, bend 4", "cc 2 7"))
        await stage.page.touch("touchMove", await stage.spot(0, 0.75))
        await until(lambda: abs(stage.values(0)[-1] - 0.75) < 0.02)
        assert not await stage.page.run(mapped)
        await stage.page.touch("touchEnd")
        await stage.page.until(mapped)
        await stage.connected()
        stage.channel.send((0.25, 0.75))
        await stage.page.until(stage.marks(0, 0.25))

    on_stage(chromium, play, FADERS)

"""Touches to and from browsers, and the page with the pad."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect

from impsy_tui.channels.base import EnsembleDisplay, TouchOutput, VirtualTouch
from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.channels.web.touch_protocol import TextTouch, read_touch
from impsy_tui.ensemble.touches.surfaces import (
    Lifted,
    gesture_message,
    guide_message,
    new_idea_message,
    state_message,
)
from impsy_tui.ensemble.touches.touch import Touch
from impsy_tui.errors import MalformedMessageError
from tests.support.channels.browser_page import Stage, on_stage
from tests.support.channels.chromium import PROGRAM, Chromium
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.web_listener import answers, said, with_channel
from tests.support.waiting import until

in_browser = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed (chromium)")

_DOWN = VirtualTouch("p2", 0.25, 0.75, 0.0, 3, 60, 96)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/touch/3/0.25/1", TextTouch(3, (0.25, 1.0))),
        (" /touch/0/1e-7/.5/0.125 ", None),
        ("/touch/0/1e-7/0.5/0.125", TextTouch(0, (1e-7, 0.5), 0.125)),
        ("/touch/0/-0.05/1.05", TextTouch(0, (0.0, 1.0))),  # just off the edge
        ("/touch/ended/12", TextTouch(12, None)),
        ("/channel/1/cc/1/64", None),
    ],
)
def test_text_says_what_a_finger_did(text: str, told: TextTouch | None) -> None:
    if told is None and text.strip().startswith("/touch"):
        with pytest.raises(MalformedMessageError, match="is not a touch such as"):
            read_touch(text)
    else:
        assert read_touch(text) == told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/touch/0/7/0.5", "an invalid touch: x is outside of the surface"),
        ("/touch/0/0.5/-3", "y is outside of the surface"),
        ("/touch/0/0.5/0.5/-1", "the velocity is out of range"),
        ("/touch/0/0.5/0.5/900", "the velocity is out of range"),
        ("/touch/0/nan/0.5", "is not a touch such as"),
        ("/touch/0/1e999/0.5", "x is outside of the surface"),
        ("/touch/-1/0/0", "is not a touch such as"),
        ("/touch/ended", "is not a touch such as"),
    ],
)
def test_touch_that_makes_no_sense_is_reported(text: str, why: str) -> None:
    with pytest.raises(MalformedMessageError, match=why):
        read_touch(text)


def test_touches_of_clients_are_the_lead_s_and_end_with_them() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as one, connect(url) as other:
            for text in ("/touch/0/0.25/0.5", "/touch/0/0.35/0.5", "/touch/ended/0", "/touch/0/0.35/0.5"):
                await one.send(text)
            await until(lambda: len(hearing.touches) == 4)
            await other.send("/touch/0/0.9/0.5")  # another surface: its finger comes down
            await other.send("/touch/1/0.9/0.5/0.25")
            await until(lambda: len(hearing.touches) == 6)
            await one.send("/touch/0/5/0.5")
            await one.send("/channel/1/cc/1/127")
            await until(lambda: bool(hearing.updates))
            assert channel.status().problems == 1
        await until(lambda: len(hearing.touches) == 9)

    hearing = with_channel(play, touches=True)
    velocities = [touch.velocity for touch in hearing.touches if isinstance(touch, Touch)]
    assert velocities == [0.0, pytest.approx(0.1), 0.0, 0.0, 0.25]
    assert hearing.touches[2] == Lifted("lead", 0)
    assert sorted(hearing.touches[6:]) == [Lifted("lead", 0), Lifted("lead", 0), Lifted("lead", 1)]
    assert all(touch.player == "lead" for touch in hearing.touches)
    assert hearing.updates == [[(0, 1.0)]]
    assert ["is an invalid touch" in text for text in hearing.troubles] == [True]


def test_touches_are_refused_without_the_setting() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        async with connect(url) as client:
            await client.send("/touch/0/0.25/0.5")
            await until(lambda: bool(hearing.troubles))
            assert not channel.shows_ensembles

    assert with_channel(play).touches == []


def test_ensemble_is_heard_and_seen_by_every_client_and_who_comes_later_hears_what_is_so() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        assert isinstance(channel, TouchOutput)
        assert isinstance(channel, EnsembleDisplay)
        channel.play_touch(_DOWN)  # without clients
        async with connect(url) as one:
            await until(lambda: channel.status().bound.endswith("1 client"))
            channel.play_touch(_DOWN)
            channel.play_touch(_DOWN._replace(x=0.5, velocity=0.0123456))
            channel.end_touch("p2")
            channel.show_touch("p3", 0.5, 1 / 3, 0.0)
            channel.send_ensemble_messages(
                [gesture_message("p2", 7), state_message("stasis", 1.0, 0.5), new_idea_message("trio")]
            )
            assert await said(one, 7) == [
                "/playback/touch/p2/0.25/0.75/0",
                "/playback/touch/p2/0.5/0.75/0.01235",
                "/playback/ended/p2",
                "/shown/touch/p3/0.5/0.33333/0",
                "/classifier/gesture/p2/SS",
                "/classifier/ensemble/state/stasis/1/0.5",
                "/classifier/ensemble/event/new_idea/trio/new_idea",
            ]
            assert channel.status().last_sent.endswith("new_idea")
            async with connect(url) as late:
                assert await said(late, 2) == ["/classifier/gesture/p2/SS", "/classifier/ensemble/state/stasis/1/0.5"]

    with_channel(play, touches=True)


def test_pad_is_the_first_page_where_there_are_touches_and_the_faders_are_next_to_it() -> None:
    first, pad, faders, nothing = answers(
        ("GET", "/"), ("GET", "/pad"), ("GET", "/faders"), ("GET", "/x"), touches=True
    )
    assert first[2] == pad[2]
    assert "impsy pad" in pad[2]
    assert "impsy faders" in faders[2]
    assert nothing[0] == 404
    assert "/pad (pad) and /faders (faders)" in nothing[2]
    for page in (pad, faders):
        assert "{{" not in page[2]
        assert "unsafe" not in page[1]["Content-Security-Policy"]
    (no_pad,) = answers(("GET", "/pad"))
    assert no_pad[0] == 404


async def _pad(stage: Stage, x: float, y: float) -> tuple[float, float]:
    """Returns the position on the page of a place of the pad."""
    box = await stage.page.run(
        "(b => [b.left, b.top, b.width, b.height])(document.getElementById('pad').getBoundingClientRect())"
    )
    return box[0] + x * box[2], box[1] + y * box[3]


def _touches(stage: Stage, finger: int) -> list[Touch]:
    return [touch for touch in stage.hearing.touches if isinstance(touch, Touch) and touch.finger == finger]


@in_browser
def test_fingers_on_the_page_are_separate_touches(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        first, second = await _pad(stage, 0.25, 0.5), await _pad(stage, 0.75, 0.25)
        await stage.page.touch("touchStart", first, second)
        await until(lambda: len(stage.hearing.touches) == 2)
        await stage.page.touch("touchMove", await _pad(stage, 0.5, 0.5), second)
        await until(lambda: len(_touches(stage, 0)) == 2)
        await stage.page.touch("touchEnd")
        await until(lambda: len([one for one in stage.hearing.touches if isinstance(one, Lifted)]) == 2)
        down, moved = _touches(stage, 0)
        assert (down.x, down.y, down.velocity) == (pytest.approx(0.25, abs=0.01), pytest.approx(0.5, abs=0.01), 0.0)
        assert moved.x == pytest.approx(0.5, abs=0.01)
        assert moved.velocity == pytest.approx(0.25, abs=0.01)
        assert _touches(stage, 1)[0].x == pytest.approx(0.75, abs=0.01)
        await stage.page.touch("touchStart", second)  # the number of a finger that was lifted is free
        await until(lambda: len(_touches(stage, 0)) == 3)
        await stage.page.touch("touchEnd")

    assert on_stage(chromium, play, touches=True).troubles == []


@in_browser
def test_finger_sends_at_most_sixty_times_a_second_and_its_last_place_always(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        took = await stage.page.run("""(async () => {
          const pad = document.getElementById("pad"), box = pad.getBoundingClientRect();
          const at = (type, share) => pad.dispatchEvent(new PointerEvent(type,
            { pointerId: 1, clientX: box.left + share * box.width, clientY: box.top + 9, bubbles: true }));
          at("pointerdown", 0);
          const began = performance.now();
          while (performance.now() - began < 500) {
            at("pointermove", (performance.now() - began) / 500);
            await new Promise((done) => setTimeout(done, 1));
          }
          at("pointermove", 1);
          at("pointerup", 1);
          return performance.now() - began;
        })()""")
        await until(lambda: isinstance(stage.hearing.touches[-1], Lifted))
        assert _touches(stage, 0)[-1].x == 1.0
        assert 1 < len(_touches(stage, 0)) <= took * 0.06 + 3

    on_stage(chromium, play, touches=True)


@in_browser
def test_page_shows_touches_of_all_players(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        channel, page = stage.channel, stage.page
        channel.send_ensemble_messages(
            [gesture_message(player, code) for player, code in (("lead", 0), ("p3", 7), ("p2", 1))]
        )
        await page.until("document.querySelectorAll('.player').length === 3")
        each = "(({ player, gesture }) => [player, gesture])"
        shown = await page.run(
            f"JSON.stringify([...document.querySelectorAll('.player')].map((p) => {each}(p.dataset)))"
        )
        assert json.loads(shown) == [["lead", "nothing"], ["p2", "fast-taps"], ["p3", "small-swirl"]]
        channel.play_touch(_DOWN)
        channel.show_touch("p3", 0.9, 0.1, 0.02)
        await page.until("document.getElementById('pad').dataset.p2 === '0.250 0.750'")
        await page.until("document.getElementById('pad').dataset.p3 === '0.900 0.100'")
        colours = "(p => p.getImageData(0, 0, p.canvas.width, p.canvas.height).data.some((v) => v > 0))"
        channel.play_touch(_DOWN)
        await page.until(f"{colours}(document.querySelector('#pad canvas').getContext('2d'))")
        await page.until(f"!{colours}(document.querySelector('#pad canvas').getContext('2d'))")  # trails fade
        channel.send_ensemble_messages([new_idea_message("trio")])
        await page.until("document.getElementById('idea').textContent === 'new idea'")

    assert on_stage(chromium, play, touches=True).touches == []


@in_browser
def test_pad_shows_the_requested_gesture(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        shown = "getComputedStyle(hint).display !== 'none' && hint.textContent"
        await stage.page.touch("touchStart", await _pad(stage, 0.5, 0.5))  # a hint is not needed any more
        await stage.page.touch("touchEnd")
        stage.channel.send_ensemble_messages([guide_message("fast-taps", 3, plays=False)])
        await stage.page.until(f"({shown}) === 'next: fast-taps in 3'")
        stage.channel.send_ensemble_messages([guide_message("fast-taps", 30, plays=True)])
        await stage.page.until(f"({shown}) === 'fast-taps · 30'")
        stage.channel.send_ensemble_messages([guide_message("", 0, plays=False)])
        await stage.page.until(f"({shown}) === false")

    on_stage(chromium, play, touches=True)


@in_browser
def test_pad_removes_player_without_news(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        stage.channel.send_ensemble_messages([gesture_message("p2", 1), gesture_message("p3", 1)])
        await stage.page.until("document.querySelectorAll('.player').length === 2")
        async with asyncio.timeout(60):
            while await stage.page.run("document.querySelectorAll('.player').length") != 1:
                stage.channel.send_ensemble_messages([gesture_message("p2", 1)])
                await asyncio.sleep(0.2)

    on_stage(chromium, play, touches=True)


@in_browser
def test_those_who_are_heard_here_sound_once_sound_is_asked_for(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        x, y, wide, tall = await stage.page.run(
            "(b => [b.left, b.top, b.width, b.height])(document.getElementById('sound').getBoundingClientRect())"
        )
        stage.channel.play_touch(_DOWN)
        await stage.page.until("document.getElementById('pad').dataset.p2 !== undefined")
        assert await stage.page.run("voices.size") == 0
        spot = x + wide / 2, y + tall / 2
        await stage.page.mouse("mousePressed", *spot)
        await stage.page.mouse("mouseReleased", *spot)
        await stage.page.until("ear !== null && ear.state === 'running'")
        stage.channel.show_touch("p3", 0.5, 0.5, 0.0)
        stage.channel.play_touch(_DOWN)
        await stage.page.until("voices.size === 1 && voices.get('p2').level.gain.value > 0.01")
        stage.channel.end_touch("p2")
        await stage.page.until("voices.get('p2').level.gain.value < 0.001")

    on_stage(chromium, play, touches=True)


@in_browser
def test_way_leads_from_the_pad_to_the_faders_and_back(chromium: Chromium) -> None:
    async def play(stage: Stage) -> None:
        for name in ("faders", "pad"):
            box = "document.querySelector('a').getBoundingClientRect()"
            x, y = await stage.page.run(f"(b => [b.left + b.width / 2, b.top + b.height / 2])({box})")
            await stage.page.touch("touchStart", (x, y))
            await stage.page.touch("touchEnd")
            await stage.page.until(f"document.title === 'impsy {name}'")
            await stage.connected()

    on_stage(chromium, play, (("control_change", 1, 1),), touches=True)

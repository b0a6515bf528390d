"""Clocks of senders that differ from the clock of this machine."""

import time

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.channels.osc.sender_clock import SenderClocks
from tests.channels.osc.test_channel import bundle
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.osc_listener import send_raw, with_channel
from tests.support.waiting import until

HOST = "192.168.4.2"
SENDER = (HOST, 50000)


def _clocks() -> tuple[SenderClocks, list[str]]:
    told: list[str] = []
    return SenderClocks(told.append), told


@pytest.mark.parametrize("ahead", [1.5, 20.0, 3600.0, 3 * 86400.0, 3e9])
def test_bundles_of_a_clock_ahead_play_now_and_in_their_own_rhythm(ahead: float) -> None:
    clocks, told = _clocks()
    assert clocks.wait(HOST, SENDER, ahead) == 0.0
    assert clocks.wait(HOST, SENDER, ahead + 0.25) == pytest.approx(0.25, abs=1e-6)
    assert clocks.wait(HOST, SENDER, ahead - 0.1) == pytest.approx(-0.1, abs=1e-6)
    (text,) = told
    assert HOST in text
    assert "ahead of ours" in text


def test_sender_that_plans_ahead_keeps_its_times() -> None:
    clocks, told = _clocks()
    for ahead in (0.2, 0.9, 0.0, 5.0, -3.0):
        assert clocks.wait(HOST, SENDER, ahead) == ahead
    assert told == []


def test_clock_that_is_set_while_it_plays_is_compared_again() -> None:
    clocks, _ = _clocks()
    clocks.wait(HOST, SENDER, 0.1)
    assert clocks.wait(HOST, SENDER, 3600.0) == 0.0
    assert clocks.wait(HOST, SENDER, 0.1) == pytest.approx(0.1)


def test_clock_that_is_set_by_seconds_is_compared_again_after_some_bundles() -> None:
    clocks, told = _clocks()
    clocks.wait(HOST, SENDER, 0.0)
    waits = [clocks.wait(HOST, SENDER, 10.0) for _ in range(12)]
    assert waits[0] == 10.0
    assert waits[-1] == 0.0
    assert len(told) == 1


def test_correction_is_reported_once_a_host_however_many_ports_it_has() -> None:
    clocks, told = _clocks()
    for port in range(200):
        assert clocks.wait(HOST, (HOST, port), 20.0 + port / 1000) == 0.0
    assert len(told) == 1
    assert len(clocks._senders) <= 64


def test_bundle_of_next_year_is_heard_at_once_and_its_clock_reported() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        began = time.monotonic()
        send_raw(client, bundle(time.time() + 3e7, 0.5, 0.5))
        send_raw(client, bundle(time.time() + 3e7 + 0.3, 0.25, 0.25))
        await until(lambda: len(hearing.vectors) == 2)
        assert hearing.times[1] - began > 0.2

    hearing = with_channel(play)
    assert hearing.vectors == [(0.5, 0.5), (0.25, 0.25)]
    assert "the clock of 127.0.0.1 is 347.2 days ahead of ours" in hearing.troubles[0]

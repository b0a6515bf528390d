"""Controllers with an OSC message for each fader, over real UDP sockets."""

import socket
from typing import Any

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.config import Osc
from impsy_tui.config.mapping_targets import OscTargets
from impsy_tui.config.value_types import InvalidValueError
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.osc_listener import with_channel
from tests.support.waiting import until


def _heard(messages: list[tuple[str, Any]], count: int, **settings: Any) -> Hearing:
    """Sends messages and waits for this number of updates and vectors together."""

    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        for address, arguments in messages:
            client.send_message(address, arguments)
        await until(lambda: len(hearing.updates) + len(hearing.vectors) >= count)

    return with_channel(play, **settings)


@pytest.mark.parametrize("entries", [("/1/fader{n}",), ("/1/fader1", "/1/fader2")])
def test_controllers_set_one_dimension_each(entries: tuple[str, ...]) -> None:
    hearing = _heard([("/1/fader2", 0.25), ("/1/fader1", 1)], 2, input=entries)
    assert hearing.updates == [[(1, 0.25)], [(0, 1.0)]]
    assert hearing.troubles == []


def test_arguments_of_one_message_set_several_values() -> None:
    hearing = _heard([("/3/xy", [0.25, 0.75])], 1, input=("/3/xy 2", "/3/xy"))
    assert hearing.updates == [[(0, 0.75), (1, 0.25)]]


def test_toggles_and_texts_are_numbers() -> None:
    messages = [
        ("/t1", True),
        ("/t1", False),
        ("/t1", "0.5"),
        ("/interface", [True, 0.5]),
        ("/interface", ["0.1", "1"]),
    ]
    hearing = _heard(messages, 5, input=("/t{n}",))
    assert hearing.updates == [[(0, 1.0)], [(0, 0.0)], [(0, 0.5)]]
    assert hearing.vectors == [(1.0, 0.5), (0.1, 1.0)]
    assert hearing.troubles == []


def test_patterns_count_for_faders_and_vectors() -> None:
    hearing = _heard([("/1/fader[1-2]", 0.5), ("/inter*", [0.25, 0.5])], 3, input=("/1/fader{n}",))
    assert hearing.updates == [[(0, 0.5)], [(1, 0.5)]]
    assert hearing.vectors == [(0.25, 0.5)]


@pytest.mark.parametrize(
    ("address", "arguments", "says"),
    [
        ("/1/fader1", [], "with 0 values is ignored"),
        ("/1/fader1", "loud", "not a number"),
        ("/1/fader1", float("nan"), "NaN"),
        ("/1/fader1", float("inf"), "NaN or infinity"),
        ("/2/*", 0.5, "/2/* matches nothing here; accepted are /interface with 2 floats"),
        ("/impsy/*", 0.5, "matches nothing here"),
    ],
)
def test_message_that_sets_nothing_is_reported(address: str, arguments: Any, says: str) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message(address, arguments)
        await until(lambda: bool(hearing.troubles))

    hearing = with_channel(play, input=("/1/fader{n}",))
    assert says in hearing.troubles[0]
    assert (hearing.updates, hearing.addresses) == ([], [])


def test_values_outside_the_bounds_are_clipped_and_reported() -> None:
    hearing = _heard([("/1/fader1", 127.0)], 1, input=("/1/fader{n}",))
    assert hearing.updates == [[(0, 1.0)]]
    assert "clipped" in hearing.troubles[0]


def test_unknown_address_is_answered_with_what_is_right() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        hearing.answer = "/9/fader1 means nothing here"
        client.send_message("/9/fader1", 0.5)
        await until(lambda: bool(hearing.troubles))

    (told,) = with_channel(play, input=("/1/fader{n}",)).troubles
    assert told == (
        "/9/fader1 means nothing here; accepted are /interface with 2 floats, /1/fader1, /1/fader2 with 1 float; "
        "learn x1 maps a fader to x1"
    )


def test_message_that_is_learned_has_no_other_effect() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        hearing.learns = "/1/fader1"
        client.send_message("/1/fader1", [0.5, True])
        client.send_message("/impsy/temp", 1.0)
        await until(lambda: bool(hearing.addresses))

    hearing = with_channel(play, input=("/1/fader{n}",))
    assert hearing.offered == [("/1/fader1", (0.5, True))]
    assert hearing.updates == []


def test_sources_change_have_ends_and_a_dimension_has_several() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        assert channel.sources() == {"osc": ()}
        channel.set_sources("osc", ("/xy, /pan -1 1", "/xy 2 20 2000 log"))
        client.send_message("/xy", [0.25, 200.0])
        client.send_message("/pan", -0.5)
        client.send_message("/xy", [0.5, -3])
        await until(lambda: len(hearing.updates) == 3)
        assert channel.sources() == {"osc": ("/xy, /pan -1 1", "/xy 2 20 2000 log")}

    hearing = with_channel(play)
    assert hearing.updates == [[(0, 0.25), (1, pytest.approx(0.5))], [(0, 0.25)], [(0, 0.5), (1, 0.0)]]
    assert "/xy with values outside its range: they are clipped" in hearing.troubles[0]


def test_predictions_go_to_each_fader_in_one_bundle(receiver: socket.socket) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.send((0.25, 0.75))

    with_channel(play, receiver, output=("/1/fader{n}",), output_address=("/impsy",))
    receiver.recv(1000)
    bundle = OscBundle(receiver.recv(1000))
    assert [(m.address, m.params) for m in bundle] == [("/1/fader1", [0.25]), ("/1/fader2", [0.75])]


def test_values_of_one_address_are_arguments_of_one_message(receiver: socket.socket) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.send((0.25, 0.75))

    with_channel(play, receiver, output=("/xy 3", "/xy"), output_address=("/impsy",))
    receiver.recv(1000)
    assert [(m.address, m.params) for m in OscBundle(receiver.recv(1000))] == [("/xy", [0.75, 0.0, 0.25])]


def test_targets_have_ends_and_a_dimension_has_several(receiver: socket.socket) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.send((0.25, 0.5))
        channel.set_targets("osc", ("/pan 1 -1", "/cutoff 200 800 log"))
        assert channel.played() == [(1, "/pan 1 -1", ""), (2, "/cutoff 200 800 log", "")]
        channel.send((0.25, 0.5))
        assert channel.played() == [(1, "/pan 1 -1", "0.500"), (2, "/cutoff 200 800 log", "400.0")]
        assert channel.targets() == {"osc": ("/pan 1 -1", "/cutoff 200 800 log")}

    with_channel(play, receiver, output=("/a, /xy 2 0 10",), output_address=("/impsy",))
    receiver.recv(1000)
    assert [(m.address, m.params) for m in OscBundle(receiver.recv(1000))] == [("/a", [0.25]), ("/xy", [0.0, 2.5])]
    receiver.recv(1000)
    changed = [(m.address, m.params) for m in OscBundle(receiver.recv(1000))]
    assert changed == [("/pan", [0.5]), ("/cutoff", [pytest.approx(400)])]


@pytest.mark.parametrize("text", ["cutoff", "/a 1 2 3 4", "/a 0 1 log", "/a 1 1", "/a 1 nan", "/a 1 b", "/a log, ,"])
def test_texts_that_are_no_osc_targets_are_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        OscTargets().check(text)


def test_controllers_follow_the_dimension() -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        channel.set_dimension(5)
        client.send_message("/1/fader4", 0.5)
        await until(lambda: bool(hearing.updates))

    assert with_channel(play, input=("/1/fader{n}",)).updates == [[(3, 0.5)]]


@pytest.mark.parametrize("value", ["1/fader1", "/a b", "/a 0", "/a 1 2 3 4", "/a/*", "/a 65", 5, "/", "/{m}"])
def test_wrong_address_is_refused(value: object) -> None:
    with pytest.raises(InvalidValueError):
        OscTargets().check(value)


@pytest.mark.parametrize(("value", "read"), [("/a", "/a"), (" /a{n}  2 ", "/a{n} 2"), ("", "")])
def test_right_address_is_taken(value: str, read: str) -> None:
    assert OscTargets().check(value) == read
    assert Osc(input=(read,)).input == (read,)

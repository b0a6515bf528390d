"""Thru of the input over a serial MIDI port, dimension by dimension."""

from impsy_tui.channels.midi.output_mapping import OutputMapping
from impsy_tui.engine.io.channel_output import ChannelOutput
from impsy_tui.engine.players.session import SessionSettings
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.channels.midi_wires import MIXED, channel_on, messages, silenced
from tests.support.channels.pseudo_terminals import Wire
from tests.support.engine.scripted_players import ScriptedSession
from tests.support.waiting import until


def test_released_key_is_reported_and_only_the_newest_key_counts(wire: Wire) -> None:
    channel = channel_on(wire, MIXED, MIXED)

    async def play(hearing: Hearing) -> None:
        wire.write(b"\x90\x3c\x40\x90\x3e\x40\x80\x3c\x00\x80\x3e\x00")
        await until(lambda: len(hearing.messages) == 4)
        assert hearing.let_go == [frozenset((0,))]

    perform(channel, play)


def test_thru_sends_said_dimensions_alone_and_ends_the_note_of_a_key(wire: Wire) -> None:
    channel = channel_on(wire, MIXED, MIXED)

    async def play(hearing: Hearing) -> None:
        await silenced(channel, wire)
        output = ChannelOutput(channel, hearing.scheduler)  # type: ignore[arg-type]
        output.pass_on((60 / 127, 0.0), frozenset((0,)))
        await until(lambda: messages(wire) == [b"\x90\x3c\x7f"])
        output.pass_on((60 / 127, 1.0), frozenset((1,)))
        await until(lambda: messages(wire)[1:] == [b"\xb0\x07\x7f"])
        output.end_notes(frozenset((0,)))
        await until(lambda: messages(wire)[2:] == [b"\x80\x3c\x00"])

    perform(channel, play)


def test_mapping_leaves_dimensions_that_were_not_said() -> None:
    mapping = OutputMapping(MIXED)
    assert mapping.messages((0.5, 0.5), said=frozenset((1,))) == [b"\xb0\x07\x40"]
    assert mapping.messages((0.5, 0.5), said=frozenset((0,))) == [b"\x90\x40\x7f"]


def test_thru_note_ends_with_its_key_and_with_pause() -> None:
    virtual = ScriptedSession("useronly", settings=SessionSettings(thru=True))
    virtual.play(0.5)
    virtual.session.released("in", frozenset((0,)))
    assert virtual.out.said[-1][1] == frozenset((0,))
    virtual.out.said.clear()
    virtual.session.pause()
    assert virtual.out.said[0][1] == frozenset((0,))

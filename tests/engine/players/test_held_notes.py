"""Held notes: how long they count as playing, and their release."""

from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui.channels.base import NoteHolder
from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.channels.serial.midi import SerialMidiChannel
from impsy_tui.channels.web.channel import WebSocketChannel
from impsy_tui.config import Midi, SerialMidi, WebSocket
from impsy_tui.control.client import connected
from impsy_tui.engine.players.session import SessionSettings
from impsy_tui.engine.players.turn_taking import Turn
from tests.support.channels.pseudo_terminals import wire_at
from tests.support.engine.scripted_players import ScriptedSession
from tests.support.engine_process import EngineProcess
from tests.support.waiting import wait_until


def test_held_note_without_note_off_silences_the_player_for_a_limited_time() -> None:
    virtual = ScriptedSession("callresponse", settings=SessionSettings(hold_limit=5.0))
    virtual.session.start()
    behaviour = virtual.behaviour
    threshold = behaviour.settings.threshold
    virtual.play(0.5)
    virtual.session.holding("keys", True, virtual.time.time)
    virtual.wait(threshold + 4.9)
    assert behaviour.turn is Turn.YOU
    assert not virtual.session.player_has_turn
    virtual.wait(0.3)
    assert behaviour.turn is Turn.PLAYER
    assert virtual.session.player_has_turn
    assert not virtual.session.holds
    assert any("held:" in text and "hold_limit" in text for _, text in virtual.told)


def test_every_channel_with_notes_can_forget_them() -> None:
    for channel in (MidiChannel(Midi()), SerialMidiChannel(SerialMidi(), "x"), WebSocketChannel(WebSocket())):
        assert isinstance(channel, NoteHolder)
        assert channel.held == ""
        assert not channel.sustained


def test_mapping_knows_held_notes_and_the_pedal() -> None:
    mapping = InputMapping((("note_on", 1),))
    mapping.updates(b"\x90\x3c\x40")
    assert mapping.held == [60]
    assert not mapping.sustained
    mapping.updates(b"\xb0\x40\x7f")
    assert mapping.sustained
    mapping.updates(b"\xb0\x40\x00")
    assert not mapping.sustained
    mapping.release()
    assert mapping.held == []


@pytest.mark.parametrize("command", ["panic", "reset"])
def test_command_clears_held_notes(start_engine: Callable[..., EngineProcess], tmp_path: Path, command: str) -> None:
    with wire_at(tmp_path / "ttyTEST") as wire:
        engine = start_engine(
            f'[model]\ndimension = 2\n[serialmidi]\nport = "{wire.path}"\ninput = [["note_on", 1]]\noutput = []\n'
        )
        wire.write(b"\x90\x3c\x40")
        with connected(engine.socket) as console:
            wait_until(lambda: console.snapshot().held == "note 60")
            assert console.command(command).ok
            wait_until(lambda: console.snapshot().held == "")

"""Players that share an output: only played notes sound."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.midi.output_mapping import OutputMapping
from impsy_tui.engine.players.routing import Routing
from tests.support.engine.scripted_players import RecordingChannel, ScriptedSession

COUNT = 4


class _Notes(RecordingChannel):
    """Channel that sends a note for each value, and keeps the sounding notes."""

    def __init__(self, virtual: ScriptedSession, max_rate: float) -> None:
        super().__init__(virtual.time, max_rate)
        self.mapping = OutputMapping([("note_on", channel + 1) for channel in range(COUNT)])
        self.on: set[int] = set()
        """MIDI channels with a sounding note, one per value."""

    def _pass(self, messages: list[bytes]) -> None:
        for message in messages:
            status, channel = message[0] & 0xF0, message[0] & 0x0F
            (self.on.add if status == 0x90 else self.on.discard)(channel)

    def send(self, values: Sequence[float], muted: frozenset[int] = frozenset()) -> None:
        self._pass(self.mapping.messages(values, muted))

    def end_notes(self, indices: frozenset[int]) -> None:
        self._pass(self.mapping.end_notes(indices))

    def silence(self) -> None:
        self._pass(self.mapping.silence())

    def panic(self) -> None:
        self._pass(self.mapping.panic())


_WIRINGS = {"main": (0, 1), "b": (1, 2), "c": (2, 3)}
_DEEDS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0.01, 0.4)),
    st.tuples(st.sampled_from(("pause", "resume", "panic")), st.sampled_from(sorted(_WIRINGS))),
    st.tuples(st.sampled_from(("mute", "release")), st.tuples(st.sampled_from(sorted(_WIRINGS)), st.integers(0, 3))),
)


@given(st.lists(_DEEDS, max_size=40), st.sampled_from((0.0, 5.0)), st.sampled_from((0.0, 0.05)))
def test_only_what_is_played_sounds_and_in_the_end_nothing(
    deeds: list[tuple[str, Any]], max_rate: float, delay: float
) -> None:
    virtual = ScriptedSession(
        "battle", dimension=3, instrument=COUNT + 1, routing=Routing(_WIRINGS["main"], _WIRINGS["main"])
    )
    for name, dt in (("b", 0.07), ("c", 0.13)):
        virtual.join(name, "battle", dimension=3, dt=dt, routing=Routing(_WIRINGS[name], _WIRINGS[name]))
    channel = _Notes(virtual, max_rate)
    virtual.session.outputs.open([channel])
    virtual.session.outputs.nudge("out", delay)
    players = virtual.session.players
    for deed, about in deeds:
        match deed:
            case "wait":
                virtual.wait(about)
            case "mute":
                players[about[0]].shaping.muted.add(about[1])
                players[about[0]].end_muted()
            case "release":
                players[about[0]].shaping.release([about[1]])
            case _:
                getattr(players[about], deed)()
        allowed = {
            index
            for player in players.values()
            for index in player.plays
            if not player.behaviour.paused and index not in player.shaping.muted
        }
        assert delay or channel.on <= allowed
    for player in players.values():
        player.pause()
    virtual.wait(1)
    assert channel.on == set()

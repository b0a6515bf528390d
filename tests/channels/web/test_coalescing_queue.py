"""Messages for slow clients: the same final state as after all messages."""

from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.web.coalescing_queue import CoalescingQueue
from impsy_tui.channels.web.touch_protocol import ended_text, message_text, touch_text
from impsy_tui.ensemble.touches.surfaces import gesture_message, new_idea_message, state_message

_NOTES = st.tuples(st.sampled_from([0x80, 0x90, 0x81, 0x91]), st.integers(60, 62), st.just(64))
_OTHERS = st.one_of(
    st.tuples(st.just(0xB0), st.integers(1, 3), st.integers(0, 127)),
    st.tuples(st.sampled_from([0xC0, 0xD1]), st.integers(0, 127)),
    st.tuples(st.just(0xE0), st.integers(0, 127), st.integers(0, 127)),
)
_VECTORS = st.lists(st.lists(st.one_of(_NOTES, _OTHERS).map(bytes), max_size=6), max_size=6)


def _sent(pending: CoalescingQueue) -> list[bytes]:
    messages: list[bytes] = []

    def keep(message: bytes) -> bytes:
        messages.append(message)
        return b""

    pending.encoded(keep)
    return messages


def _hear(messages: list[bytes], state: dict[bytes, bytes], sounding: set[tuple[int, int]]) -> None:
    """Returns the state of a synthesiser after messages."""
    for message in messages:
        kind, note = message[0] & 0xF0, (message[0] & 0x0F, message[1])
        if kind == 0x90:
            sounding.add(note)
        elif kind == 0x80:
            sounding.discard(note)
        else:
            state[message[:2] if kind == 0xB0 else message[:1]] = message


@given(_VECTORS, st.sets(st.tuples(st.integers(0, 1), st.integers(60, 62))))
def test_queue_leads_to_the_state_of_all_messages(vectors: list[list[bytes]], before: set[tuple[int, int]]) -> None:
    pending = CoalescingQueue()
    state: dict[bytes, bytes] = {}
    sounding = set(before)
    for vector in vectors:
        pending.add(vector)
        _hear(vector, state, sounding)
    state_then: dict[bytes, bytes] = {}
    sounding_then = set(before)
    _hear(_sent(pending), state_then, sounding_then)
    assert (state_then, sounding_then) == (state, sounding)


@given(_VECTORS)
def test_queue_of_a_new_client_has_no_note_offs(vectors: list[list[bytes]]) -> None:
    present = CoalescingQueue()
    state: dict[bytes, bytes] = {}
    sounding: set[tuple[int, int]] = set()
    for vector in vectors:
        present.add(vector)
        present.forget_passing()
        _hear(vector, state, sounding)
    messages = _sent(present)
    state_then: dict[bytes, bytes] = {}
    sounding_then: set[tuple[int, int]] = set()
    _hear(messages, state_then, sounding_then)
    assert (state_then, sounding_then) == (state, sounding)
    assert not [one for one in messages if one[0] & 0xF0 == 0x80]


def test_value_is_sent_once_and_a_fine_controller_behind_its_coarse_half() -> None:
    pending = CoalescingQueue()
    pending.add([b"\xb0\x07\x01", b"\xb0\x27\x02", b"\xb0\x01\x05"])
    pending.add([b"\xb0\x07\x03", b"\xb0\x27\x04"])
    assert _sent(pending) == [b"\xb0\x01\x05", b"\xb0\x07\x03", b"\xb0\x27\x04"]


def test_copy_is_added_to_apart() -> None:
    pending = CoalescingQueue()
    assert not pending
    pending.add([b"\xb0\x01\x05"])
    copy = CoalescingQueue()
    copy.add(pending.messages)
    copy.add([b"\xb0\x02\x05"])
    assert pending
    assert len(_sent(pending)) == 1
    assert len(_sent(copy)) == 2


def test_queue_keeps_the_newest_touch_of_each_player_and_every_touch_down() -> None:
    down, ended = touch_text("p2", 0.1, 0.5, 0.0, played=True), ended_text("p2")
    moved = [touch_text("p2", x / 10, 0.5, 0.1, played=True) for x in (2, 3)]
    gestures = [message_text(gesture_message("p2", code)) for code in (1, 7)]
    pending = CoalescingQueue()
    pending.add([gestures[0], down, *moved, touch_text("p3", 0.9, 0.5, 0.1, played=True), gestures[1], ended])
    assert _sent(pending) == [
        b"/playback/touch/p2/0.1/0.5/0",
        b"/playback/touch/p2/0.3/0.5/0.1",
        b"/playback/touch/p3/0.9/0.5/0.1",
        b"/classifier/gesture/p2/SS",
        b"/playback/ended/p2",
    ]
    pending.add(
        [b"\xb0\x07\x01", message_text(new_idea_message("ensemble")), message_text(state_message("stasis", 1.0, 0.0))]
    )
    pending.forget_passing()
    assert _sent(pending) == [b"/classifier/gesture/p2/SS", b"\xb0\x07\x01", b"/classifier/ensemble/state/stasis/1/0"]

"""Parameters (NRPN) and 14-bit controllers with ends, in both directions."""

import pytest

from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.channels.midi.output_mapping import OutputMapping


def _controls(*pairs: tuple[int, int], channel: int = 0) -> list[bytes]:
    return [bytes((0xB0 | channel, *pair)) for pair in pairs]


def test_parameter_sets_its_dimension_between_its_ends() -> None:
    mapping = InputMapping([("nrpn", 1, 300), ("nrpn", 1, 5, 1000, 3000), ("control_change", 1, 6)])

    def updates(*pairs: tuple[int, int]) -> list[tuple[int, float]]:
        return [update for message in _controls(*pairs) for update in mapping.updates(message)]

    assert updates((99, 2), (98, 44), (6, 127), (38, 127)) == [(2, 1.0), (0, 1.0)]
    assert updates((99, 0), (98, 5), (6, 2000 >> 7), (38, 2000 & 127))[1:] == [(1, 0.5)]
    assert updates((101, 0), (100, 0), (6, 0), (38, 0)) == [(2, 0.0)]
    assert updates((99, 2), (98, 44))[1:] == []


def test_parameter_is_sent_with_its_number_when_it_changes() -> None:
    mapping = OutputMapping([("nrpn", 1, 300), ("control_change_14", 2, 7, 0, 8192)])
    parameter = _controls((99, 2), (98, 44), (6, 64), (38, 0))
    assert mapping.messages((0.5, 0.5)) == [*parameter, *_controls((7, 32), (39, 0), channel=1)]
    assert mapping.messages((0.5, 0.5)) == []
    assert mapping.messages((1.0, 0.5)) == _controls((99, 2), (98, 44), (6, 127), (38, 127))


def test_output_of_a_parameter_is_read_back_by_the_input() -> None:
    entries = (("nrpn", 3, 16383, 16383, 0), ("control_change_14", 4, 9, 100, 9000))
    mapping, out = InputMapping(entries), OutputMapping(entries)
    for value in (0.0, 0.123, 0.9, 1.0):
        heard = dict(update for message in out.messages((value, value)) for update in mapping.updates(message))
        assert heard == {0: pytest.approx(value, abs=1e-3), 1: pytest.approx(value, abs=1e-3)}

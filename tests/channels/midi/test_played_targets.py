"""Last numbers of the targets of dimensions."""

from impsy_tui.channels.midi.mapping import UNUSED
from impsy_tui.channels.midi.output_mapping import OutputMapping
from impsy_tui.config.mapping_targets import entry_of


def test_played_targets_have_their_last_number_and_notes_while_they_sound() -> None:
    mapping = OutputMapping([entry_of("note 2"), entry_of("cc 1 74 0 100, cc14 1 7"), UNUSED, entry_of("bend 1")])
    texts = [(1, "note 2"), (2, "cc 1 74 0 100"), (2, "cc14 1 7"), (4, "bend 1")]

    def values() -> list[str]:
        assert [(one.number, one.target) for one in mapping.played] == texts
        return [one.value for one in mapping.played]

    assert values() == ["", "", "", ""]
    mapping.messages((0.5, 0.5, 0.5, 1.0))
    assert values() == ["64", "50", "8192", "16383"]
    mapping.messages((0.5, 1.0, 0.5, 0.0), said=frozenset({1}))
    assert values() == ["64", "100", "16383", "16383"]
    mapping.end_notes([0])
    assert values()[0] == ""
    mapping.map([UNUSED, entry_of("cc14 1 7")])
    texts = [(2, "cc14 1 7")]
    assert values() == ["16383"]

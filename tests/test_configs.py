"""Examples in configs/: each loads without a problem, and its model is a shipped one."""

from pathlib import Path

import pytest

from impsy_tui.agent.file import read_agent
from impsy_tui.config import load_config
from impsy_tui.mdrnn.tflite import TfliteNetwork
from tests.support.places import ROOT

EXAMPLES = sorted((ROOT / "configs").glob("*.toml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example_loads_without_a_problem(file: Path) -> None:
    loaded = load_config(file)
    assert not loaded.problems
    config = loaded.config
    assert config.title
    assert config.osc or config.midi or config.serial or config.serialmidi or config.websocket or config.demo
    if config.model.file:
        model = file.parent / config.model.file
        assert TfliteNetwork(model).shape.dimension - 1 in (0, *_lengths(config)) or not _lengths(config)
    for player in config.player:
        if player.kind == "agent":
            assert read_agent(file.parent / player.file).known.count == len(config.model.names)


def _lengths(config: object) -> set[int]:
    """Returns the lengths of the mappings."""
    tables = [getattr(config, name) for name in ("websocket", "serialmidi")]
    mappings = [mapping for table in tables for one in table for mapping in (one.input, one.output)]
    mappings += [mapping for midi in config.midi for mapping in (*midi.input.values(), *midi.output.values())]  # type: ignore[attr-defined]
    return {len(mapping) for mapping in mappings if mapping}

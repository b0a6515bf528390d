"""The guide through a first configuration."""

from itertools import product
from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.guide import HEARD, PLAYED, Answers, Ports, ask, configuration


@pytest.mark.parametrize(("played", "heard"), list(product(PLAYED, HEARD)))
@pytest.mark.parametrize("model", ["", "musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"])
def test_every_set_of_answers_makes_a_configuration_without_a_problem(
    tmp_path: Path, played: str, heard: str, model: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(configuration(Answers('A "quoted" title', played, heard, 8, model, "/dev/x", "SYNTH")))
    loaded = load_config(file)
    assert not loaded.problems
    assert loaded.config.title == 'A "quoted" title'
    config = loaded.config
    assert config.osc or config.midi or config.serial or config.serialmidi or config.websocket or config.demo


def test_the_questions_follow_from_the_answers() -> None:
    asked: list[str] = []
    replies = iter([list(PLAYED).index("midi"), 1, list(HEARD).index("midi"), 0, 0])

    def choose(question: str, choices: object) -> int:
        asked.append(question)
        return next(replies)

    def text(question: str, default: str) -> str:
        asked.append(question)
        return default

    answers = ask(choose, text, Ports(["A", "B"], ["C"]), ["m.tflite"])
    assert answers == Answers("My instrument", "midi", "midi", 8, "m.tflite", "B", "C")
    assert [question for question in asked if "MIDI" in question] == ["Which MIDI input?", "Which MIDI output?"]

"""Guide to a first configuration."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from impsy_tui.config import load_config
from impsy_tui.config.wizard import Request, configuration, write_beside
from impsy_tui.errors import UserError
from impsy_tui.setup_questions import HEARD, PLAYED, Answers, Question, ask
from impsy_tui.worker_requests import worker_command

MODEL = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"


@pytest.mark.parametrize(("played", "heard"), list(product(PLAYED, HEARD)))
@pytest.mark.parametrize("model", ["", MODEL])
def test_every_set_of_answers_makes_a_configuration_without_a_problem(
    tmp_path: Path, played: str, heard: str, model: str
) -> None:
    answers = Answers('A "quoted" title', played, heard, 8, model, "/dev/x", "SYNTH", "10.0.0.7")
    loaded = load_config(write_beside(tmp_path, configuration(answers)))
    assert not loaded.problems
    assert loaded.config.title == 'A "quoted" title'
    config = loaded.config
    assert config.osc or config.midi or config.serial or config.serialmidi or config.websocket or config.demo
    if (played, heard) == ("phone", "same"):
        (osc,) = config.osc
        assert (osc.server_ip, osc.client_ip, osc.client_port) == ("0.0.0.0", "10.0.0.7", 9000)


def _answered(
    answer: Callable[[Question], str], *ports: list[str], models: tuple[str, ...] = (), trouble: str = ""
) -> tuple[Answers, list[Question]]:
    """Returns the answers, and the questions before them."""
    asking, questions = ask(*ports, models, trouble), []
    try:
        questions.append(next(asking))
        while True:
            questions.append(asking.send(answer(questions[-1])))
    except StopIteration as end:
        return end.value, questions


def test_questions_follow_from_the_answers() -> None:
    replies = {
        "Which controller do you play?": "midi",
        "Which MIDI input?": "B",
        "Which instrument sounds?": "midi",
        "Which MIDI output?": "C",
        "Which model plays?": "other-dim4-layers2",
    }
    answers, questions = _answered(
        lambda question: replies.get(question.text, question.default),
        *(["A", "B"], ["C"], []),
        models=(MODEL, "other-dim4-layers2"),
    )
    assert answers == Answers("My instrument", "midi", "midi", 3, "other-dim4-layers2", "B", "C")
    assert [question.text for question in questions if "MIDI" in question.text] == [
        "Which MIDI input?",
        "Which MIDI output?",
    ]
    assert list(questions[2].choices) == ["A", "B", ""]


def test_wizard_repeats_question_after_invalid_answer() -> None:
    replies = iter(["Mine", "phone", "same", " ", "1", "10.0.0.7:9000", "10.0.0.7", "none", "0", "12"])
    answers, questions = _answered(lambda question: next(replies), [], [], [])
    assert answers == Answers("Mine", "phone", "same", 12, phone="10.0.0.7")
    assert [bool(question.problem) for question in questions] == [False] * 4 + [True, True, True, False, True, True]
    replies = iter(["Mine", "serial", "", "", "midi", "Synth", "4"])
    answers, questions = _answered(lambda question: next(replies), [], [], ["/dev/ttyACM0"], trouble="no MIDI")
    assert (answers.device, answers.synth) == ("/dev/ttyAMA0", "Synth")
    assert questions[5].problem == "no MIDI"
    for line in ("Mine", "micro-controller on a serial port", "/dev/ttyAMA0", "Synth", "4", "a dummy"):
        assert line in str(answers)


def test_guide_never_overwrites_a_file(tmp_path: Path) -> None:
    text = configuration(Answers("One", "osc", "osc", 8))
    (tmp_path / "config.toml").write_text("mine")
    (tmp_path / "config-2.toml").symlink_to(tmp_path / "nowhere")
    assert write_beside(tmp_path, text) == tmp_path / "config-3.toml"
    assert write_beside(tmp_path, text) == tmp_path / "config-4.toml"
    assert (tmp_path / "config.toml").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(UserError, match="cannot be written"):
        write_beside(tmp_path / "none", text)
    with pytest.raises(UserError, match="dimension"):
        write_beside(tmp_path, configuration(Answers("One", "osc", "osc", -8)))
    assert len(list(tmp_path.iterdir())) == 4


def test_file_is_made_by_a_separate_process(tmp_path: Path) -> None:
    def made(values: int) -> dict[str, str]:
        words = worker_command(Request(tmp_path, Answers("One", "demo", "same", values)))
        done: dict[str, str] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
        return done

    assert made(8) == {"text": str(tmp_path / "config.toml")}
    assert "dimension" in made(10**12)["problem"]


def test_shell_asks_the_same_questions(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "impsy_tui", "init", "--guide"],
        cwd=tmp_path,
        input="Stage\n2\n9\n3\n10.0.0.7\n1\nmany\n8\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for told in ("2  a phone or tablet with TouchOSC", "a number from 1 to 3", "Address of the phone", "1 to 1023"):
        assert told in done.stdout
    loaded = load_config(tmp_path / "config.toml")
    assert not loaded.problems
    assert (loaded.config.title, loaded.config.osc[0].client_ip) == ("Stage", "10.0.0.7")
    assert loaded.config.model.file.startswith("musicMDRNN-dim9")


@pytest.mark.parametrize(("heard", "output"), [("same", ("/1/fader{n}",)), ("osc", ())])
def test_guide_gives_a_phone_its_faders(tmp_path: Path, heard: str, output: tuple[str, ...]) -> None:
    phone = "10.0.0.7" if heard == "same" else ""
    loaded = load_config(write_beside(tmp_path, configuration(Answers("One", "phone", heard, 8, phone=phone))))
    assert not loaded.problems
    (osc,) = loaded.config.osc
    assert osc.input == ("/1/fader{n}",)
    assert osc.output == output

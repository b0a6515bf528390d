"""Shell commands ``ensemble`` and ``train ensemble``."""

import csv
import subprocess
from pathlib import Path

import pytest

from impsy_tui.ensemble.scores import Score, read_score, write_score
from impsy_tui.ensemble.synthetic.scores import scores
from tests.support.engine_process import shell


def _typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return shell(*(() if words[0] == "train" else ("ensemble",)), *words, cwd=folder)


@pytest.fixture
def played(tmp_path: Path) -> Path:
    """Makes two scores in a folder."""
    folder = tmp_path / "played"
    folder.mkdir()
    for number, codes in enumerate(scores(3, 90, 6)[1:]):
        players = ("ann", "bob", "eve", "joe")[: codes.shape[1]]
        write_score(folder / f"{number}.csv", Score("", players, codes))
    return folder


def test_ensemble_plays_to_a_recorded_lead(tmp_path: Path, played: Path) -> None:
    words = ("--lead", "played/0.csv", "--player", "bob", "--players", "5", "-o", "out.csv", "--plot", "out.svg")
    done = _typed(tmp_path, "generate", *words)
    assert done.returncode == 0, done.stderr
    out, lead = read_score(tmp_path / "out.csv").score, read_score(played / "0.csv").score
    assert out.players == ("lead", "player-02", "player-03", "player-04", "player-05")
    assert out.codes[:, 0].tolist() == lead.codes[:, 1].tolist()
    assert (out.codes[1:, 1:] != out.codes[:-1, 1:]).any()
    assert "written: out.csv" in done.stdout
    assert "player-05" in done.stdout
    assert (tmp_path / "out.svg").read_text().startswith("<?xml")
    again = _typed(tmp_path, "generate", *words[:-3], "again.csv", "--quiet")
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "out.csv").read_text()
    assert "player-05" not in again.stdout


def test_ensemble_is_compared_with_markov_chains_and_what_is_real(tmp_path: Path, played: Path) -> None:
    done = _typed(tmp_path, "evaluate", "ensembleRNN-units16", "played")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("2 scores, 180 s")
    names = [line[:20].strip() for line in lines[3:8]]
    assert names == ["repeat", "Markov 1", "Markov 2", "ensembleRNN-units16", "real"]


def test_mistakes_in_a_score_are_reported_and_the_ensemble_plays_on(tmp_path: Path, played: Path) -> None:
    rows = list(csv.reader((played / "0.csv").open()))
    rows[10][1] = "twirl"
    del rows[20:22]
    with (tmp_path / "lead.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    done = _typed(tmp_path, "generate", "--lead", "lead.csv", "-o", "out.csv", "--quiet")
    assert done.returncode == 0
    assert "lead.csv, line 21: 2 seconds are missing before it" in done.stderr
    assert "lead.csv, line 11, ann: 'twirl' is not a gesture" in done.stderr
    assert len(read_score(tmp_path / "out.csv").score) == 90


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("generate", "--lead", "none.csv", "-o", "o.csv"), "none.csv: No such file"),
        (("generate", "--lead", "played/0.csv", "-o", "o.csv", "-m", "nobody"), "no model is called nobody"),
        (("generate", "--lead", "played/0.csv", "-o", "o.csv", "--player", "zoe"), "--player zoe: ann, bob, eve"),
        (("generate", "--lead", "played/0.csv", "-o", "o.csv", "--temp", "0"), "--temp 0: above 0"),
        (("generate", "--lead", "played/0.csv", "-o", "o.csv", "--plot", "o.gif"), "a picture must end in"),
        (("generate", "--lead", "played/0.csv", "-o", "no/o.csv"), "no/o.csv: No such file"),
        (("generate", "--lead", "played/0.csv", "-o", "played/0.csv"), "played/0.csv exists already: name another"),
        (("evaluate", "ensembleRNN-units16"), "evaluate needs a model and then gesture scores"),
        (("evaluate", "ensembleRNN-units16", "elsewhere"), "elsewhere: no such file or folder"),
        (("train", "ensemble", "elsewhere"), "elsewhere: no such file or folder"),
        (("train", "ensemble"), "scores: no such file or folder"),
        (("train", "ensemble", "played", "-N", "0"), "-N 0: a whole number, 1 to"),
    ],
)
def test_command_reports_mistake_in_one_line(tmp_path: Path, played: Path, words: tuple[str, ...], said: str) -> None:
    done = _typed(tmp_path, *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "o.csv").exists()

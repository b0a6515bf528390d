"""Plots of logs, datasets and models."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.datasets import write_dataset
from impsy_tui.errors import UserError
from impsy_tui.model_files.metadata import MOST_EPOCHS, read_curve
from impsy_tui.plots import pictures, terminal
from impsy_tui.plots.continuation import HEARD, choose, open_network, play_on
from impsy_tui.plots.facts import PLAYER, YOU, Curve
from impsy_tui.plots.request import PlotRequest
from impsy_tui.plots.sheets import sheet
from tests.support.models import constant_model
from tests.support.plot_data import made_dataset, made_log

WISH = PlotRequest(20, datasets=Path("none"))


def _log(file: Path, *rows: str) -> Path:
    file.write_text("".join(f"2026-03-01T12:00:{row}\n" for row in rows))
    return file


def test_log_tells_both_apart(tmp_path: Path) -> None:
    file = _log(
        tmp_path / "a.log",
        "00.000000,interface,0.1,0.5",
        "00.500000,interface,0.2,0.5",
        "01.000000,rnn,0.9,0.9",
        "01.250000,rnn,0.8,0.9",
        "02.000000,interface,0.3,0.5",
    )
    drawn = sheet(file, PlotRequest(4))
    (series,) = drawn.series
    assert (drawn.title, drawn.remark) == ("a", "2 s, 3 of your events, 2 of the player's")
    assert (series.seconds, series.names) == (2.0, ("x1", "x2"))
    you, player = series.tracks
    assert (you.who, player.who) == (YOU, PLAYER)
    assert you.low[:, 0].tolist() == [0.1, 0.2, 0.2, 0.3]
    assert player.high[2].tolist() == [0.9, 0.9]
    assert np.isnan(player.low[[0, 1, 3]]).all()
    assert drawn.moves is not None
    assert drawn.moves.tolist() == [1.0, 0.0]
    assert drawn.histogram is not None
    assert {who: int(counts.sum()) for who, counts in drawn.histogram.counts.items()} == {YOU: 2, PLAYER: 1}


def test_sheet_of_a_dataset_shows_the_longest_or_the_requested_performance(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    write_dataset(file, [np.array([[5, 0.1], [1, 0.2]]), np.array([[9, 0.1], [2, 0.2], [3, 0.3]])])
    longest, first = sheet(file, WISH), sheet(file, PlotRequest(20, performance=1))
    assert longest.remark == "5 events, 0.3 min, 2 performances; drawn is number 2"
    # The time before its first event is not a part of a performance.
    assert (longest.series[0].seconds, first.series[0].seconds) == (5.0, 1.0)
    with pytest.raises(UserError, match="no performance 3: they are 1 to 2"):
        sheet(file, PlotRequest(20, performance=3))


def test_dimensions_asked_for(tmp_path: Path) -> None:
    file = made_dataset(tmp_path / "a.npz", faders=4)
    (series,) = sheet(file, PlotRequest(20, dimensions=(3, 1))).series
    assert series.names == ("x3", "x1")
    assert series.tracks[0].low.shape == (20, 2)
    with pytest.raises(UserError, match="there is no x5: the last is x4"):
        sheet(file, PlotRequest(20, dimensions=(5,)))


def test_model_plays_on_next_to_what_followed(tmp_path: Path) -> None:
    model = constant_model(tmp_path / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    (tmp_path / "pulse.toml").write_text("[curve]\nloss = [1, 0.5]\nheld_out = [2.0, 1.5]\n")
    made_dataset(tmp_path / "other-3d.npz", faders=2)
    made_dataset(tmp_path / "mine.npz", faders=3)
    drawn = sheet(model, PlotRequest(40, datasets=tmp_path))
    real, played = drawn.series
    assert "hears performance 2 of mine" in drawn.remark
    assert drawn.curve == Curve((1.0, 0.5), (2.0, 1.5))
    assert real.now == played.now is not None
    assert real.seconds == played.seconds
    assert [track.who for series in drawn.series for track in series.tracks] == [YOU, YOU, YOU, PLAYER]
    heard, then = played.tracks
    assert np.nanmean(then.low, axis=0) == pytest.approx([0.2, 0.5, 0.8], abs=0.05)
    end = played.now / played.seconds * 20 + 1
    assert np.isnan(heard.low[int(end) :]).all()
    assert np.isnan(then.low[: int(end) - 2]).all()
    assert drawn.histogram is not None
    assert drawn.histogram.spread[PLAYER][1] == pytest.approx(0.02, rel=0.2)


def test_model_without_a_dataset_plays_from_nothing(tmp_path: Path) -> None:
    model = constant_model(tmp_path / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    drawn = sheet(model, PlotRequest(40, datasets=tmp_path))
    assert [track.who for track in drawn.series[0].tracks] == [PLAYER]
    assert "plays from nothing" in drawn.remark
    made_dataset(tmp_path / "two.npz", faders=2)
    with pytest.raises(UserError, match=r"two.npz is of dimension 3, and the model of 4"):
        sheet(model, PlotRequest(40, on=tmp_path / "two.npz"))


def test_same_seed_plays_the_same(shipped_model: Path, tmp_path: Path) -> None:
    events = np.full((30, 9), 0.1)
    played = []
    for seed in (1, 1, 2):
        network = open_network(shipped_model)
        played.append(play_on(network, events, 5.0, 5.0, seed))
    assert np.array_equal(played[0], played[1])
    assert not np.array_equal(played[0], played[2])
    assert played[0][:, 0].sum() <= 5.0
    assert played[0].shape[1] == 9
    assert (played[0][:, 1:] >= 0).all()
    assert (played[0][:, 1:] <= 1).all()


@pytest.mark.parametrize(("count", "heard", "followed"), [(2, 1, 1), (7, 3, 4), (400, 200, 200), (900, 200, 200)])
def test_stretch_is_heard_and_followed(count: int, heard: int, followed: int) -> None:
    events = np.arange(count)[:, None]
    for seed in range(20):
        stretch = choose(events, seed)
        assert (len(stretch.heard), len(stretch.followed)) == (heard, followed)
        assert stretch.followed[0] == stretch.heard[-1] + 1
    assert HEARD == 200


@pytest.mark.parametrize(
    "notes",
    [
        "",
        "curve = 3",
        "[curve]",
        "[curve]\nloss = []",
        '[curve]\nloss = ["a"]',
        "[curve]\nloss = [nan]",
        "[curve]\nloss = [1.0, inf]",
        "[curve]\nloss = [[1.0]]",
        "[curve]\nloss = [1.0, 2.0]\nheld_out = [1.0]",
        "[curve]\nloss = [1.0]\nheld_out = 1.0",
        f"[curve]\nloss = [{'1.0,' * (MOST_EPOCHS + 1)}]",
        f"[curve]\nloss = [1{'0' * 400}]",
        "[" * 5000,
        f"[curve]\nloss = [1.0]\nx = '{'y' * (1 << 20)}'",
        "\0",
    ],
)
def test_curve_that_makes_no_sense_is_none(tmp_path: Path, notes: str) -> None:
    (tmp_path / "m.toml").write_text(notes)
    assert read_curve(tmp_path / "m.tflite") is None


def test_curve_may_have_nothing_held_out(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("[curve]\nloss = [1, -0.5]")
    assert read_curve(tmp_path / "m.tflite") == ((1.0, -0.5), ())


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch hacked",)


def test_hostile_dataset_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    perfs = np.empty(1, object)
    perfs[0] = _Hostile()
    assert pickle.dumps(_Hostile())
    np.savez(tmp_path / "bad.npz", perfs=perfs)
    with pytest.raises(UserError, match=r"bad.npz has .*not trusted"):
        sheet(tmp_path / "bad.npz", WISH)
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.log", b"", "it has no events"),
        ("a.log", b"\xff\x00,,\n" * 50, "it has no events"),
        ("a-3d-mdrnn.log", b"2026-03-01T12:00:00,interface,nan,inf\n", "it has no valid events"),
        ("a.npz", b"PK nonsense", "cannot be read"),
        ("a.tflite", b"nonsense", "a.tflite is not"),
        ("a.h5", b"nonsense", "a.h5 is not a Keras file"),
        ("a.txt", b"", "its name must end in one of .log, .log.gz, .npz, .tflite, .keras, .h5"),
    ],
)
def test_sheet_refuses_invalid_file(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as problem:
        sheet(tmp_path / name, WISH)
    assert said in str(problem.value)


def test_made_log_has_no_events_too_many(tmp_path: Path) -> None:
    drawn = sheet(made_log(tmp_path / "a-9d-mdrnn.log"), WISH)
    assert len(drawn.series[0].names) == 8
    assert drawn.moves is not None
    assert 0 < drawn.moves.max() < 1


def test_numbers_as_large_as_they_come_are_drawn(tmp_path: Path) -> None:
    most = float(np.finfo(np.float32).max)
    write_dataset(tmp_path / "a.npz", [np.array([[0, most], [most / 4, -most], [-1, 0.5], [most / 4, 0.5]])])
    drawn = sheet(tmp_path / "a.npz", WISH)
    text = terminal.draw(drawn, terminal.Paper(80, 24, colours=False, ascii=True))
    assert max(map(len, text.splitlines())) <= 80
    pictures.draw(drawn, tmp_path / "a.png")

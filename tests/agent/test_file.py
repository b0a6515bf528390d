"""File of a trained agent: arrays and facts, without code."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.file import STEPS, ForecastNetwork, read_agent, write_agent
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.seek import KnownSynth
from impsy_tui.errors import UserError
from tests.support.agents import small_agent, small_table


def written(folder: Path, **changes: object) -> Path:
    path = folder / "agent.npz"
    write_agent(path, small_agent(**changes))
    return path


def changed(path: Path, **arrays: np.ndarray | None) -> Path:
    """Returns the same file with other arrays, without those that are None."""
    with np.load(path) as loaded:
        kept = {name: loaded[name] for name in loaded.files} | arrays
    np.savez(path, **{name: array for name, array in kept.items() if array is not None})
    return path


def told(path: Path, **facts: object) -> Path:
    """Returns the same file with other facts."""
    with np.load(path) as loaded:
        found = json.loads(loaded["facts"].tobytes())
    return changed(path, facts=np.frombuffer(json.dumps(found | facts).encode(), np.uint8))


def test_read_agent_returns_the_written_agent(tmp_path: Path) -> None:
    foresight = ForecastNetwork(
        Perceptron([(np.ones((165, 2)), np.ones(2)), (np.ones((2, 55)), np.ones(55))], "tanh"), 86, 12
    )
    facts = {"synth": "sine", "steps": 7, "recordings": ["one", "two"]}
    path = written(tmp_path, foresight=foresight, facts=facts, limit=10.0)
    found, expected = read_agent(path), small_agent()
    assert (found.heard, found.judged, found.step) == (expected.heard, expected.judged, expected.step)
    assert found.known.table.parameters == pytest.approx(expected.known.table.parameters, abs=1e-7)
    assert found.known.descriptors == pytest.approx(expected.known.descriptors, abs=0.5 / STEPS)
    seen = np.random.default_rng(1).normal(size=(20, 4))
    assert found.network(seen) == pytest.approx(expected.network(seen))
    assert found.facts == facts
    assert found.limit == 10.0
    assert found.foresight is not None
    assert (found.foresight.ahead, found.foresight.back) == (86, 12)


def test_read_agent_reads_format_1(tmp_path: Path) -> None:
    model = small_agent()
    path = told(written(tmp_path), format=1)
    changed(path, descriptors=model.known.table.descriptors.astype(np.float32), differences=None)
    assert read_agent(path).known.descriptors == pytest.approx(model.known.descriptors, abs=1e-5)


def test_write_agent_keeps_large_differences(tmp_path: Path) -> None:
    table = small_table()
    table.descriptors[::2] *= -100.0
    scaler = KnownSynth(small_table()).scaler
    known = KnownSynth(table, scaler)
    found = read_agent(written(tmp_path, known=known)).known
    assert np.abs(np.diff(known.descriptors, axis=0)).max() > 128.0
    assert found.descriptors == pytest.approx(known.descriptors, abs=0.5 / STEPS)


def test_write_agent_stores_exact_weights_in_16_bits(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    network = Perceptron([(random.normal(size=(4, 9)), random.normal(size=9) * 1e6)], "tanh")
    seen = random.normal(size=(20, 4))
    for each, expected in ((network, np.float32), (network.rounded(), np.float16)):
        path = written(tmp_path, network=each)
        with np.load(path) as loaded:
            assert loaded["network-kernel-0"].dtype == expected
        assert np.array_equal(read_agent(path).network(seen), each(seen))


def test_read_agent_keeps_an_infinite_limit(tmp_path: Path) -> None:
    assert read_agent(written(tmp_path)).limit == np.inf


def test_read_agent_never_unpickles(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "sprung"),))

    path = written(tmp_path)
    trap = np.empty(1, object)
    trap[0] = Trap()
    changed(path, moves=trap)
    with pytest.raises(UserError, match=r"agent.npz is not an agent: it is damaged, or holds other things"):
        read_agent(path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UserError, match=r"agent\.npz"):
        read_agent(path)
    assert not (tmp_path / "sprung").exists()


def test_read_agent_refuses_other_descriptors(tmp_path: Path) -> None:
    names = [*NAMES[:5], "mfcc-99", *NAMES[6:]]
    with pytest.raises(UserError, match=r"agent\.npz has other descriptors .* mfcc-99 where mfcc-2 is expected"):
        read_agent(told(written(tmp_path), names=names))
    path = changed(written(tmp_path), descriptors=np.zeros((441, 54), np.float32))
    with pytest.raises(UserError, match=r"agent\.npz has a look-up table whose columns do not match: 54, not 55"):
        read_agent(path)


def test_read_agent_refuses_another_number_of_parameters(tmp_path: Path) -> None:
    path = changed(written(tmp_path), parameters=np.zeros((441, 3), np.float32))
    with pytest.raises(UserError, match="sees 4 numbers, and 1 descriptors twice and 3 parameters are 5"):
        read_agent(path)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"moves": None}, "array moves is missing"),
        ({"moves": np.zeros((9, 2), np.int8)}, "its moves are not those of 2 parameters"),
        ({"mean": np.zeros(3)}, "scaler that does not match"),
        ({"mean": np.zeros((10_000_000, 1, 1))}, "scaler that does not match"),
        ({"deviation": np.ones((441, 55))}, "scaler that does not match"),
        ({"deviation": np.zeros(55)}, "scaler"),
        ({"differences": None}, "agent.npz is not an agent"),
        ({"differences": np.zeros((55, 441), np.float32)}, "not of whole steps"),
        ({"differences": np.zeros(55, np.int16)}, "not of whole steps"),
        ({"differences": np.zeros((54, 441), np.int16)}, "agent.npz"),
        ({"differences": np.zeros((55, 440), np.int16)}, "440 sounds at 441 points"),
        ({"deviation": np.full(55, np.nan)}, "scaler"),
        ({"descriptors": np.full((441, 55), np.nan, np.float32)}, "not finite numbers"),
        ({"network-kernel-0": np.zeros((5, 1), np.float32)}, "sees 5 numbers"),
        ({"network-kernel-1": np.full((1, 9), np.inf, np.float32)}, "weights that are not finite numbers"),
        ({"network-kernel-0": None}, "agent.npz"),
        ({"facts": np.frombuffer(b"{}", np.uint8)}, "not an agent of this program"),
        ({"facts": np.frombuffer(b"\xff", np.uint8)}, "agent.npz is not an agent"),
    ],
)
def test_read_agent_refuses_parts_that_do_not_match(
    tmp_path: Path, changes: dict[str, np.ndarray | None], match: str
) -> None:
    with pytest.raises(UserError, match=match) as problem:
        read_agent(changed(written(tmp_path), **changes))
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"format": 4}, "newer version"),
        ({"format": 0}, "newer version"),
        ({"format": "2"}, "newer version"),
        ({"heard": ["warmth"]}, "unknown here: warmth"),
        ({"heard": []}, "hears"),
        ({"step": 0}, "step"),
        ({"step": "far"}, "agent.npz"),
        ({"limit": -1}, "limit"),
        ({"step": True}, "step"),
        ({"step": 10**400}, "step"),
        ({"limit": "10"}, "limit"),
        ({"patience": "20"}, "memory with invalid times"),
        ({"patience": {"200": 1}}, "memory with invalid times"),
        ({"patience": [True]}, "memory with invalid times"),
        ({"patience": [10**400]}, "memory with invalid times"),
        ({"patience": [float("nan")]}, "memory with invalid times"),
        ({"patience": [1] * 1000}, "memory with invalid times"),
        ({"patience": [200.0]}, "descriptors twice and 2 parameters and 4 numbers of memory are 8"),
        ({"activation": "swish"}, "activation that is unknown here: swish"),
        ({"ahead": -5, "back": 1, "foresight": "tanh"}, "agent.npz"),
    ],
)
def test_read_agent_refuses_invalid_facts(tmp_path: Path, facts: dict[str, object], match: str) -> None:
    with pytest.raises(UserError, match=match):
        read_agent(told(written(tmp_path), **facts))


def test_read_agent_refuses_other_files(tmp_path: Path) -> None:
    path = tmp_path / "agent.npz"
    for content in (b"", b"PK\3\4", b"hello", written(tmp_path).read_bytes()[:2000]):
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"agent\.npz is not an agent"):
            read_agent(path)
    with pytest.raises(UserError, match="No such file"):
        read_agent(tmp_path / "none.npz")


def test_read_agent_refuses_damaged_files(tmp_path: Path) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("differences.npy")
    whole = path.read_bytes()
    inside = entry.header_offset + 30 + len(entry.filename) + 40
    for place, found in ((inside, bytes([255] * 40)), (whole.rindex(b"PK\1\2") + 10, bytes([99, 0]))):
        path.write_bytes(whole[:place] + found + whole[place + len(found) :])
        with pytest.raises(UserError, match=r"agent\.npz is not an agent") as problem:
            read_agent(path)
        assert "\n" not in str(problem.value)


def test_read_agent_refuses_a_file_that_unpacks_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impsy_tui.agent.file.LARGEST", 1 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("facts.npy", bytes(2 << 20))
    path = tmp_path / "agent.npz"
    path.write_bytes(packed.getvalue())
    with pytest.raises(UserError, match=r"agent\.npz is larger than 1 MB"):
        read_agent(path)


def test_read_agent_refuses_a_table_that_unpacks_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = changed(written(tmp_path), differences=np.zeros((55, 9000), np.int8))
    monkeypatch.setattr("impsy_tui.agent.file.LARGEST", 3 << 20)
    with pytest.raises(UserError, match=r"agent\.npz is larger than 3 MB"):
        read_agent(path)

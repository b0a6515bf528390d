"""Datasets: writing and reading, files of IMPSY, and no trust in pickles."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impsy_tui.data.datasets import content_hash, read_dataset, write_dataset
from impsy_tui.errors import UserError


def _performance(events: int, dimension: int = 3) -> np.ndarray:
    return np.random.default_rng(events).random((events, dimension)).astype(np.float32)


def test_read_dataset_returns_the_written_performances(tmp_path: Path) -> None:
    written = [_performance(5), _performance(1), _performance(7)]
    write_dataset(tmp_path / "a.npz", written)
    write_dataset(tmp_path / "a.npz", written)  # replaces the old file
    assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]
    read = read_dataset(tmp_path / "a.npz")
    assert len(read) == 3
    for one, other in zip(read, written, strict=True):
        assert one.dtype == np.float32
        assert np.array_equal(one, other)


def test_content_hash_depends_on_the_events_alone(tmp_path: Path) -> None:
    one, other = _performance(5), _performance(7)
    write_dataset(tmp_path / "a.npz", [other, one, one[:0]])
    assert content_hash(read_dataset(tmp_path / "a.npz")) == content_hash([one, other])
    changed = one.copy()
    changed[4, 1] += 0.001
    assert content_hash([changed, other]) != content_hash([one, other])
    assert content_hash([one]) != content_hash([one, one])
    assert content_hash([one.reshape(3, 5)]) != content_hash([one])


def test_impsy_reads_written_datasets(tmp_path: Path) -> None:
    """Loads the file in the same way as IMPSY."""
    write_dataset(tmp_path / "a.npz", [_performance(5), _performance(5)])
    with np.load(tmp_path / "a.npz", allow_pickle=True) as loaded:
        assert [performance.shape for performance in loaded["perfs"]] == [(5, 3), (5, 3)]


@pytest.mark.parametrize(("name", "dimension"), [("4d", 4), ("4d-12ksmall", 4), ("9d", 9)])
def test_read_dataset_reads_the_datasets_of_impsy(impsy_datasets: Path, name: str, dimension: int) -> None:
    file = impsy_datasets / f"training-dataset-{name}.npz"
    with np.load(file, allow_pickle=True) as loaded:
        expected = [np.asarray(performance, np.float32) for performance in loaded["perfs"] if len(performance)]
    read = read_dataset(file)
    assert {performance.shape[1] for performance in read} == {dimension}
    assert len(read) == len(expected)
    assert all(np.array_equal(one, other) for one, other in zip(read, expected, strict=True))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [float, np.float32, object])
def test_read_dataset_accepts_one_array(tmp_path: Path, kind: type, order: Any) -> None:
    perfs = np.array([_performance(4), _performance(4) / 2]).astype(kind, order=order)
    np.savez(tmp_path / "a.npz", perfs=perfs)
    read = read_dataset(tmp_path / "a.npz")
    assert np.allclose(read, [_performance(4), _performance(4) / 2])


def test_read_dataset_ignores_empty_performances(tmp_path: Path) -> None:
    write_dataset(tmp_path / "a.npz", [np.empty((0, 3)), _performance(2), np.empty((0, 3))])
    assert len(read_dataset(tmp_path / "a.npz")) == 1
    write_dataset(tmp_path / "b.npz", [])
    assert read_dataset(tmp_path / "b.npz") == []


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("module", ["numpy.core", "numpy._core"])
def test_read_dataset_reads_what_numpy_1_and_2_write(tmp_path: Path, module: str, protocol: int) -> None:
    perfs = _array_of(
        *(_performance(3), _performance(2).astype(float), np.asfortranarray(_performance(4)), np.empty((0, 3))),
        *(_performance(2).astype(object), _performance(5).astype(">f8"), (8 * _performance(6)).astype(np.int64)),
    )
    pickled = pickle.dumps(perfs, protocol)
    if module == "numpy.core" and protocol < 4:  # such a name has no length that must match
        pickled = pickled.replace(b"cnumpy._core.", b"cnumpy.core.")
    _write(tmp_path / "a.npz", pickled, len(perfs))
    expected = [np.asarray(performance, np.float32) for performance in perfs if len(performance)]
    read = read_dataset(tmp_path / "a.npz")
    assert all(np.array_equal(one, other) for one, other in zip(read, expected, strict=True))


def _write(file: Path, pickled: bytes, count: int) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("perfs.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(entry, {"descr": "|O", "fortran_order": False, "shape": (count,)})
        entry.write(pickled)


def test_read_dataset_refuses_a_type_whose_state_says_more(tmp_path: Path) -> None:
    """Checks a state that NumPy accepts from a pickle, and that makes NumPy read bytes as pointers."""
    pickled = pickle.dumps(_array_of(_performance(2, 2)), 2)
    state = b"K\x03X\x01\x00\x00\x00<"
    assert state in pickled
    at = pickled.index(state)
    flags = pickled.index(b"K\x00tq", at)  # the end of the state: flags, of which 1 is "objects"
    _write(tmp_path / "a.npz", pickled[:flags] + b"K\x3ftq" + pickled[flags + 4 :], 1)
    with pytest.raises(UserError):
        read_dataset(tmp_path / "a.npz")


@pytest.mark.parametrize("shape", [(1, 1 << 30, 4), (1 << 40, 0, 3), (0, 1 << 40)])
def test_read_dataset_refuses_or_reads_bombs_in_little_memory(tmp_path: Path, shape: tuple[int, ...]) -> None:
    size = min(int(np.prod(shape)), 1 << 27) * 4
    with (
        zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("perfs.npy", "w", force_zip64=True) as entry,
    ):
        np.lib.format.write_array_header_1_0(entry, {"descr": "<f4", "fortran_order": False, "shape": shape})
        for _ in range(size >> 20):
            entry.write(bytes(1 << 20))
    if size:
        with pytest.raises(UserError, match="is too large: 512 MB, at most 256 MB"):
            read_dataset(tmp_path / "a.npz")
    else:
        assert read_dataset(tmp_path / "a.npz") == []


def test_read_dataset_takes_a_single_performance_that_is_written_number_by_number(tmp_path: Path) -> None:
    one = np.random.default_rng(1).random((1_000_000, 9)).astype(np.float32)
    np.savez(tmp_path / "a.npz", perfs=np.array([one], dtype=object))
    (read,) = read_dataset(tmp_path / "a.npz")
    assert np.array_equal(read, one)


@pytest.mark.parametrize("body", [b"G" + bytes(8), b"]" + b"(" + b"G" + bytes(8) + b"\x94e", b"(" + b"G" + bytes(7)])
def test_read_dataset_refuses_numbers_in_other_places(tmp_path: Path, body: bytes) -> None:
    _write(tmp_path / "a.npz", b"\x80\x04" + body + b".", 1)
    with pytest.raises(UserError):
        read_dataset(tmp_path / "a.npz")


def test_read_dataset_refuses_more_numbers_than_it_takes(tmp_path: Path) -> None:
    pickled = b"\x80\x02](" + (b"G" + bytes(8)) * 12_000_001 + b"e."
    _write(tmp_path / "a.npz", pickled, 1)
    with pytest.raises(UserError, match="is too large: it is written number by number"):
        read_dataset(tmp_path / "a.npz")


def test_read_dataset_counts_an_array_each_time_that_it_is_named(tmp_path: Path) -> None:
    one = np.zeros((1 << 20, 4), np.float32)
    _write(tmp_path / "a.npz", pickle.dumps(_array_of(*[one] * 1000), 2), 1000)
    with pytest.raises(UserError, match="is too large"):
        read_dataset(tmp_path / "a.npz")


class _Hostile:
    """Object whose pickle makes a file when it is loaded."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.file), "w")


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_read_dataset_never_runs_code(tmp_path: Path, wrapped: bool, protocol: int) -> None:
    mark = tmp_path / "it was obeyed"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive, archive.open("perfs.npy", "w") as entry:
        perfs = np.empty(1, object)
        perfs[0] = _Hostile(mark)
        np.lib.format.write_array_header_1_0(entry, {"descr": "|O", "fortran_order": False, "shape": (1,)})
        pickle.dump(perfs if wrapped else perfs[0], entry, protocol)
    with pytest.raises(UserError, match="which is not an array of numbers: it is not trusted"):
        read_dataset(tmp_path / "a.npz")
    assert not mark.exists()


def _array_of(*items: Any) -> np.ndarray:
    perfs = np.empty(len(items), object)
    perfs[:] = items
    return perfs


@pytest.mark.parametrize(
    ("perfs", "said"),
    [
        (np.array(3.0), "no list of performances"),
        (np.array(["a", "b"]), "not an array of numbers"),
        (_array_of("a", "b"), "not an array of numbers"),
        (_array_of(None), "not an array of numbers"),
        (_array_of(np.array([["a", "b"]])), "not an array of numbers"),
        (_array_of(np.array([[None, "x"]], object)), "not an array of numbers"),
        (np.arange(3.0), "not an array of numbers"),
        (_array_of(np.arange(3.0)), "different dimensions"),
        (_array_of(_performance(2, 1)), "different dimensions"),
        (_array_of(_performance(2, 3), _performance(2, 4)), "different dimensions"),
        (_array_of(np.array([[0.1, np.nan]])), "not finite numbers"),
        (_array_of(np.array([[np.inf, 0.5]])), "not finite numbers"),
    ],
)
def test_read_dataset_refuses_other_contents(tmp_path: Path, perfs: np.ndarray, said: str) -> None:
    np.savez(tmp_path / "a.npz", perfs=perfs)
    with pytest.raises(UserError, match=said):
        read_dataset(tmp_path / "a.npz")


def test_read_dataset_refuses_other_archives(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", other=np.arange(3))
    with pytest.raises(UserError, match="has no performances"):
        read_dataset(tmp_path / "a.npz")
    with pytest.raises(UserError, match="cannot be read"):
        read_dataset(tmp_path / "none.npz")


def test_read_dataset_refuses_damaged_files(tmp_path: Path) -> None:
    whole, damaged = tmp_path / "whole.npz", tmp_path / "damaged.npz"
    write_dataset(whole, [_performance(50), _performance(60)])
    content = whole.read_bytes()
    random = np.random.default_rng(1)
    for _ in range(300):
        spoilt = bytearray(content[: random.integers(len(content))] if random.random() < 0.3 else content)
        for place in random.integers(0, max(1, len(spoilt)), 3):
            spoilt[place : place + 1] = bytes([random.integers(256)])
        damaged.write_bytes(spoilt)
        try:
            read_dataset(damaged)
        except UserError as problem:
            assert str(problem)


def test_read_dataset_refuses_damaged_pickles(tmp_path: Path) -> None:
    """Damages pickles as above, but with valid checksums, so that the reader reaches the damage."""
    perfs = _array_of(_performance(5), _performance(6))
    np.savez(tmp_path / "a.npz", perfs=perfs)
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        content = archive.read("perfs.npy")
    random = np.random.default_rng(1)
    for _ in range(300):
        spoilt = bytearray(content)
        for place in random.integers(0, len(spoilt), 2):
            spoilt[place] = random.integers(256)
        with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
            archive.writestr("perfs.npy", bytes(spoilt))
        try:
            read_dataset(tmp_path / "b.npz")
        except UserError as problem:
            assert str(problem)

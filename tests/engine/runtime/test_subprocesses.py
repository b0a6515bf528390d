"""Short-lived helper processes."""

import asyncio
import json
import os
import pickle
import sys
import zipfile
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest

from impsy_tui.data.datasets import write_dataset
from impsy_tui.engine.runtime.subprocesses import ask_process, ask_worker
from impsy_tui.errors import HelperTimeoutError, UserError
from impsy_tui.mdrnn import check
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers import list_files
from tests.support.waiting import wait_until


class UnknownRequest(WorkerRequest, frozen=True, tag="unknown"):
    """Request to a worker that does not exist."""


def _python(module: str, *arguments: str, patience: float | None = None) -> Coroutine[None, None, bytes]:
    """Returns the answer of a module that runs as a process."""
    about = " ".join([module, *arguments])
    return ask_process(about, module, [sys.executable, "-m", module, *arguments], patience=patience)


def test_ask_process_returns_what_is_printed() -> None:
    assert b"Namespaces" in asyncio.run(_python("this"))


def test_ask_worker_reports_a_worker_that_does_not_exist() -> None:
    with pytest.raises(UserError, match=r"unknown failed: Usage: .* Workers: check_ensemble, check_model, "):
        asyncio.run(ask_worker(UnknownRequest()))


@pytest.mark.parametrize("turns", [1, 2, 200])
def test_helper_of_a_cancelled_question_is_ended(tmp_path: Path, turns: int) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def cancelled() -> None:
        asking = asyncio.create_task(ask_process("cat", "check_model", ["cat", str(pipe)]))
        for _ in range(turns):
            await asyncio.sleep(0.001)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(cancelled())
    wait_until(lambda: not _runs(str(pipe)))


def _runs(argument: str) -> bool:
    """Returns True if a process has this argument."""
    for commands in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if argument.encode() in commands.read_bytes():
                return True
    return False


def test_flood_of_questions_is_no_flood_of_processes() -> None:
    async def flood() -> list[bytes | BaseException]:
        return await asyncio.gather(*(_python("this") for _ in range(50)), return_exceptions=True)

    answers = asyncio.run(flood())
    refused = [str(answer) for answer in answers if isinstance(answer, UserError)]
    assert len(refused) == 14  # four run, and 32 wait
    assert "Too many requests at once" in refused[0]
    assert sum(isinstance(answer, bytes) for answer in answers) == 36


def test_helper_that_answers_too_much_is_ended(tmp_path: Path) -> None:
    with (tmp_path / "zeros").open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(UserError, match=r"base64 .*zeros prints more than 80 MB, its limit"):
        asyncio.run(_python("base64", "-e", str(tmp_path / "zeros")))


def test_helper_that_takes_too_long_is_ended_with_its_answer_unread(tmp_path: Path) -> None:
    with (tmp_path / "zeros").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(HelperTimeoutError, match="base64 did not answer within 0 s"):
        asyncio.run(_python("base64", "-e", str(tmp_path / "zeros"), patience=0.1))


def test_checking_a_model_of_compressed_zeros_takes_little_memory(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.h5", "w") as made:
        for kind in ("kernel", "recurrent_kernel"):
            zeros = made.create_dataset(f"lstm/lstm/{kind}:0", (1 << 20, 1 << 20), "f4", compression="gzip")
            zeros[0, 0] = 1.0
    answer = asyncio.run(ask_worker(check.Request(tmp_path / "m.h5")))
    assert json.loads(answer)["problem"].startswith("is too large")


def test_listing_datasets_that_fill_the_memory_reports_them_and_lists_the_others(tmp_path: Path) -> None:
    write_dataset(tmp_path / "good.npz", [np.zeros((3, 4), np.float32)])
    named = np.empty(1, object)
    named[0] = np.zeros((1 << 20, 4))
    pickled = pickle.dumps(named, 2)
    with (
        zipfile.ZipFile(tmp_path / "bad.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("perfs.npy", "w") as entry,
    ):
        np.lib.format.write_array_header_1_0(entry, {"descr": "|O", "fortran_order": False, "shape": (1,)})
        entry.write(pickled[:-1] + b"(" * (200 << 20))
    none = tmp_path / "none"
    answer = asyncio.run(ask_worker(list_files.Request(1, none, tmp_path, (none,))))
    files = {file["name"]: file for file in json.loads(answer)["files"]}
    assert files["bad.npz"]["problem"]
    assert files["good.npz"]["rows"] == 3

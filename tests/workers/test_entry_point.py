"""Entry point of the workers, with its request as an argument or on standard input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from impsy_tui.ensemble.opening import Request as EnsembleCheckRequest
from impsy_tui.errors import UserError
from impsy_tui.worker_requests import decode_request, encode_request
from impsy_tui.workers.list_files import Request


def _run(*words: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", "impsy_tui.workers", *words]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)


def test_entry_point_reads_a_request_from_standard_input_or_its_argument(tmp_path: Path) -> None:
    request = encode_request(Request(7, tmp_path, tmp_path))
    for done in (_run("list_files", text=request), _run("list_files", request)):
        assert done.stderr == ""
        assert json.loads(done.stdout)["id"] == 7


def test_entry_point_refuses_unknown_workers_and_requests_of_other_workers(tmp_path: Path) -> None:
    unknown = _run("dance", "{}")
    assert unknown.returncode == 1
    assert "Workers: check_ensemble, check_model" in unknown.stderr
    for text in ("", "{}", "[", encode_request(EnsembleCheckRequest(tmp_path))):
        refused = _run("list_files", text)
        assert refused.returncode == 1, text
        assert refused.stderr.startswith("list_files: the request is not valid: "), text


def test_requests_keep_names_of_files_with_any_bytes() -> None:
    request = Request(1, Path("/m\udcfcll"), Path("-d"), (Path("/é"),))
    assert encode_request(request).isascii()
    assert decode_request(encode_request(request), Request) == request


@pytest.mark.parametrize(
    "request_with_zero", [Request(1, Path("a\0b"), Path("d")), Request(1, Path(), Path(), (Path("\0"),))]
)
def test_requests_refuse_a_zero_byte(request_with_zero: Request) -> None:
    with pytest.raises(UserError, match="list_files: a zero byte is not allowed"):
        encode_request(request_with_zero)

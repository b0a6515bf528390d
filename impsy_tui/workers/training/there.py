"""Learning on another machine, by SSH: the material goes there, the new weights come back.

On the other machine, the worker ``evolve_there`` of the installed program learns. Its standard input is the material.
"""

import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from impsy_tui.control import remote_scripts
from impsy_tui.control.remote_address import RemoteAddress
from impsy_tui.errors import UserError
from impsy_tui.workers.messages import Failed, Progress, Reporter

if TYPE_CHECKING:
    from impsy_tui.training.evolution.trial import Material, Result


class PackedResult(msgspec.Struct, tag="tried", frozen=True):
    """Result of an attempt, packed."""

    packed: bytes


_Said = Progress | Failed | PackedResult


def learn_there(host: str, material: "Material", reporter: Reporter, options: Sequence[str] = ()) -> "Result":
    """Lets another machine learn, and returns the result.

    Args:
        host: ``[USER@]HOST[:FOLDER]``; see ``RemoteAddress``.
        material: material of the attempt.
        reporter: receives the progress.
        options: more options for ``ssh``.

    Raises:
        UserError: The machine cannot be reached, or cannot learn.
    """
    from impsy_tui.training.evolution.trial import Result

    address = RemoteAddress.parse(host)
    reporter.say(Progress(f"sending the playing to {address.host}"))
    words = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15", *options]
    packed = material.packed()
    script = remote_scripts.worker(address.folder, "evolve_there", "{}")
    try:
        process = subprocess.Popen(
            [*words, "--", address.host, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise UserError(f"ssh cannot be run: {error.strerror}") from None
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdin.write(packed)
        process.stdin.close()
    except BrokenPipeError:
        pass  # the reason follows
    last: _Said | None = None
    for line in process.stdout:
        try:
            last = msgspec.json.decode(line, type=_Said)
        except (msgspec.MsgspecError, UnicodeError):
            continue  # a greeting of the other machine
        if isinstance(last, Progress):
            reporter.say(last)
    said = process.stderr.read().decode(errors="replace").strip().splitlines()
    process.wait()
    if isinstance(last, Failed):
        raise UserError(f"{address.host}: {last.text}")
    if not isinstance(last, PackedResult):
        raise UserError(_why(address, process.returncode, said[-1].rstrip(". ") if said else "", last is not None))
    try:
        return Result.unpacked(last.packed, material)
    except (ValueError, KeyError) as error:
        raise UserError(f"{address.host} sent no weights that fit: {error}") from None


def _why(address: RemoteAddress, code: int, said: str, began: bool) -> str:
    host = address.host
    reason = f" ({said})" if said else ""
    match code:
        case remote_scripts.SSH_FAILED if began:
            return f"the link to {host} was lost{reason}, so no model was made: try again"
        case remote_scripts.SSH_FAILED if "Permission denied" in said:
            return f"{host} wants a password{reason}: ssh-copy-id {host} in a shell gives it your key"
        case remote_scripts.SSH_FAILED:
            return f"{host} cannot be reached by ssh{reason}: ssh {host} in a shell shows why"
        case remote_scripts.NO_FOLDER:
            return f"{address.where} on {host} cannot be entered{reason}"
        case remote_scripts.NO_PROGRAM:
            return (
                f"{host} has no impsy-tui in .venv/bin in {address.where} or on the PATH of a login shell. "
                f"Install it there, or name its folder, as in evolve on {host}:FOLDER"
            )
        case _:
            return f"{host} could not learn: {said or f'exit code {code}'}"

"""Fuzzer of file formats: reads mutated files of every format under limits of time and memory.

    scripts/fuzz.py [--count 10000] [--seed 1] [--keep FOLDER] [FORMAT…]

A reader may refuse a file with the exceptions that it documents. Findings are: another exception, a crash, more than
5 seconds of processor time, more than 1 GB. The exit status is 1 if there is a finding.
"""

import argparse
import gzip
import io
import json
import math
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from pathlib import Path
from typing import Any, Final

from fuzz_formats import FORMATS
from fuzz_seeds import ROOT

MEMORY: Final = 1 << 30
_CPU_SECONDS: Final = 5.0
"""Processor time of one file."""
_WAIT: Final = 600.0
"""Seconds of real time that a process may take more than its files, for a process that waits without end. They say
nothing about a file: a busy machine needs minutes for a second of processor time."""
_NUMBERS: Final = (
    b"0",
    b"-1",
    b"nan",
    b"inf",
    b"1e308",
    b"9" * 5000,
    b"0x10",
    b"true",
    b"[" * 2000,
    b"\xff\xfe",
    b'"',
)


def mutated(seed: bytes, random_: random.Random) -> bytes:
    """Returns a mutation of a file; in an archive, also a mutation of one entry."""
    if seed[:2] == b"PK" and random_.random() < 0.6:
        return _in_archive(seed, random_)
    if seed[:2] == b"\x1f\x8b" and random_.random() < 0.7:
        return gzip.compress(_mutate_bytes(gzip.decompress(seed), random_), 1)
    return _mutate_bytes(seed, random_)


def _in_archive(seed: bytes, random_: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    chosen = random_.randrange(len(entries))
    with zipfile.ZipFile(made, "w", random_.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for number, (name, content) in enumerate(entries):
            archive.writestr(name, _mutate_bytes(content, random_) if number == chosen else content)
    return made.getvalue()


def _mutate_bytes(content: bytes, random_: random.Random) -> bytes:
    data = bytearray(content)
    # The beginning describes the rest of a file: half of the mutations change it.
    within = min(len(data), 400) if random_.random() < 0.5 else len(data)
    for _ in range(random_.choice((1, 1, 1, 2, 3, 8))):
        at = random_.randrange(within + 1)
        match random_.randrange(9):
            case 0:
                data[at : at + 1] = bytes([random_.randrange(256)])
            case 1 if at < len(data):
                data[at] ^= 1 << random_.randrange(8)
            case 2:
                del data[at:]
            case 3:
                del data[at : at + random_.randrange(1, 40)]
            case 4:
                data[at:at] = random_.randbytes(random_.randrange(1, 20))
            case 5:
                data[at : at + 4] = random_.choice((b"\xff\xff\xff\x7f", b"\xff" * 4, b"\0" * 4, b"\0\0\0\x80"))
            case 6:
                data[at : at + random_.randrange(4)] = random_.choice(_NUMBERS)
            case 7:
                block = data[at : at + random_.randrange(1, 200)]
                data[at:at] = block * random_.choice((1, 2, 50))
            case _:
                data[at : at + 8] = b"\xff" * 7 + b"\x7f"
        within = max(1, min(within, len(data)))
    return bytes(data)


def read_some(name: str, seed: int, begin: int, count: int, folder: Path) -> None:
    """Reads mutations in this process; prints one line of JSON for each finding, and a summary.

    Args:
        name: format, a key of ``FORMATS``.
        seed: random seed.
        begin: number of the first mutation.
        count: number of mutations.
        folder: scratch folder; its file ``number`` holds the number of the current mutation.
    """
    form = FORMATS[name]
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    seeds = form.seeds(scratch)
    assert seeds, f"no valid files of {name}"
    read, refusals = form.read()
    warnings.simplefilter("ignore")
    at = folder / f"sample{form.suffix}"
    at.write_bytes(seeds[0])
    read(at)  # a reader that refuses the valid file would test nothing
    most = MEMORY + 4096 * int(Path("/proc/self/statm").read_text().split()[0])  # without the libraries
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    longest = resource.getrlimit(resource.RLIMIT_CPU)[1]
    signal.signal(signal.SIGPROF, _on_timeout)
    slowest, refused = 0.0, 0
    for number in range(begin, begin + count):
        random_ = random.Random(f"{name} {seed} {number}")
        at.write_bytes(mutated(random_.choice(seeds), random_))
        (folder / "number").write_text(str(number))
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
        # A library that hangs runs no handler: the system ends the process.
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(began + 2 * _CPU_SECONDS), longest))
        try:
            read(at)
        except _TimeLimitError:
            _print_fact(number=number, what="hang", text=f"more than {_CPU_SECONDS:.0f} s")
        except MemoryError:
            _print_fact(number=number, what="memory", text=f"more than {MEMORY >> 20} MB")
        except refusals:
            refused += 1
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            _print_fact(
                number=number, what=type(error).__name__, text=f"{str(error)[:120]} ({where.filename}:{where.lineno})"
            )
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
        slowest = max(slowest, time.process_time() - began)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    _print_fact(done=count, refused=refused, slowest=round(slowest, 3), megabytes=most)


class _TimeLimitError(BaseException):
    pass


def _on_timeout(*_: object) -> None:
    raise _TimeLimitError


def _print_fact(**fact: Any) -> None:
    sys.__stdout__.write(json.dumps(fact) + "\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]


def fuzz(name: str, seed: int, count: int, keep: Path | None) -> list[dict[str, Any]]:
    """Returns the findings of one format. After a file that ends the process, a new process continues.

    Args:
        name: format, a key of ``FORMATS``.
        seed: random seed.
        count: number of mutations.
        keep: folder for the files of findings, None to discard them.
    """
    form, begin, found = FORMATS[name], 0, []
    crashes, refused, slowest, megabytes = 0, 0, 0.0, 0
    while begin < count:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            ask = [sys.executable, __file__, "--child", name, "--seed", str(seed), "--from", str(begin)]
            ended = ""
            try:
                done = subprocess.run(
                    [*ask, "--count", str(count - begin), "--keep", scratch],
                    capture_output=True,
                    text=True,
                    errors="replace",
                    cwd=scratch,
                    timeout=_WAIT + count * _CPU_SECONDS,
                    check=False,
                )
                out = done.stdout
                if done.returncode == -signal.SIGXCPU:
                    ended = f"timed out after {2 * _CPU_SECONDS:.0f} s of processor time"
                elif done.returncode:
                    ended = f"ended with {done.returncode}: {done.stderr.strip().rpartition(chr(10))[2][:200]}"
            except subprocess.TimeoutExpired as expired:
                out = (expired.stdout or b"").decode(errors="replace")
                ended = "timed out: it waits"
            for line in out.splitlines():
                fact = json.loads(line)
                if "done" in fact:
                    refused += fact["refused"]
                    slowest, megabytes = max(slowest, fact["slowest"]), max(megabytes, fact["megabytes"])
                else:
                    found.append({"format": name, **fact})
            at = folder / "number"
            if not ended:
                begin = count
            elif not at.exists():
                raise SystemExit(f"{name}: {ended}")
            else:
                number = int(at.read_text())
                crashes += 1
                if not form.contained or "timed out" in ended:
                    found.append({"format": name, "number": number, "what": "crash", "text": ended})
                begin = number + 1
    for one in found[:20]:
        if keep is not None:
            _write_finding(one, seed, keep)
    parts = f"{count} files, {refused} refused, slowest {slowest:.2f} s, {megabytes} MB, {crashes} crashes"
    print(f"{name}: {parts}, {len(found)} findings", flush=True)
    kinds = {(one["what"], one["text"].rpartition("(")[2]): one for one in reversed(found)}
    for one in kinds.values():
        print(f"    file {one['number']}: {one['what']}: {one['text']}", flush=True)
    return found


def _write_finding(one: dict[str, Any], seed: int, keep: Path) -> None:
    form = FORMATS[one["format"]]
    keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        seeds = form.seeds(Path(scratch))
    random_ = random.Random(f"{one['format']} {seed} {one['number']}")
    name = f"{one['format'].replace(' ', '-')}-{one['number']}{form.suffix}"
    (keep / name).write_bytes(mutated(random_.choice(seeds), random_))


def main() -> None:
    """Runs the fuzzer; see the module."""
    parser = argparse.ArgumentParser(description="Fuzzes every file format.")
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--count", type=int, default=10_000, help="Mutations of each format (default 10000).")
    parser.add_argument("--seed", type=int, default=1, help="Random seed (default 1).")
    parser.add_argument("--keep", type=Path, help="Folder for the files of findings.")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--from", type=int, default=0, dest="begin", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.path.insert(0, str(ROOT))
        read_some(options.child, options.seed, options.begin, options.count, options.keep)
        return
    found = [
        one for name in options.formats or FORMATS for one in fuzz(name, options.seed, options.count, options.keep)
    ]
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()

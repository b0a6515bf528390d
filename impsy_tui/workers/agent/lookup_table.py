"""Worker that makes look-up tables.

Finished points are written to a file next to the table, and the next run continues with them. SIGINT or a power cut
loses a few points at most.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.extraction import FrameSettings
from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.lookup_table import MOST_PARAMETERS, LookupTable, write_table
from impsy_tui.agent.synths import grid, synth_called
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.toml_files import open_regular
from impsy_tui.workers import cluster
from impsy_tui.workers.agent.synth_points import TableSpec, listen
from impsy_tui.workers.jobs import StopRequest, run_stoppable_job
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import LookupTableRequest as Request

MOST_POINTS: Final = 1_000_000
_CHUNK: Final = 20
"""Number of points that are computed, and lost, together."""
_AHEAD: Final = 2
"""Number of waiting chunks for each process."""

_Chunks = Iterator[tuple[np.ndarray, np.ndarray]]


def run(request: Request) -> None:
    """Makes the look-up table of a request."""
    run_stoppable_job(partial(_make, request), request.table)


def _make(request: Request, reporter: Reporter, stop: StopRequest) -> Finished | Failed:
    if request.table.exists():
        return Failed(f"{request.table} exists already: name another file with -o")
    if request.scheduler and cluster.missing():
        raise UserError(needs_extra("a scheduler", "dask", "cluster"))
    processes = cores() if request.processes is None else request.processes
    listened = partial(_on_cluster, request.scheduler) if request.scheduler else partial(_here, processes)
    return make_table(_spec(request), request.table, listened, reporter, stop)


def cores() -> int:
    """Returns the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _spec(request: Request) -> TableSpec:
    synth: str = request.synth
    if synth.endswith(".pd"):
        synth, parameters = str(Path(synth).absolute()), request.parameters
        if not 1 <= parameters <= MOST_PARAMETERS:
            raise UserError(f"--parameters says how many a patch has, 1 to {MOST_PARAMETERS}")
    else:
        parameters = len(synth_called(synth).parameters)
    if request.points < 2 or request.points**parameters > MOST_POINTS:
        raise UserError(
            f"--points {request.points}: 2 or more, and no more than {MOST_POINTS} in all; "
            f"{parameters} parameters make {request.points**parameters}"
        )
    if not 0.1 <= request.seconds <= 60.0:
        raise UserError(f"--seconds {request.seconds:g}: from 0.1 to 60")
    settings = FrameSettings(FrameSettings().rate, request.window, request.hop, max(1_024, request.window))
    return TableSpec(synth, parameters, request.points, request.seconds, settings)


def make_table(
    spec: TableSpec,
    file: Path,
    listened: Callable[[TableSpec, np.ndarray, np.ndarray, StopRequest], _Chunks],
    reporter: Reporter,
    stop: StopRequest,
) -> Finished | Failed:
    """Makes a table, or continues an unfinished one.

    Args:
        spec: description of the table.
        file: file of the table.
        listened: yields chunks of missing points by number with their descriptors, in any order, until the
            performer stops it.
        reporter: receiver of the progress.
        stop: request to stop.

    Raises:
        UserError: the synth or the cluster does not work; finished points are kept.
        OSError: the table, or the file of its finished points, cannot be written.
    """
    points = grid(spec.parameters, spec.points)
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = _Kept(file.with_name(f".{file.name}.partial"), spec, len(points))
    begun = kept.count
    reporter.say(Progress("listening", kept.count, len(points)))
    with kept:
        for numbers, rows in listened(spec, points, kept.missing(), stop):
            kept.add(numbers, rows)
            reporter.say(Progress("listening", kept.count, len(points)))
    if kept.count < len(points):
        return Finished(
            f"{file.name}: {kept.count} of {len(points)} points are kept; the same command continues with them"
        )
    write_table(file, LookupTable(points, kept.rows))
    kept.forget()
    went_on = f", {begun} of them from before" if begun else ""
    return Finished(f"{file}: {len(points)} points of {Path(spec.synth).stem}{went_on}", str(file))


def _here(processes: int, spec: TableSpec, points: np.ndarray, missing: np.ndarray, stop: StopRequest) -> _Chunks:
    """Computes points in processes of this machine; see ``make_table``."""
    chunks = iter(_chunks(missing))
    if processes < 2 or len(missing) <= _CHUNK:
        for numbers in chunks:
            if stop.received:
                return
            yield numbers, listen(spec, points[numbers])
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin) as pool:
        running = {
            pool.submit(listen, spec, points[numbers]): numbers for numbers in islice(chunks, processes * _AHEAD)
        }
        try:
            while running and not stop.received:
                done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
                    for numbers in islice(chunks, 1):
                        running[pool.submit(listen, spec, points[numbers])] = numbers
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _on_cluster(address: str, spec: TableSpec, points: np.ndarray, missing: np.ndarray, stop: StopRequest) -> _Chunks:
    """Computes points on a cluster; see ``make_table``. A patch must have the same path on its machines."""
    chunks = _chunks(missing)
    with cluster.cluster_at(address) as client:
        work = partial(listen, spec)
        for number, rows in cluster.on_cluster(
            client, work, [points[each] for each in chunks], lambda: stop.received
        ):
            if isinstance(rows, UserError):
                raise rows
            if isinstance(rows, Exception):
                raise UserError(f"the cluster does not listen: {rows}")
            yield chunks[number], rows


def _chunks(missing: np.ndarray) -> list[np.ndarray]:
    return np.split(missing, range(_CHUNK, len(missing), _CHUNK)) if len(missing) else []


def _begin() -> None:
    """Makes a process of the pool ignore Ctrl-C, which is for its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    step_back()


class _Kept:
    """File of the finished points of a table; its first line describes the table.

    Args:
        file: path of the file; a file of another table is replaced.
        spec: description of the table.
        count: number of all points.
    """

    def __init__(self, file: Path, spec: TableSpec, count: int) -> None:
        self.rows = np.full((count, len(NAMES)), np.nan)
        self._file = file
        self._head = json.dumps(asdict(spec), sort_keys=True)
        self._good = 0
        self._read()

    @property
    def count(self) -> int:
        """Number of finished points."""
        return int(len(self.rows) - len(self.missing()))

    def missing(self) -> np.ndarray:
        """Numbers of the unfinished points."""
        return np.flatnonzero(np.isnan(self.rows[:, 0]))

    def __enter__(self) -> "_Kept":
        fresh = not self._good
        self._to = self._file.open("wb" if fresh else "r+b")
        if fresh:
            self._to.write(f"{self._head}\n".encode())
        else:
            self._to.truncate(self._good)  # removes an incomplete line after a power cut
            self._to.seek(self._good)
        return self

    def __exit__(self, *error: object) -> None:
        self._to.close()

    def add(self, numbers: np.ndarray, rows: np.ndarray) -> None:
        """Adds finished points to the file."""
        self.rows[numbers] = rows
        for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
            self._to.write(json.dumps([number, *row]).encode() + b"\n")
        self._to.flush()

    def forget(self) -> None:
        """Deletes the file after the table was written."""
        self._file.unlink(missing_ok=True)

    def _read(self) -> None:
        try:
            with open_regular(self._file) as opened:
                lines = opened.readlines()
        except FileNotFoundError:
            return
        if not lines or lines[0] != f"{self._head}\n".encode():
            return
        self._good = len(lines[0])
        for line in lines[1:]:
            try:
                number, *row = json.loads(line)
                self.rows[range(len(self.rows))[number]] = row
            except (ValueError, TypeError, IndexError, RecursionError):
                return
            self._good += len(line)

"""Work on several processes or machines, with dask.distributed.

A client of a scheduler can run any code on its workers, and their answers are unpickled here. So the cluster of one
machine listens on loopback only and requires certificates made for this run. A scheduler on another machine must
belong to the user, and needs ``tls://`` and the certificates of dask's configuration.
"""

import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final, TypeVar

from impsy_tui.errors import UserError

Task = TypeVar("Task")
Made = TypeVar("Made")

_PATIENCE: Final = 10.0
"""Longest time in seconds for an answer of a scheduler and of its first worker."""
_LOOK: Final = 0.1
_DASHBOARD: Final = "127.0.0.1:8787"


def missing() -> bool:
    """Returns True if dask is not installed."""
    return find_spec("distributed") is None


@contextmanager
def local_cluster(processes: int, *, dashboard: bool) -> Iterator[Any]:
    """Starts a cluster of processes of this machine at the same priority; gives its client.

    Args:
        processes: number of processes of one thread each.
        dashboard: True to serve dask's pages on loopback.
    """
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            security=True,
            dashboard_address=_DASHBOARD if dashboard else None,
            # A worker must not move data to the disk: a training needs all of its memory.
            memory_limit=None,
            silence_logs=logging.ERROR,
            preload=[__name__],
            env={"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"},
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def dask_setup(worker: Any) -> None:
    """Ignores SIGINT in a process of the local cluster. Ctrl-C reaches it too, but is for the job that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def cluster_at(address: str) -> Iterator[Any]:
    """Connects to the cluster of a scheduler; gives its client.

    Raises:
        UserError: the scheduler does not answer, or has no workers.
    """
    from distributed import Client, Security
    from distributed.comm import get_address_host_port

    try:
        security = Security()
        # The address is checked before a client is made: a client that cannot connect may never end.
        get_address_host_port(address, strict=True)
        if address.startswith("tls://") and security.get_connection_args("client")["ssl_context"] is None:
            raise ValueError("dask's configuration names no certificates (distributed.comm.tls)")
        client = Client(address, timeout=_PATIENCE, security=security, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(f"no scheduler answers at {address}: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, _PATIENCE)
        except TimeoutError:
            raise UserError(f"the scheduler at {address} has no workers") from None
        yield client


def on_cluster(
    client: Any, work: Callable[[Task], Made], tasks: Sequence[Task], stopped: Callable[[], bool]
) -> Iterator[tuple[int, Made | Exception]]:
    """Runs tasks on a cluster; yields the number of each task with its result.

    A task whose worker dies runs again on another worker, at most three times. After ``stopped`` returns
    True, unfinished tasks are cancelled.

    Raises:
        UserError: the scheduler ended.
    """
    from distributed import as_completed

    # The arrays are sent with each task: scattered arrays would be lost with their worker.
    numbers = {client.submit(work, task, pure=False): number for number, task in enumerate(tasks)}
    arriving = as_completed(list(numbers), loop=client.loop)
    try:
        while not stopped() and not arriving.is_empty():
            if client.status not in ("running", "connecting"):
                raise UserError("the scheduler has ended")
            for future in arriving.next_batch(block=False):
                if future.cancelled():
                    raise UserError("the scheduler has dropped its tasks")
                # A released result need not be computed again if its worker dies.
                yield numbers.pop(future), future.exception() or future.result()
            time.sleep(_LOOK)
    finally:
        if client.status == "running":
            client.cancel(list(numbers))

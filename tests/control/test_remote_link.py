"""Connection of a console through a real SSH server that freezes, breaks, and comes back."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable

import pytest

from impsy_tui.control.link import LinkState
from impsy_tui.control.remote import RemoteSocket
from tests.control.test_link import CONFIG, Watched, up, watching
from tests.support.engine_process import EngineProcess
from tests.support.programs import needs_ssh
from tests.support.ssh_server import SshServer, clients
from tests.support.waiting import until

pytestmark = needs_ssh

Start = Callable[..., EngineProcess]


def _send(processes: Iterable[int], number: int) -> None:
    for process in processes:
        os.kill(process, number)


@pytest.mark.parametrize("frozen", ["ssh", "sshd"])
def test_link_is_lost_while_ssh_is_frozen(ssh_server: SshServer, start_engine: Start, frozen: str) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:

        async def freeze(watched: Watched) -> None:
            await up(watched)
            stopped = clients(remote) if frozen == "ssh" else ssh_server.sessions()
            assert stopped
            _send(stopped, signal.SIGSTOP)
            try:
                await until(lambda: watched.link.state is LinkState.LOST)
            finally:
                _send(stopped, signal.SIGCONT)
            await up(watched)

        assert LinkState.DOWN not in watching(remote.socket, freeze, is_tunnel=True).states[:-1]


def test_link_is_lost_while_ssh_server_is_gone_and_comes_back(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:

        async def break_off(watched: Watched) -> None:
            await up(watched)
            await asyncio.to_thread(ssh_server.end)
            await until(lambda: watched.link.state is LinkState.LOST)
            await asyncio.to_thread(ssh_server.start)
            await up(watched)

        states = watching(remote.socket, break_off, is_tunnel=True).states
        assert states[:4] == [LinkState.UP, LinkState.CONNECTING, LinkState.LOST, LinkState.UP]


def test_link_is_down_when_engine_behind_tunnel_has_gone(ssh_server: SshServer, start_engine: Start) -> None:
    engine = start_engine(CONFIG)
    with RemoteSocket("127.0.0.1", engine.socket, ssh_server.options) as remote:

        async def lose(watched: Watched) -> None:
            await up(watched)
            engine.end(signal.SIGKILL)
            await until(lambda: watched.link.state is LinkState.DOWN)
            await asyncio.to_thread(start_engine, CONFIG)
            await up(watched)

        states = watching(remote.socket, lose, is_tunnel=True).states
        assert LinkState.LOST not in states

"""Console of an engine on another machine, through a real SSH server on this machine."""

import os
import signal
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.control.remote import RemoteSocket
from tests.support.console_app import LARGE, console, performed
from tests.support.programs import needs_ssh
from tests.support.ssh_server import OtherMachine, clients

pytestmark = needs_ssh

CONFIG = """
[interaction]
mode = "useronly"
[model]
dimension = 4
[demo]
"""


@pytest.fixture(autouse=True)
def _own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@performed
async def test_remote_console_shows_output_of_killed_engine_and_starts_it_again(
    other_machine: OtherMachine,
) -> None:
    place = other_machine.lay_set("my set", CONFIG)
    with RemoteSocket("127.0.0.1:my set", options=other_machine.options) as remote:
        remote.start_engine()
        async with console(remote.socket, LARGE, remote=remote) as here:
            with (place / "logs" / "engine.out").open("a") as output:
                output.write("out of memory, says the system\n")
            os.kill(here.app._link.hello.pid, signal.SIGKILL)
            await here.sees("NO ENGINE", "no engine answers on 127.0.0.1: Enter starts it again")
            await here.sees("the engine printed last: out of memory, says the system")
            await here.press("enter")
            await here.sees("starting the engine on 127.0.0.1")
            await here.misses("NO ENGINE")
            await here.press("ctrl+q")
            await here.until(lambda: not here.app.is_running)
            # On a busy machine the link may be late at this moment, and the line begins with that.
            line = "impsy-tui attach --remote '127.0.0.1:my set' comes back to it"
            assert str(here.app.return_value).endswith(f"on: {line}")


@performed
async def test_remote_console_says_no_link_while_ssh_is_frozen(other_machine: OtherMachine) -> None:
    other_machine.lay_set("set", CONFIG)
    with RemoteSocket("127.0.0.1:set", options=other_machine.options) as remote:
        remote.start_engine()
        async with console(remote.socket, LARGE, remote=remote) as here:
            (ssh,) = clients(remote)
            os.kill(ssh, signal.SIGSTOP)
            try:
                await here.sees("NO LINK", "nothing comes from 127.0.0.1: this console comes back by itself")
            finally:
                os.kill(ssh, signal.SIGCONT)
            await here.misses("NO LINK")
            await here.sees("● link")


@performed
async def test_attached_console_shows_output_of_killed_engine(other_machine: OtherMachine) -> None:
    """Checks a console that did not start the engine."""
    other_machine.lay_set("set", CONFIG)
    with RemoteSocket("127.0.0.1:set", options=other_machine.options) as remote:
        remote.start_engine()
    async with console(other_machine.engine_socket, LARGE) as here:
        with connected(other_machine.engine_socket) as client:
            output, pid = client.hello.start.output, client.hello.pid
        with Path(output).open("a") as opened:
            opened.write("out of memory, says the system\n")
        os.kill(pid, signal.SIGKILL)
        await here.sees("NO ENGINE", "the engine printed last: out of memory, says the system")

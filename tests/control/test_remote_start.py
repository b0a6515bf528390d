"""Start of engines on another machine, through a real SSH server on this machine."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.control.remote import RemoteSocket
from impsy_tui.errors import UserError
from tests.support.programs import needs_ssh
from tests.support.ssh_server import OtherMachine, answers
from tests.support.waiting import wait_until

pytestmark = needs_ssh

CONFIG = """
[interaction]
mode = "useronly"
[model]
dimension = 4
[demo]
"""
HARD = 'it\'s a "set"; touch made $(touch made) `touch made` \\ *'
"""Name of a folder with all special characters of shells."""


@pytest.mark.parametrize("folder", ["a set", HARD, "-", "sets/one"])
def test_remote_starts_engine_in_folder_and_engine_outlives_connection(
    other_machine: OtherMachine, folder: str
) -> None:
    place = other_machine.lay_set(folder, CONFIG)
    with RemoteSocket(f"127.0.0.1:{folder}", options=other_machine.options) as remote:
        assert not remote.answers()
        remote.start_engine()
        with connected(remote.socket) as client:
            pid = client.hello.pid
            assert Path(client.hello.start.folder).samefile(place)
            assert client.snapshot().dimension == 4
    other_machine.end()
    with connected(other_machine.engine_socket) as client:
        assert client.hello.pid == pid
    assert not list(other_machine.home.rglob("made"))


def test_remote_leaves_engine_that_runs(other_machine: OtherMachine) -> None:
    other_machine.lay_set("set", CONFIG)
    pids = []
    for _ in range(2):
        with RemoteSocket("127.0.0.1:~/set", options=other_machine.options) as remote:
            remote.start_engine()
            with connected(remote.socket) as client:
                pids.append(client.hello.pid)
    assert pids[0] == pids[1]


def test_remote_finds_program_on_path_of_login_shell(other_machine: OtherMachine) -> None:
    other_machine.lay_set("set", CONFIG, with_program=False)
    other_machine.install(other_machine.home / "my tools")
    (other_machine.home / ".profile").write_text('echo welcome\nPATH="$HOME/my tools:$PATH"\n')
    with RemoteSocket(f"127.0.0.1:{other_machine.home}/set", options=other_machine.options) as remote:
        remote.start_engine()
        assert answers(remote.socket)


def test_remote_resumes_killed_engine_as_it_was_started(other_machine: OtherMachine) -> None:
    """Checks an engine that was started by hand in another folder, with a configuration of another name."""
    place = other_machine.lay_set("set", "")
    (place / "other.toml").write_text(CONFIG)
    environment = os.environ | {"HOME": str(other_machine.home)}
    words = [".venv/bin/impsy-tui", "start", "-c", "other.toml", "--pi-temp", "1.25"]
    subprocess.run(words, cwd=place, env=environment, check=True)
    with RemoteSocket("127.0.0.1", options=other_machine.options) as remote:
        with connected(remote.socket) as client:
            first = client.hello
            assert client.command("sigma 0.5").ok
            saved = place / "logs" / ".last-session.json"
            wait_until(lambda: saved.exists() and '"sigma": 0.5' in saved.read_text())
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: not answers(remote.socket))
        assert "ready" in remote.last_lines(first.start.output)
        remote.start_engine(first.start)
        with connected(remote.socket) as client:
            assert client.hello.pid != first.pid
            player = client.snapshot().players[0]
            assert (player.number("temp"), player.number("sigma")) == (1.25, 0.5)


def _refusal(machine: OtherMachine, folder: str) -> str:
    """Returns the message if no engine starts in a folder."""
    with RemoteSocket(f"127.0.0.1:{folder}", options=machine.options) as remote:
        with pytest.raises(UserError) as refused:
            remote.start_engine()
        assert not answers(remote.socket)
    return str(refused.value)


def test_remote_reports_folder_that_is_not_there(other_machine: OtherMachine) -> None:
    said = _refusal(other_machine, "no set")
    assert said.startswith("no engine can be started on 127.0.0.1: no set cannot be entered (")
    assert said.endswith("Name the folder of your set: --remote 127.0.0.1:FOLDER")


def test_remote_reports_program_that_is_not_installed(other_machine: OtherMachine) -> None:
    other_machine.lay_set("my set", CONFIG, with_program=False)
    (other_machine.home / ".profile").write_text("PATH=/usr/bin:/bin\n")
    said = _refusal(other_machine, "my set")
    assert "impsy-tui is neither in .venv/bin in my set nor on the PATH of a login shell" in said
    assert "Install it there" in said


def test_remote_reports_what_engine_printed_that_did_not_start(other_machine: OtherMachine) -> None:
    other_machine.lay_set("set", "[osc]\nserver_port = -1\n")
    said = _refusal(other_machine, "set")
    assert said.startswith("on 127.0.0.1, in set: the engine did not start: ")
    assert "config.toml:2: [osc] server_port" in said


def test_remote_reports_folder_without_configuration(other_machine: OtherMachine) -> None:
    (other_machine.lay_set("set", "") / "config.toml").unlink()
    said = _refusal(other_machine, "set")
    assert said.startswith("on 127.0.0.1, in set: This folder has no config.toml.")
    assert not (other_machine.home / "set" / "logs").exists()

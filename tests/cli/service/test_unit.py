"""The systemd unit: valid, and safe with every name of a folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from impsy_tui.cli.service.unit import ServiceUnit
from tests.support.engine_process import shell

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: sudo apt-get install systemd"
)


def entries(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def verify(unit: Path) -> str:
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    # systemd-analyze also loads the units that this unit names.
    return "\n".join(line for line in done.stderr.splitlines() if str(unit) in line or unit.name in line)


@needs_systemd
@pytest.mark.parametrize("scope", ["--system", "--user"])
def test_install_print_shows_a_valid_unit(tmp_path: Path, scope: str) -> None:
    folder = tmp_path / "a set with 50% $HOME"
    folder.mkdir()
    (folder / "config.toml").touch()
    done = shell("service", "install", scope, "--print", cwd=folder)
    assert done.returncode == 0, done.stderr
    unit = tmp_path / "impsy-tui.service"
    unit.write_text(done.stdout)
    assert verify(unit) == ""


def test_unit_of_the_machine_may_write_to_its_folders_only(tmp_path: Path) -> None:
    unit = ServiceUnit(("/py", "run"), Path("/home/ada/set"), ("ada", 1000), ("audio",), (Path("/mnt/l og"),), 252)
    found = entries(unit.text())
    assert found["ProtectSystem"] == "strict"
    assert found["ReadWritePaths"] == '/home/ada/set "/mnt/l og"'
    assert (found["User"], found["RuntimeDirectory"]) == ("ada", "impsy-tui-1000")
    assert "RestartSteps" not in found
    assert not found["After"].count("network")


def test_unit_of_a_user_has_no_entry_that_needs_privileges() -> None:
    found = entries(ServiceUnit(("/py", "run"), Path("/home/ada/set"), None, systemd=257).text())
    assert not {"User", "ProtectSystem", "SupplementaryGroups"} & set(found)
    assert (found["RestartSteps"], found["WantedBy"]) == ("5", "default.target")


@needs_systemd
def test_unit_escapes_the_words_of_its_command(tmp_path: Path) -> None:
    words = ("/bin/echo", "100%", "$HOME", 'a "b" c', "back\\slash", "")
    unit = tmp_path / "x.service"
    unit.write_text(ServiceUnit(words, tmp_path, None).text())
    assert verify(unit) == ""
    assert entries(unit.read_text())["ExecStart"] == '/bin/echo 100%% $$HOME "a \\"b\\" c" "back\\\\slash" ""'


@pytest.mark.skipif(os.getuid() == 0, reason="root may install")
def test_install_of_the_machine_names_the_line_for_sudo(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    done = shell("service", "install", "--system", cwd=tmp_path)
    assert done.returncode == 1
    assert f"sudo {sys.executable} -m impsy_tui service install --system" in done.stderr


@pytest.mark.parametrize("words", [("install",), ("install", "-c", "nothing.toml")])
def test_install_needs_a_configuration(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = shell("service", *words, "--print", cwd=tmp_path)
    assert done.returncode == 1
    assert "config.toml" in done.stderr or "no such file" in done.stderr


@pytest.mark.parametrize("command", ["status", "logs", "uninstall"])
def test_service_commands_say_that_none_is_installed(tmp_path: Path, command: str) -> None:
    if Path("/etc/systemd/system/impsy-tui.service").exists():
        pytest.skip("a service is installed here")
    done = shell("service", command, cwd=tmp_path, XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "no service is installed" in done.stderr

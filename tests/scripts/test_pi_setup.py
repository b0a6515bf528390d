"""``scripts/pi/setup``: a dry run changes nothing, a step can be repeated and undone, and wrong words are refused."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.places import ROOT

SETUP = ROOT / "scripts" / "pi" / "setup"
STEPS = ("packages", "realtime", "program", "service", "hostname", "power", "gadget", "hotspot", "readonly")
SCRIPTS = [
    *(SETUP, ROOT / "scripts" / "pi" / "gadget", ROOT / "scripts" / "pi" / "emulate"),
    *sorted((ROOT / "scripts" / "pi" / "image").rglob("*.sh")),
]
OVERLAY = "dtoverlay=gpio-shutdown"


def setup(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs the script with its state and the boot partition in a folder, for the user of these tests or another
    one."""
    user = pwd.getpwuid(os.getuid() or 65534).pw_name
    places = {"STATE": str(folder / "state"), "BOOT": str(folder), "PLAYER": user}
    return subprocess.run(
        [SETUP, *words], env={**os.environ, **places, **settings}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    """Makes the boot partition of a Pi."""
    (tmp_path / "config.txt").write_text("arm_64bit=1\n")
    return tmp_path


def test_dry_run_names_the_usual_steps_and_changes_nothing(boot: Path) -> None:
    done = setup(boot, "--dry-run")
    assert done.returncode == 0, done.stderr
    steps = [line.partition(":")[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert tuple(steps) == STEPS[:6]
    assert f"add to {boot}/config.txt: {OVERLAY}" in done.stdout
    assert [entry.name for entry in boot.iterdir()] == ["config.txt"]
    assert (boot / "config.txt").read_text() == "arm_64bit=1\n"


def test_list_describes_every_step(boot: Path) -> None:
    rows = setup(boot, "--list").stdout.splitlines()
    assert tuple(row.split()[0] for row in rows) == STEPS
    assert all(len(row.split(maxsplit=2)[2]) > 20 for row in rows)


@pytest.mark.skipif(os.getuid() != 0, reason="the script needs root")
def test_step_is_idempotent_and_undone(boot: Path) -> None:
    for _ in range(2):
        assert setup(boot, "power").returncode == 0
    assert (boot / "config.txt").read_text() == f"arm_64bit=1\n{OVERLAY}\n"
    assert "power      done" in setup(boot, "--list").stdout
    undone = setup(boot, "--undo")
    assert undone.stdout.splitlines() == ["undo power"]  # steps that were not taken are not undone
    assert (boot / "config.txt").read_text() == "arm_64bit=1\n"


def test_hotspot_is_written_with_its_password(boot: Path) -> None:
    done = setup(boot, "--dry-run", "hotspot", PASSWORD="very secret", NAME="drums")
    assert "psk=very secret" in done.stdout
    assert "ssid=drums" in done.stdout


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (["--dry-run", "hotspot"], {}, "a password of 8 characters"),
        (["--dry-run", "hostname"], {"NAME": "No Name"}, "small letters, digits and - only"),
        (["--dry-run", "service"], {"PLAYER": "root"}, "Name the user who plays"),
        (["--dry-run", "service"], {"PLAYER": "no-such-user"}, "There is no user no-such-user"),
        (["hotsport"], {}, "hotsport: no such step. Steps: packages"),
        (["--force"], {}, "no such option"),
    ],
)
def test_wrong_words_and_settings_are_refused(
    boot: Path, words: list[str], settings: dict[str, str], said: str
) -> None:
    done = setup(boot, *words, **settings)
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.skipif(os.getuid() == 0, reason="root may change the system")
def test_setup_names_the_line_for_sudo(boot: Path) -> None:
    done = setup(boot, "power")
    assert done.returncode == 1
    assert "sudo scripts/pi/setup power" in done.stderr


@pytest.mark.skipif(
    shutil.which("shellcheck") is None, reason="shellcheck is missing: sudo apt-get install shellcheck"
)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_script_is_free_of_shell_faults(script: Path) -> None:
    done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert done.stdout == ""

"""Environments of the scripts, made and updated by real pip in virtual environments, without network."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.places import ROOT

BACKEND = '''
import zipfile

METADATA = """Metadata-Version: 2.1
Name: impsy-tui
Version: 1.0
Provides-Extra: train
Requires-Dist: helper; extra == 'train'
"""

def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "impsy_tui-1.0.dist-info"
    with zipfile.ZipFile(f"{folder}/impsy_tui-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", METADATA)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "impsy_tui-1.0-py3-none-any.whl"
'''
PROJECT = """
[build-system]
requires = [{requires}]
build-backend = "backend"
backend-path = ["."]
[project]
name = "impsy-tui"
version = "1.0"
optional-dependencies = {{ train = ["helper>=1"], other = ["absent; python_version < '3'", "helper>=1"] }}
"""


def _wheel(folder: Path, name: str, version: str) -> None:
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


class Checkout:
    """A tiny project with the real ``scripts/lib.sh``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = folder / ".venv"
        (folder / "scripts").mkdir()
        (folder / "scripts" / "lib.sh").write_text((ROOT / "scripts" / "lib.sh").read_text())
        (folder / "backend.py").write_text(BACKEND)
        _wheel(folder / "wheels", "helper", "1.0")
        self.write_project()

    def write_project(self, requires: str = "") -> None:
        """Writes ``pyproject.toml``; its build requirements cannot be installed without network."""
        (self.folder / "pyproject.toml").write_text(PROJECT.format(requires=requires) + f"# {os.urandom(4).hex()}\n")

    def make(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Makes or updates the environment, like ``scripts/play``."""
        return subprocess.run(
            ["sh", "-euc", ". scripts/lib.sh; need_python; make_environment .venv -e ."],
            cwd=self.folder,
            env=self._environment(**environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def pip(self, *words: str) -> None:
        """Runs the environment's pip."""
        subprocess.run(
            [self.environment / "bin" / "python", "-m", "pip", *words],
            cwd=self.folder,
            env=self._environment(),
            check=True,
            capture_output=True,
            timeout=300,
        )

    def installed(self) -> set[str]:
        """Returns the packages of the environment."""
        found = self.environment.glob("lib/python3.*/site-packages/*.dist-info")
        return {file.name.split("-")[0] for file in found}

    def _environment(self, **more: str) -> dict[str, str]:
        local = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder / "wheels"), "PIP_CONFIG_FILE": os.devnull}
        return {**os.environ, **local, **more}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Makes a checkout with an environment in which an extra was installed later."""
    made = Checkout(tmp_path)
    first = made.make()
    assert first.returncode == 0, first.stderr
    assert made.installed() >= {"impsy_tui", "pip"}
    made.pip("install", "-e", ".[train]")
    return made


def test_environment_is_left_alone_while_nothing_changes(checkout: Checkout) -> None:
    (checkout.environment / "mine").touch()
    again = checkout.make()
    assert (again.returncode, again.stderr) == (0, "")
    assert (checkout.environment / "mine").exists()


@pytest.mark.parametrize("first_on_path", ["active", "another"])
def test_environment_survives_another_python_first_on_path(checkout: Checkout, first_on_path: str) -> None:
    place = checkout.environment
    if first_on_path == "another":
        place = checkout.folder / "elsewhere"
        venv.create(place, with_pip=False)
    (checkout.environment / "mine").touch()
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    again = checkout.make(PATH=path, VIRTUAL_ENV=str(place))
    assert (again.returncode, again.stderr) == (0, "")
    assert (checkout.environment / "mine").exists()


def test_environment_keeps_its_extras_when_the_project_changes(checkout: Checkout) -> None:
    _wheel(checkout.folder / "wheels", "helper", "2.0")
    project = checkout.folder / "pyproject.toml"
    project.write_text(project.read_text().replace("helper>=1", "helper>=2"))
    (checkout.folder / "backend.py").write_text(BACKEND.replace("helper;", "helper>=2;"))
    again = checkout.make()
    assert again.returncode == 0, again.stderr
    assert "with the extras that are installed in it: train" in again.stderr
    found = checkout.environment.glob("lib/python3.*/site-packages/helper-2.0.dist-info")
    assert list(found)


def test_environment_is_used_as_it_is_without_network(checkout: Checkout) -> None:
    checkout.write_project(requires='"not-to-be-had"')
    again = checkout.make()
    assert again.returncode == 0
    assert "used as it is" in again.stderr
    assert checkout.installed() >= {"impsy_tui", "helper"}


def _with_a_python_that_is_gone(checkout: Checkout) -> None:
    for file in (checkout.environment / "bin").glob("python*"):
        file.unlink()
        file.symlink_to("/nowhere/python3")


def test_environment_whose_python_is_gone_is_made_again_with_its_extras(checkout: Checkout) -> None:
    _with_a_python_that_is_gone(checkout)
    again = checkout.make()
    assert again.returncode == 0, again.stderr
    assert checkout.installed() >= {"impsy_tui", "helper"}
    assert not (checkout.folder / ".venv.kept").exists()


def test_environment_whose_python_is_gone_is_kept_without_network(checkout: Checkout) -> None:
    _with_a_python_that_is_gone(checkout)
    checkout.write_project(requires='"not-to-be-had"')
    again = checkout.make()
    assert again.returncode == 1
    assert "needs the network" in again.stderr
    assert checkout.installed() >= {"impsy_tui", "helper"}


def test_environment_that_was_not_completed_gives_way_to_the_one_before(checkout: Checkout) -> None:
    (checkout.environment / "mine").touch()
    checkout.environment.rename(checkout.folder / ".venv.kept")
    checkout.environment.mkdir()
    again = checkout.make()
    assert (again.returncode, again.stderr) == (0, "")
    assert (checkout.environment / "mine").exists()


def test_python_that_is_asked_for_is_the_one_of_the_environment(tmp_path: Path) -> None:
    made = Checkout(tmp_path)
    assert made.make(PYTHON=sys.executable).returncode == 0
    assert (made.environment / "bin" / "python").resolve() == Path(sys.executable).resolve()

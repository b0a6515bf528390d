"""Lines that add an extra to the environment of the program."""

import json
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from impsy_tui import installation
from tests.support.places import ROOT

METADATA = "Metadata-Version: 2.1\nName: impsy-tui\nVersion: 9.9\nProvides-Extra: none\n"
PIP = f"{sys.executable} -m pip install"


def _installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, origin: dict[str, object] | None) -> None:
    """Puts metadata of this program first on the path, with this PEP 610 origin."""
    info = tmp_path / "impsy_tui-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: impsy-tui\nVersion: 0\n")
    if origin is not None:
        (info / "direct_url.json").write_text(json.dumps(origin))
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, f"{PIP} 'impsy-tui[train]'"),
        ({"url": "file:///home/me/a%20b", "dir_info": {"editable": True}}, f"{PIP} -e '/home/me/a b[train]'"),
        ({"url": "file:///home/me/impsy", "dir_info": {}}, f"{PIP} '/home/me/impsy[train]'"),
        (
            {"url": "file:///w/impsy_tui-1-py3-none-any.whl", "archive_info": {}},
            f"{PIP} 'impsy-tui[train] @ file:///w/impsy_tui-1-py3-none-any.whl'",
        ),
        (
            {"url": "https://example.org/i.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            f"{PIP} 'impsy-tui[train] @ git+https://example.org/i.git'",
        ),
    ],
)
def test_install_line_names_the_place_it_was_installed_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, origin: dict[str, object] | None, line: str
) -> None:
    _installed(monkeypatch, tmp_path, origin)
    assert installation.install_line("train") == line


@pytest.mark.parametrize(
    ("file", "begins"),
    [("pipx_metadata.json", "pipx install --force"), ("uv-receipt.toml", "uv tool install --force")],
)
def test_install_line_of_a_tool_environment_uses_its_tool(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str, begins: str
) -> None:
    _installed(monkeypatch, tmp_path, {"url": "file:///home/me/impsy", "dir_info": {}})
    (tmp_path / file).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert installation.install_line("train") == f"{begins} '/home/me/impsy[train]'"


def test_install_line_uses_uv_where_there_is_no_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _installed(monkeypatch, tmp_path, None)
    monkeypatch.setattr(installation, "find_spec", lambda name: None)
    assert installation.install_line("train") == f"uv pip install --python {sys.executable} 'impsy-tui[train]'"


def test_install_line_can_be_typed(tmp_path: Path) -> None:
    """Carries out the real line of this environment in a shell, with an extra that has no requirements."""
    project = tmp_path / "project"
    project.mkdir()
    wheel = project / "impsy_tui-9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        info = "impsy_tui-9.9.dist-info"
        file.writestr(f"{info}/METADATA", METADATA)
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-index", wheel], check=True)
    code = "from impsy_tui.installation import install_line; print(install_line('none'))"
    line = subprocess.run(
        [python, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    ).stdout
    assert shlex.split(line)[0] == str(python)
    done = subprocess.run(line, shell=True, env={"PIP_NO_INDEX": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_program_is_named_as_it_can_be_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "impsy-tui"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", "/usr/bin")
    assert installation.program() == "bin/impsy-tui"
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin")
    assert installation.program() == "impsy-tui"

"""Files around the program: workflows, hooks, tasks and the metadata of the package."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

from tests.support.places import ROOT
from tests.support.slow_tests import SLOW

yaml = pytest.importorskip("yaml", reason="PyYAML is missing: pip install '.[docs]'")

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
YAML_FILES = sorted(
    [*ROOT.glob(".*.yaml"), *(ROOT / ".github").rglob("*.yml"), ROOT / "CITATION.cff"],
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPT = re.compile(r"(?:^|\s)(?:\./)?((?:scripts|\.ci)/[\w/-]+(?:\.\w+)?)")


def _loaded(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _steps() -> list[str]:
    """Returns the shell lines of every workflow."""
    jobs = [job for file in WORKFLOWS for job in _loaded(file)["jobs"].values()]
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("file", YAML_FILES, ids=lambda path: path.name)
def test_yaml_file_can_be_read(file: Path) -> None:
    assert isinstance(_loaded(file), dict)


def test_workflow_runs_fast_tests_on_both_systems_and_every_python() -> None:
    matrix = _loaded(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]["fast"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos"}
    versions = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if " :: 3." in line]
    assert matrix["python"] == versions
    assert {"make lint", "make test-fast", "make coverage", ".ci/run"} <= set(_steps())


def test_release_is_published_without_a_password() -> None:
    release = _loaded(ROOT / ".github" / "workflows" / "release.yml")
    publish = release["jobs"]["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["needs"] == "build"
    assert not any("password" in step.get("with", {}) for step in publish["steps"])


def test_workflow_lines_name_tasks_and_scripts_that_exist() -> None:
    tasks = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    used = [task for line in _steps() for task in re.findall(r"\bmake ([\w-]+)", line)]
    assert used
    assert set(used) <= set(tasks)
    assert [name for line in _steps() for name in SCRIPT.findall(line) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("task", ["dev", "test", "test-fast", "coverage", "lint", "docs", "bench"])
def test_make_task_runs_scripts_that_exist(task: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is missing: sudo apt-get install make")
    done = subprocess.run(["make", "-n", task], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scripts = SCRIPT.findall(done.stdout)
    assert scripts
    assert [name for name in scripts if not (ROOT / name).is_file()] == []


def test_hooks_use_the_versions_of_the_extra_for_developers() -> None:
    (hooks,) = _loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    wanted = {each for hook in hooks["hooks"] for each in hook["additional_dependencies"]}
    assert wanted - {"pre-commit-hooks>=5"} <= set(PROJECT["optional-dependencies"]["dev"])


def test_citation_names_the_version_of_the_package() -> None:
    citation = _loaded(ROOT / "CITATION.cff")
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])


def test_wheel_has_types_licence_and_metadata(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is missing: pip install hatchling")
    code = f"import hatchling.build; hatchling.build.build_wheel({str(tmp_path)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        (metadata,) = [name for name in names if name.endswith("/METADATA")]
        fields = Parser().parsestr(wheel.read(metadata).decode())
    assert "impsy_tui/py.typed" in names
    assert any(name.endswith(".data/data/share/man/man1/impsy-tui.1") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert fields["License-Expression"] == "MIT"
    assert fields["Author"] == "impsy-tui maintainers"
    assert fields.get_all("Project-URL")
    assert fields["Requires-Python"] == PROJECT["requires-python"].replace(">=3.11,<3.14", "<3.14,>=3.11")


def test_list_of_slow_tests_names_tests_that_exist() -> None:
    assert [name for name in SLOW if not (ROOT / name).exists()] == []


PROVIDERS = {"rtmidi": "python_rtmidi", "serial": "pyserial", "sklearn": "scikit_learn"}
"""Packages of modules with another name."""


def test_pyproject_declares_every_imported_package() -> None:
    extras = PROJECT["optional-dependencies"]
    declared = [
        *PROJECT["dependencies"],
        *(each for extra in extras.keys() - {"dev", "docs"} for each in extras[extra]),
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", each)[0].replace("-", "_").lower() for each in declared}
    for path in sorted((ROOT / "impsy_tui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                modules = [node.module]
            found = {each.partition(".")[0] for each in modules} - sys.stdlib_module_names
            for module in found - {"impsy_tui", "_typeshed"}:
                assert PROVIDERS.get(module, module.lower()) in names, f"{path.relative_to(ROOT)} imports {module}"

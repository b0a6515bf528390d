"""Lists the dependencies without a wheel for a Raspberry Pi: `pip` would compile them there.

scripts/pi/wheels.py        for Python 3.11 to 3.14, 64-bit and 32-bit; asks the package index
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).resolve().parents[2]
MACHINES: Final = ("aarch64", "armv7l")
GLIBC: Final = range(17, 37)
"""Minor versions of the glibc that a wheel may need: Debian 12 has 2.36."""
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
_MISSING: Final = re.compile(r"No matching distribution found for ([A-Za-z0-9_.-]+)")


def required(python: str, machine: str) -> list[str]:
    """Returns the requirements of the program on Linux, without their markers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    here = {"python_version": python, "platform_machine": machine, "sys_platform": "linux"}
    found = [Requirement(text) for text in project["dependencies"]]
    return [f"{one.name}{one.specifier}" for one in found if one.marker is None or one.marker.evaluate(here)]


def missing(python: str, machine: str) -> list[str]:
    """Returns the dependencies without a wheel."""
    wanted, without = required(python, machine), []
    platforms = [word for minor in GLIBC for word in ("--platform", f"manylinux_2_{minor}_{machine}")]
    while True:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--disable-pip-version-check"]
            command += ["--only-binary=:all:", "--python-version", python, "--target", folder, *platforms, *wanted]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return without
        found = _MISSING.search(done.stderr)
        if found is None:
            sys.exit(done.stderr)
        without.append(found[1])
        wanted = [one for one in wanted if re.match(r"[A-Za-z0-9_.-]+", one)[0] != found[1]]


def main() -> None:
    for machine in MACHINES:
        for python in PYTHONS:
            without = missing(python, machine)
            said = f"no wheel: {', '.join(without)}" if without else "all wheels"
            print(f"{machine:8} Python {python:5} {said}", flush=True)


if __name__ == "__main__":
    main()

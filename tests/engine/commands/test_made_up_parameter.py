"""A registered parameter works everywhere without any other change."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_registered_parameter_works_everywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.engine.made_up_parameter", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr

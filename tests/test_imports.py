"""Allowed imports: the engine loads no large library, and only workers load training libraries."""

import subprocess
import sys

import pytest

from tests.support.places import ROOT


def loaded_by(statement: str) -> set[str]:
    """Returns the top-level modules, and the modules of this package, in memory after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_engine_loads_nothing_that_draws_or_learns() -> None:
    loaded = loaded_by("import impsy_tui.engine.run")
    for name in ("textual", "rich", "typer", "tensorflow", "keras", "torch", "sklearn", "h5py", "impsy_tui.training"):
        assert name not in loaded
    for name in ("impsy_tui.plots", "matplotlib", "distributed", "dask"):
        assert name not in loaded


def test_gestures_are_classified_with_numpy_alone() -> None:
    loaded = loaded_by(
        "import impsy_tui.ensemble.score_touches, impsy_tui.ensemble.touches.surfaces, impsy_tui.ensemble.clips"
    )
    assert not {"sklearn", "scipy", "msgspec", "textual", "tensorflow", "impsy_tui.training"} & loaded


def test_plot_in_a_terminal_needs_no_matplotlib() -> None:
    loaded = loaded_by("import impsy_tui.cli.plot, impsy_tui.workers.plot")
    assert not {"matplotlib", "textual", "h5py", "ai_edge_litert", "tensorflow"} & loaded


@pytest.mark.parametrize("room", ["impsy_tui.language", "impsy_tui.config", "impsy_tui.parameters"])
def test_pure_rooms_load_no_numpy(room: str) -> None:
    assert "numpy" not in loaded_by(f"import {room}")


def test_doors_open_without_the_engine() -> None:
    loaded = loaded_by("import impsy_tui.cli.main")
    assert "numpy" not in loaded
    assert "impsy_tui.engine.engine" not in loaded


def test_log_writer_needs_the_smallest_modules_alone() -> None:
    code = "import sys; sys.path.append(sys.argv[1]); import impsy_tui.engine.log.log_writer; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)], capture_output=True, text=True, check=True
    )
    assert not {"numpy", "asyncio", "typing", "subprocess", "json", "re"} & set(done.stdout.split())

"""Health of the machine, from files like those of a Raspberry Pi."""

from pathlib import Path

import pytest

from impsy_tui.engine.server.machine_health import MachineHealth, read_health


@pytest.mark.parametrize(
    ("bits", "undervoltage", "throttled"),
    [
        ("0", False, False),
        ("1\n", True, False),
        ("2", False, True),
        ("4", False, True),
        ("8", False, True),
        ("50005", True, True),
        ("50000", False, False),  # this was the case before, and is over
    ],
)
def test_pi_tells_of_heat_and_weak_power(tmp_path: Path, bits: str, undervoltage: bool, throttled: bool) -> None:
    (tmp_path / "temp").write_text("48312\n")
    (tmp_path / "throttled").write_text(bits)
    found = read_health(tmp_path / "temp", (tmp_path / "none", tmp_path / "throttled"))
    assert found == MachineHealth(48.312, undervoltage, throttled)


def test_machine_that_tells_nothing_is_taken_for_well(tmp_path: Path) -> None:
    assert read_health(tmp_path / "none", (tmp_path / "none",)) == MachineHealth()


def test_nonsense_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "temp").write_bytes(b"\xff\xfe")
    (tmp_path / "throttled").write_text("warm")
    assert read_health(tmp_path / "temp", (tmp_path / "throttled",)) == MachineHealth()

"""Ableton Link on a machine whose library cannot be loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from impsy_tui.system_libraries import install_packages, package_of
from tests.support.engine.virtual_session import VirtualSession


class _Pipes:
    """Pipes to a peer that takes everything."""

    def send(self, change: dict[str, object]) -> None:
        """Sends a change to the peer."""

    def close(self) -> None:
        """Ends the peer."""


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "libatomic.so.1: cannot open shared object file: No such file or directory",
            f"Ableton Link needs libatomic.so.1 ({install_packages('libatomic1')})",
        ),
        ("bad magic", "Ableton Link needs aalink, which cannot be loaded: bad magic"),
    ],
)
def test_peer_says_why_its_library_cannot_be_loaded(tmp_path: Path, reason: str, said: str) -> None:
    (tmp_path / "aalink.py").write_text(f"raise ImportError({reason!r})\n")
    done = subprocess.run(
        [sys.executable, "-m", "impsy_tui.engine.clock.link.peer", "120"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"failed": said}]


def test_link_is_off_after_its_library_could_not_be_loaded(tmp_path: Path) -> None:
    engine = VirtualSession(tmp_path)
    link = engine.session.tempo.link
    link._open_peer = lambda *taken: _Pipes()
    engine.do("clock link on")
    link.take({"failed": "Ableton Link needs libatomic.so.1"})
    assert not link.on
    assert "Ableton Link needs libatomic.so.1" in [text for level, _, text in engine.messages if level == "error"]


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libatomic.so.1", "libatomic1"),
        ("libportaudio.so.2", "libportaudio2"),
        ("libjack.so.0", "libjack-jackd2-0"),
        ("libusb-1.0.so.0", "libusb-1.0-0"),
    ],
)
def test_package_of_a_library_follows_the_policy_of_debian(library: str, package: str) -> None:
    assert package_of(library) == package

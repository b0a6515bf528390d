"""The engine without python-rtmidi: a system library that it loads is missing."""

from pathlib import Path

import pytest

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.config import Midi
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.engine_process import shell
from tests.support.waiting import until

MISSING = "MIDI needs libasound.so.2 (sudo apt-get install libasound2)"


@pytest.fixture(autouse=True)
def without_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes find a python-rtmidi that fails as the real one does without the library."""
    error = "libasound.so.2: cannot open shared object file: No such file or directory"
    (tmp_path / "rtmidi.py").write_text(f"raise ImportError({error!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_ports_names_the_package_of_a_missing_library(tmp_path: Path) -> None:
    done = shell("ports", cwd=tmp_path)
    assert MISSING in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_channel_reports_a_missing_library_once() -> None:
    channel = MidiChannel(Midi(in_device=("Keys",), input={"Keys": (("note_on", 1),)}))

    async def play(hearing: Hearing) -> None:
        await until(lambda: bool(hearing.told))
        for _ in range(3):  # the channel goes on looking for devices, and has nothing new to say
            await channel._look()

    hearing = perform(channel, play, 1)
    assert hearing.told == [("warning", f"{MISSING}: MIDI waits for it")]

"""Engine without python-rtmidi: the library is not installed, or a system library that it loads is missing."""

import sys
import sysconfig
from pathlib import Path

import pytest

from impsy_tui.channels.midi.channel import MidiChannel
from impsy_tui.channels.midi.system import driver
from impsy_tui.config import Midi
from impsy_tui.system_libraries import install_packages, package_of
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.engine_process import shell
from tests.support.waiting import until

MISSING = f"MIDI needs libasound.so.2 ({install_packages(package_of('libasound.so.2'))}"


@pytest.fixture
def without_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives processes a python-rtmidi that fails like the real one without the system library."""
    error = "libasound.so.2: cannot open shared object file: No such file or directory"
    (tmp_path / "rtmidi.py").write_text(f"raise ImportError({error!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("without_library")
def test_ports_names_the_package_of_a_missing_library(tmp_path: Path) -> None:
    done = shell("ports", cwd=tmp_path)
    assert MISSING in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("without_library")
def test_channel_reports_a_missing_library_once() -> None:
    channel = MidiChannel(Midi(in_device=("Keys",), input={"Keys": (("note_on", 1),)}))

    async def play(hearing: Hearing) -> None:
        await until(lambda: bool(hearing.told))
        for _ in range(3):  # the channel continues to look for devices, and reports nothing new
            await channel._look()

    hearing = perform(channel, play, 1)
    assert [level for level, _ in hearing.told] == ["warning"]
    assert hearing.told[0][1].startswith(MISSING)
    assert hearing.told[0][1].endswith("): MIDI waits for it")


def test_driver_of_debian_is_loaded_if_it_is_built_for_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "dist-packages" / "rtmidi"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("from rtmidi.midiconstants import NOTE_ON\n")
    (folder / "midiconstants.py").write_text("NOTE_ON = 0x90\n")
    monkeypatch.setattr(driver, "_DEBIANS", folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "rtmidi"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    (folder / "_rtmidi.cpython-399-x86_64-linux-gnu.so").touch()
    assert "python-rtmidi" in driver.loading_problem()
    (folder / f"_rtmidi{sysconfig.get_config_var('EXT_SUFFIX')}").touch()
    assert driver.loading_problem() == ""
    assert sys.modules.pop("rtmidi").NOTE_ON == 0x90
    sys.modules.pop("rtmidi.midiconstants")

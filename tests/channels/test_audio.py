"""Microphone of a real engine, through a real JACK server, with the sound of Pure Data."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impsy_tui.agent.file import write_agent
from impsy_tui.installation import needs_extra
from tests.support.agents import small_agent
from tests.support.channels.jack_server import JackServer
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.process_list import children
from tests.support.programs import PD_PROBLEM
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]
Sine = Callable[[float], str]
Listen = Callable[[str], EngineProcess]

_SINE = """#N canvas 0 0 400 300 12;
#X obj 20 20 osc~ 1000;
#X obj 20 60 *~ {amplitude};
#X obj 20 100 dac~ 1;
#X obj 120 20 loadbang;
#X msg 120 60 \\; pd dsp 1;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 3 0 4 0;
"""


@pytest.fixture
def sine(jack_server: JackServer, tmp_path: Path) -> Iterator[Sine]:
    """Plays a sine of 1000 Hz by Pd through JACK; gives the name of the client."""
    if PD_PROBLEM:
        pytest.skip(PD_PROBLEM)
    started: list[subprocess.Popen[bytes]] = []

    def start(amplitude: float) -> str:
        name = f"sine{os.getpid()}"
        (tmp_path / "sine.pd").write_text(_SINE.format(amplitude=amplitude))
        command = ["pd", "-nogui", "-jack", "-jackname", name, "-nojackconnect", "-noadc", "-outchannels", "1"]
        command += ["-r", "48000", "-open", str(tmp_path / "sine.pd")]
        quiet = subprocess.DEVNULL
        started.append(subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet))
        wait_until(lambda: f"{name}:" in _ports())
        return name

    yield start
    for pd in started:
        pd.terminate()
        pd.wait()
    # A server that ends while a client disappears does not free its place, and there are eight places.
    wait_until(lambda: "sine" not in _ports())


def _ports() -> str:
    return subprocess.run(["jack_lsp"], capture_output=True, text=True, check=False).stdout


@pytest.fixture
def listen(tmp_path: Path, start_engine: Start) -> Callable[[str], EngineProcess]:
    """Starts an engine whose agent hears a device."""
    if subprocess.run([sys.executable, "-c", "import sounddevice"], capture_output=True, check=False).returncode:
        pytest.skip("sounddevice or PortAudio is not installed (pip install 'impsy-tui[audio]', libportaudio2)")
    write_agent(tmp_path / "agent-small.npz", small_agent())

    def start(device: str) -> EngineProcess:
        return start_engine(
            "[model]\ndimension = 3\n[[player]]\nname = 'main'\nkind = 'agent'\nfile = 'agent-small.npz'\n"
            f"[audio]\ndevice = '{device}'\n"
            f"[osc]\nserver_port = {free_port()}\nclient_port = {free_port()}\n"
        )

    return start


def _snapshot(engine: EngineProcess) -> dict:
    return json.loads(engine.command("status", "--json").stdout)


def test_engine_hears_a_microphone_and_its_agent_follows(sine: Sine, listen: Listen) -> None:
    name = sine(0.25)
    engine = listen(name)
    wait_until(lambda: _snapshot(engine)["players"][0]["agent"]["rate"] > 300)
    found = _snapshot(engine)
    # A sine of amplitude 0.25 is 15 dB below full scale, the synth goes from -50 to -10.
    assert found["players"][0]["agent"]["level"] == pytest.approx(-15.0, abs=1.0)
    assert found["players"][0]["output"] == pytest.approx([0.87, 0.5], abs=0.06)
    done = engine.command("send", "calibrate 1s")
    assert done.stdout.startswith("audio: playing at -15 dBFS"), done
    assert _snapshot(engine)["players"][0]["agent"]["level"] == pytest.approx(-18.0, abs=0.5)
    assert engine.end() == 0
    assert "feats" in engine.log_rows()[-1]


def test_clipping_is_reported_and_the_set_goes_on(sine: Sine, listen: Listen) -> None:
    engine = listen(sine(3.0))
    wait_until(lambda: "audio: the sound clipped" in engine.said())
    assert engine.said().count("the sound clips: turn the microphone down") == 1
    before = _snapshot(engine)["players"][0]["agent"]["heard"]
    assert 0.0 <= before < 1.0
    assert engine.end() == 0


def test_sound_server_that_dies_does_not_keep_the_engine(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: jackd2)")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", os.environ.get("JACK_DEFAULT_SERVER", ""))  # restored after the test
    server = JackServer()
    server.start()
    engine = listen("system")
    wait_until(lambda: _snapshot(engine)["players"][0]["agent"]["level"] < -100.0)
    server.end(kill=True)
    wait_until(lambda: "audio: nothing comes from system any more: is it plugged in?" in engine.said())
    assert "audio     waiting" in engine.command("status").stdout
    assert engine.end() == 0
    server.close()


def test_device_that_pauses_is_heard_again_and_its_problem_ends(jack_server: JackServer, listen: Listen) -> None:
    engine = listen("system")
    wait_until(lambda: _snapshot(engine)["players"][0]["agent"]["level"] < -100.0)
    jack_server.freeze()
    try:
        wait_until(lambda: "audio: nothing comes from system any more: is it plugged in?" in engine.said())
    finally:
        jack_server.freeze(on=False)
    wait_until(lambda: "audio: system is heard now" in engine.said(), 120)
    audio = next(one for one in _snapshot(engine)["channels"] if one["name"] == "audio")
    assert audio["state"] == "open"
    assert "nothing comes" not in audio["problem"]  # a busy machine loses sound at times
    assert engine.end() == 0


def test_audio_waits_for_a_missing_device_and_hears_it_when_it_comes(
    jack_server: JackServer, sine: Sine, listen: Listen
) -> None:
    name = f"sine{os.getpid()}"
    engine = listen(name)
    assert f"audio WAITING {name}, input 1" in engine.ready
    wait_until(lambda: f"{name} cannot be heard: No input device matching '{name}'" in engine.said())
    assert "audio: no sound comes from the device" in engine.command("send", "calibrate").stderr
    assert sine(0.25) == name
    wait_until(lambda: f"{name} is heard now" in engine.said(), 60)
    wait_until(lambda: _snapshot(engine)["players"][0]["agent"]["rate"] > 0)
    assert engine.end() == 0


def test_audio_without_any_input_says_so(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "impsy-no-server")
    code = "import sounddevice; print(any(one['max_input_channels'] for one in sounddevice.query_devices()))"
    inputs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if "True" in inputs.stdout:
        pytest.skip("this machine has a sound input")
    engine = listen("")
    wait_until(lambda: "audio: this machine has no sound input" in engine.said().lower())
    assert engine.end() == 0


def test_audio_host_without_sounddevice_names_the_extra() -> None:
    order = {"device": "", "input": 1, "rate": 0, "window": 256, "hop": 128, "gain": 1.0}
    code = "import sys; sys.modules['sounddevice'] = None\nfrom impsy_tui.channels.audio.host import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(order) + "\n", capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout) == {"failed": needs_extra("sound", "sounddevice", "audio")}


def test_process_that_hears_the_device_is_replaced_after_its_death(jack_server: JackServer, listen: Listen) -> None:
    engine = listen("system")
    wait_until(lambda: _snapshot(engine)["players"][0]["agent"]["rate"] > 0)
    (host,) = children(engine.process.pid, "channels.audio.host")
    os.kill(host, signal.SIGKILL)
    wait_until(lambda: "audio: system is heard now" in engine.said())
    wait_until(lambda: _snapshot(engine)["players"][0]["agent"]["rate"] > 0)
    assert engine.end() == 0

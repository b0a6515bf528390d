"""Notes of muted dimensions end at once: a real engine, heard through its WebSocket."""

from collections.abc import Callable, Iterator

import pytest
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import ClientConnection, connect

from impsy_tui.control.client import ControlClient, connected
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until

Start = Callable[..., EngineProcess]


class Stage:
    """Engine that passes notes on to a browser."""

    def __init__(self, engine: EngineProcess, osc: int, client: ControlClient, browser: ClientConnection) -> None:
        self.client = client
        self._controller = SimpleUDPClient("127.0.0.1", osc)
        self._browser = browser

    def play(self, *values: float) -> list[str]:
        """Plays a message; returns the heard messages."""
        self._controller.send_message("/interface", list(values))
        return self.heard(len(values))

    def does(self, line: str) -> None:
        """Carries out a command."""
        assert self.client.command(line).ok

    def heard(self, count: int) -> list[str]:
        """Returns the next messages."""
        return [str(self._browser.recv(5)) for _ in range(count)]

    def hears_nothing(self) -> None:
        """Checks that no more messages arrive."""
        with pytest.raises(TimeoutError):
            self._browser.recv(0.2)


@pytest.fixture
def stage(start_engine: Start) -> Iterator[Stage]:
    osc = free_port()
    port = free_tcp_port()
    notes = "[" + ", ".join(f'["note_on", {channel}]' for channel in (1, 2, 3)) + "]"
    engine = start_engine(
        '[interaction]\nmode = "useronly"\ninput_thru = true\n[model]\ndimension = 4\n'
        f"[osc]\nserver_port = {osc}\nclient_port = {free_port()}\n"
        f"[websocket]\nserver_port = {port}\noutput = {notes}\n"
    )
    with connected(engine.socket) as client, connect(f"ws://127.0.0.1:{port}") as browser:
        wait_until(lambda: client.snapshot().channels[1].bound.endswith("1 client"))
        stage = Stage(engine, osc, client, browser)
        # An earlier engine may have left notes sounding.
        assert sorted(stage.heard(6)) == sorted(
            f"/channel/{channel}/cc/{controller}/0" for channel in (1, 2, 3) for controller in (120, 123)
        )
        yield stage


def test_mute_and_solo_end_notes_at_once(stage: Stage) -> None:
    assert len(stage.play(0.0, 0.5, 1.0)) == 3
    stage.does("mute x2")
    assert stage.heard(1) == ["/channel/2/noteoff/64/0"]
    stage.does("solo x1 x2")
    assert stage.heard(1) == ["/channel/3/noteoff/127/0"]
    stage.does("release x1")  # x2 alone is soloed now
    assert stage.heard(1) == ["/channel/1/noteoff/0/0"]
    stage.does("mute x1 x2 x3")
    stage.hears_nothing()


@pytest.mark.parametrize("line", ["thru off", "mode filter", "set interaction.input_thru false"])
def test_thru_off_ends_passed_notes(stage: Stage, line: str) -> None:
    stage.play(0.0, 0.5, 1.0)
    stage.does(line)
    assert stage.heard(3) == ["/channel/1/noteoff/0/0", "/channel/2/noteoff/64/0", "/channel/3/noteoff/127/0"]

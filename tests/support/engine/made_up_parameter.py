"""Program that uses a registered parameter of a made-up kind of player in every way: ``made_up_parameter FOLDER``.

The table of commands is built when the language is imported, so the parameter is registered before that, in a process
that nothing else uses.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.parameters import Kind, Parameter, register
from impsy_tui.ranges import Range

SPARKLE = register(
    Parameter(
        "sparkle",
        Kind.NUMBER,
        ("made-up",),
        "how bright it plays",
        "sparkle 2",
        1.0,
        Range(0.0, 10.0),
        argument="amount",
        ramp="linear",
    )
)

from impsy_tui.channels.osc.channel import OscChannel  # noqa: E402
from impsy_tui.control.status_text import status_lines  # noqa: E402
from impsy_tui.engine.performance.scenes.file import scene_table  # noqa: E402
from impsy_tui.engine.performance.scenes.scene import scene_lines  # noqa: E402
from impsy_tui.engine.performance.session_state.last_session import SavedSet  # noqa: E402
from impsy_tui.engine.players.mdrnn import MdrnnBehaviour  # noqa: E402
from impsy_tui.engine.players.settings import PlayerSettings  # noqa: E402
from impsy_tui.engine.server.snapshot import _player_state  # noqa: E402
from impsy_tui.engine.set_state import resume_set  # noqa: E402
from impsy_tui.language.completion import CompletionSources, complete  # noqa: E402
from impsy_tui.language.osc_addresses import FROM_NETWORK  # noqa: E402
from tests.support import snapshots  # noqa: E402
from tests.support.channels.fake_listener import Hearing  # noqa: E402
from tests.support.channels.osc_listener import with_channel  # noqa: E402
from tests.support.engine.virtual_session import VirtualSession  # noqa: E402
from tests.support.waiting import until  # noqa: E402


class _MadeUp(MdrnnBehaviour):
    """Player that shows the values that were set."""

    kind = "made-up"
    brightness = 0.0

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter."""
        super().set_value(name, value)
        if name == SPARKLE.name:
            self.brightness = value


def _set_of(folder: Path) -> tuple[VirtualSession, _MadeUp]:
    folder.mkdir()
    set_ = VirtualSession(folder)
    player, tempo = set_.session.focused_player, set_.session.tempo
    settings = PlayerSettings("made-up", threshold=1.0)
    behaviour = _MadeUp(player.behaviour.predictor, settings, set_.time.scheduler, player, set_.random, tempo)
    player.behaviour = behaviour
    return set_, behaviour


def _send_over_osc(set_: VirtualSession, address: str, value: float) -> None:
    """Sends a message to a real socket, and carries out the message that the channel hears."""
    heard: list[tuple[str, tuple[Any, ...], bool]] = []

    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        client.send_message(address, value)
        await until(lambda: bool(hearing.addresses))
        heard.extend(hearing.addresses)

    with_channel(play)
    for message in heard:
        assert set_.incoming.addressed("osc", *message) == ""
        set_.wait(0.05)


def _check(folder: Path) -> None:
    set_, behaviour = _set_of(folder / "first")
    assert complete("spar", CompletionSources()).options == ("sparkle",)
    assert set_.do("sparkle 3") == "sparkle 3"
    assert behaviour.brightness == behaviour.settings.sparkle == 3.0
    refused = set_.try_("sparkle 11")
    assert (refused.ok, "is out of range (0 to 10)" in refused.text) == (False, True)
    assert "/impsy/sparkle" in FROM_NETWORK
    _send_over_osc(set_, "/impsy/sparkle", 4.0)
    assert behaviour.brightness == 4.0
    set_.do("sparkle 3")
    set_.do("over 2s sparkle 8")
    set_.wait(1.0)
    assert abs(behaviour.brightness - 5.5) < 0.1
    set_.wait(1.5)
    assert behaviour.brightness == 8.0

    set_.do("scene save bright")
    set_.do("sparkle 2")
    set_.do("undo")
    assert behaviour.brightness == 8.0
    set_.do("sparkle 2; over 2s scene bright")
    set_.wait(1.0)
    assert abs(behaviour.brightness - 5.0) < 0.1
    set_.do("sparkle 2; scene bright")
    assert behaviour.brightness == 8.0
    assert "sparkle 8" in scene_lines(set_.live_set.scene_file.find("bright"), "main")

    set_.do("sparkle 0; map cc 1 7 sparkle 0 4")
    for level in (0, 127):
        assert set_.incoming.message("midi", "knobs", bytes((0xB0, 7, level)))
        set_.time.advance(0.1)
    assert behaviour.brightness == 4.0
    set_.do("sparkle 8")

    player = set_.session.focused_player
    snapshot = msgspec.structs.replace(
        snapshots.snapshot(), players=(_player_state(player, behaviour, set_.time.time),)
    )
    assert any("sparkle 8" in line for line in status_lines(snapshot))

    kept = SavedSet(scene=json.loads(json.dumps(scene_table(set_.live_set.scene_keeper.capture()))))
    again, resumed = _set_of(folder / "second")
    assert resumed.settings.sparkle == SPARKLE.default
    problems = asyncio.run(resume_set(kept, 0.0, again.live_set, again.executor, settings=True))
    assert (problems, resumed.brightness) == ([], 8.0)


if __name__ == "__main__":
    _check(Path(sys.argv[1]))

"""Agent in the console: descriptors of the musician and of its synth, next to its parameters."""

import os
from collections.abc import Iterator

import msgspec
import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.agent.file import write_agent
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.agent import agent_lines
from impsy_tui.control.agent_state import GROUPS, AgentState
from tests.console.conftest import Rig
from tests.support import snapshots as made
from tests.support.agents import frame, small_agent
from tests.support.console_app import LARGE, SMALL, console, performed

PALETTE = ThemeFolders().load("amber")
AGENT = msgspec.structs.replace(made.AGENT, hear="loudness-dB centroid chroma-A chroma-B and 20 more", resting=True)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    folder = tmp_path_factory.mktemp("agent")
    write_agent(folder / "agent-small.npz", small_agent())
    made = Rig(folder, '[[player]]\nname = "main"\nkind = "agent"\nfile = "agent-small.npz"\n')
    yield made
    made.close()


def text(agent: AgentState, width: int) -> list[str]:
    values = {"aim": "imitate", "steer": "network", "budget": 0.5, "smooth": 0.2}
    player = made.snapshot(agent=agent, parameters=values).focused
    return ["".join(piece for piece, _ in line) for line in agent_lines(player, width, PALETTE)]


@pytest.mark.parametrize("width", [27, 42, 64])
def test_everything_fits_its_column(width: int) -> None:
    for agent in (
        AGENT,
        msgspec.structs.replace(AGENT, heard=-1.0, musician=()),
        msgspec.structs.replace(AGENT, heard=9.0),
    ):
        lines = text(agent, width)
        assert all(len(line) <= width for line in lines), lines
        assert len(lines) == 5 + len(GROUPS) + 2


def test_both_sets_of_descriptors_stand_next_to_each_other() -> None:
    lines = text(AGENT, 27)
    assert lines[1] == "IMITATE  RESTS  budget 0.5"
    assert lines[2] == "-18 dBFS  344 frames/s"
    assert lines[4] == "loudness ━━━━──── ────────"
    assert lines[7:9] == ["chroma   ▁█▁█▁█▁█▁█▁█ you", "         █▁█▁█▁█▁█▁█▁ its"]
    assert lines[-1] == "distance 0.42 ▁▅█"
    assert text(AGENT, 42)[4] == "loudness ━━━━━━────── you ──────────── its"
    assert text(msgspec.structs.replace(AGENT, heard=9.0), 27)[2] == " NOTHING HEARD for 9 s "


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@performed
async def test_agent_on_the_screen(rig: Rig, size: tuple[int, int]) -> None:
    async with console(rig.socket, size) as here:
        await here.sees("AGENT", "aim imitate", "IMITATE", "hears loudness-dBFS")
        patch = SimpleUDPClient("127.0.0.1", rig.port)
        for _ in range(20):
            patch.send_message("/feats/loudness", [*frame(-30.0).tolist(), *frame(-10.0).tolist(), 0.5, 0.5])
        await here.sees("-10 dBFS", "loudness", "chroma", "its", "distance", "1.00")
        await here.enter("aim contrast; budget 2")
        await here.sees("CONTRAST", "budget 2")
        await here.enter("aim imitate; budget off")
        await here.sees("IMITATE")
        assert all(len(line) <= size[0] for line in here.lines)
        await here.press("escape")
        # An agent has no temperatures and no speed; the other keys keep their places.
        await here.sees(f" KEYS  1-5 mode  {' ' * len('- = temp  [ ] sigma  , . speed  ')}Space pause  t take")
        # The rest of the column is still there.
        await here.sees("CHANNELS", "● osc")

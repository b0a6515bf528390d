"""Several players in the console: the focused player large, all players small."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.conftest import Rig
from tests.support.console_app import LARGE, SMALL, console, performed
from tests.support.models import constant_model


def _rig(folder: Path, count: int) -> Rig:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    constant_model(folder / "models" / "pulse.h5", [0.02, 0.2, 0.5])
    players = [
        f'[[player]]\nname = "p{number}"\nfile = "models/pulse.h5"\nhears = "x{number}-x{number + 1}"\n'
        f'plays = "x{number}-x{number + 1}"\n'
        for number in range(1, count + 1)
    ]
    return Rig(folder, '[interaction]\nmode = "battle"\n' + "".join(players))


@pytest.fixture(scope="module")
def duo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = _rig(tmp_path_factory.mktemp("duo"), 2)
    yield rig
    rig.close()


@pytest.fixture(scope="module")
def octet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = _rig(tmp_path_factory.mktemp("octet"), 8)
    yield rig
    rig.close()


@performed
async def test_players_fit_a_small_screen(duo: Rig) -> None:
    async with console(duo.socket, SMALL) as here:
        await here.sees("PLAYERS", "▸p1 ◀", " p2 ◀", "battle", "CHANNELS", "● osc", "◀ PLAYER ALONE  p1")
        assert all(len(line) <= 80 for line in here.lines)
        # The focus plays x1 and x2, and not x3.
        await here.until(lambda: "0.50" in here.text and here.text.count("other") == 1)
        await here.enter("@p2 temp 1.7")
        await here.sees("temp 1.00")
        await here.press("escape")
        await here.sees(" KEYS ")
        await here.press("n")
        await here.sees("▸p2", "ALONE  p2", "temp 1.70")
        await here.press("equals_sign")
        await here.sees("temp 1.80")
        await here.press("n")
        await here.sees("▸p1", "temp 1.00")
        await here.press("p", "space")
        await here.sees("▸p2 ‖", " p1 ‖", "PAUSED")
        await here.press("space")
        await here.sees("▸p2 ◀")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@performed
async def test_eight_players_are_all_there(octet: Rig, size: tuple[int, int]) -> None:
    async with console(octet.socket, size) as here:
        await here.sees("PLAYERS", *(f"p{number} ◀" for number in range(1, 9)), "x9", "CHANNELS", "● osc", "›")
        assert here.text.count("other") == 7 or here.text.count("- ") >= 7
        assert all(len(line) <= size[0] for line in here.lines)
        assert len(here.lines) == size[1]


@performed
async def test_players_pane_is_hidden_for_one_player(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.sees("CALLRESPONSE")
        assert "PLAYERS" not in here.text

"""Ensemble in the console, with the focus, next to a player of values."""

from collections.abc import Iterator

import pytest

from impsy_tui.console.drawing.large_text import large
from tests.console.conftest import Rig
from tests.support.console_app import HUGE, LARGE, SMALL, console, performed
from tests.support.models import constant_model
from tests.support.workers.gesture_recordings import recorded


@pytest.fixture(scope="module")
def quintet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("quintet")
    constant_model(folder / "models" / "pulse.h5", [0.02, 0.2, 0.5])
    rig = Rig(
        folder,
        '[interaction]\nmode = "battle"\n[[player]]\nname = "quartet"\nkind = "ensemble"\n'
        '[[player]]\nname = "pulse"\nfile = "models/pulse.h5"\n[demo]\ntouches = true\nrest = 0.0\n',
    )
    yield rig
    rig.close()


@performed
async def test_ensemble_is_shown_where_it_has_the_focus(quintet: Rig) -> None:
    async with console(quintet.socket, SMALL) as here:
        await here.sees(
            "ENSEMBLE", "lead", "p2", "p3", "p4", "flux", "entropy", "▸quartet", " ALL PLAY ", "temp 1.00"
        )
        assert all(len(line) <= 80 for line in here.lines)
        assert "sigma" not in here.text
        await here.enter("force p3 combination")
        await here.sees("p3   !combination")
        await here.enter("ensemble 8; tacet p8")
        await here.sees("p8   !nothing")
        assert all(len(line) <= 80 for line in here.lines)
        await here.until(lambda: "touches" in here.text)
        await here.press("escape")
        await here.sees(f" KEYS  1-5 mode  - = temp  {' ' * len('[ ] sigma  , . speed  ')}Space pause")
        await here.press("n")
        await here.sees("▸pulse", "x1", "BATTLE", "] sigma")
        assert "flux" not in here.text
        await here.press("n", "equals_sign")
        await here.sees("flux", "temp 1.10")
        await here.press("space")
        await here.sees("PAUSED")
        assert here.app.focused is here.app.perform.ensemble


@performed
async def test_stage_shows_the_gestures_of_an_ensemble_below_the_large_letters(quintet: Rig) -> None:
    async with console(quintet.socket, SMALL) as here:
        await here.sees("ENSEMBLE")
        await here.press("escape", "f5")
        await here.sees("ENSEMBLE ─", "p2 ")
        await here.until(lambda: next(row for row, line in enumerate(here.lines) if "ENSEMBLE ─" in line) > 8)
        assert "x1" not in here.text
        await here.press("n")
        await here.sees("x1")
        await here.misses("ENSEMBLE ─", "p2 ")
        await here.press("f5")
        await here.sees("▸pulse", "x1")
        await here.press("n")
        await here.sees("▸quartet")


@performed
async def test_stage_has_letters_of_twice_the_size_for_an_ensemble_in_a_huge_window(quintet: Rig) -> None:
    quintet.send("player quartet", "resume")
    async with console(quintet.socket, HUGE) as here:
        await here.sees("ENSEMBLE")
        await here.press("escape", "f5")
        await here.until(lambda: all(any(row in line for line in here.lines) for row in large("ALL", 2)))
        await here.sees("touches")


@performed
async def test_score_shows_the_ensemble_in_place_of_meters(quintet: Rig) -> None:
    quintet.send("player quartet")
    async with console(quintet.socket, LARGE) as here:
        await here.enter("score night")
        await here.sees("SCORE night", "ENSEMBLE ─", "p2 ")
        assert "x1" not in here.text
        await here.pilot.resize_terminal(*SMALL)
        await here.misses("ENSEMBLE ─")
        await here.sees("SCORE night")
        await here.press("escape", ":")
        await here.press(*"player pulse", "enter")
        await here.sees("x1 ")
    quintet.send("player quartet")


@performed
async def test_recording_of_gestures_is_led_through_above_whatever_plays(quintet: Rig) -> None:
    async with console(quintet.socket, LARGE) as here:
        await here.type("record gestures fa")
        await here.sees("fast-taps", "fast-swipe")
        await here.press("ctrl+u")
        await here.enter("record gestures fast-taps each 5s")
        await here.sees("10 to 600 s")
        await here.press("ctrl+u")
        await here.enter("record gestures each 20s")
        await here.sees("RECORDING GESTURES 1/9", "NEXT", "FAST TAPS", "then slow taps", "ENSEMBLE")
        await here.sees("▶ PLAY", "0 touches")
        await here.enter("record gestures skip")
        await here.sees("RECORDING GESTURES 2/9", "SLOW TAPS")
        await here.enter("record gestures off")
        await here.until(lambda: "RECORDING GESTURES" not in here.text)
        await here.sees("no gesture was recorded")


@performed
async def test_ensemble_pane_shows_auditioned_model(quintet: Rig) -> None:
    async with console(quintet.socket, LARGE) as here:
        await here.enter("@quartet audition ensembleRNN-units16")
        await here.sees("ENSEMBLE ◇ audition ensembleRNN-units16", "◇", "by gestures-synthetic")
        await here.enter("@quartet load ensembleRNN-units16")
        await here.misses("◇ audition")
        await here.enter("@quartet load ensembleRNN-units17")
        await here.sees("did you mean", "ensembleRNN-units16? There are")


@performed
async def test_models_are_loaded_from_their_list_by_whom_they_are_for(quintet: Rig) -> None:
    async with console(quintet.socket, LARGE) as here:
        for focus in ("pulse", "quartet"):
            await here.enter(f"player {focus}")
            await here.sees(f"▸{focus}")
            await here.press("f2", "escape", "3")
            await here.sees("pulse", "ensembleRNN-units16")
            rows = [line for line in here.lines if line.strip().startswith("model")]
            await here.press("home")
            for row in rows:
                name = next(word for word in row.split() if word in ("pulse", "ensembleRNN-units16") or "-" in word)
                if "musicMDRNN" not in name:
                    await here.press("l")
                    await here.sees(f": {name} plays")
                await here.press("down")
            await here.press("escape")


@performed
async def test_classifier_that_was_made_is_offered_to_the_ensemble(quintet: Rig) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (impsy-tui[gestures])")
    recorded(quintet.folder / "logs", seconds=12)
    async with console(quintet.socket, LARGE) as here:
        await here.enter("train gestures")
        await here.sees("trains a classifier of gestures")
        await here.sees("@quartet classifier gestures-guided   Right takes it")
        await here.press("right", "enter")
        await here.sees("gestures-guided classifies your gestures", "by gestures-guided")

"""Shipped set list from its first cue to its end, on a virtual clock."""

from pathlib import Path

import numpy as np
import pytest

from impsy_tui.language import Program
from impsy_tui.language.setlist import SetList, read_set, set_lines
from impsy_tui.paths import shipped_folder
from tests.support.engine.virtual_session import VirtualSession, mdrnn

_ROOT = Path(__file__).parents[3]
_SETS = shipped_folder("configs") / "sets"
_MODEL = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"
_PHRASE, _REST, _STEP = 6.0, 6.0, 0.4
_CUE = 75.0


def _play(set_: VirtualSession, seconds: float, random: np.random.Generator) -> None:
    """Plays phrases of a musician, with pauses between them."""
    end = set_.time.time + seconds
    while set_.time.time < end:
        if set_.time.time % (_PHRASE + _REST) < _PHRASE:
            set_.play(*random.uniform(size=8))
        set_.wait(min(_STEP, end - set_.time.time))


def _rehearsal(folder: Path, random: np.random.Generator) -> VirtualSession:
    """Returns a session with the player and model of the demo, eight faders and an output called osc."""
    player = mdrnn(shipped_folder("models") / f"{_MODEL}.tflite", random)
    players, models = {"main": player}, shipped_folder("models")
    set_ = VirtualSession(folder, players=players, models=models, sets=_SETS, random=random, out="osc")
    set_.do(f"load {_MODEL}")
    return set_


def test_tutorial_lines_can_be_typed_in_order(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    set_ = _rehearsal(tmp_path, random)
    text = (_ROOT / "docs" / "pages" / "start" / "first-set.md").read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in text.split("```")[1::2]]
    lines = [line for language, *block in blocks if language == "impsy" for line in block]
    assert len(lines) > 40
    for line in lines:
        _play(set_, 3.0, random)
        set_.do(line)
    assert set_.problems == []
    assert set_.bindings.keys == {"f10": "next"}  # bound by the set list that was opened last


def test_first_set_plays_to_its_end(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    set_ = _rehearsal(tmp_path, random)
    set_.do("pause")  # as at the end of an earlier performance
    assert set_.do("cue first").endswith("8 cues; next is calm")
    set_.do("next")
    assert not set_.session.focused_player.behaviour.paused
    reached = []
    for _ in set_.live_set.cues.names:
        state = set_.live_set.cues.state()
        assert state is not None
        reached.append(state.cue)
        _play(set_, _CUE, random)
    assert tuple(reached) == set_.live_set.cues.names
    assert set_.problems == []
    behaviour = set_.session.focused_player.behaviour
    assert behaviour.paused  # after the fade
    assert (behaviour.settings.mode, behaviour.settings.temp, behaviour.settings.timescale) == ("battle", 0.4, 4.0)
    assert not set_.set_timer.runs
    assert len(set_.live_set.scheduled) == 0
    assert len(set_.out.said) > 1000


def test_first_set_uses_the_whole_language() -> None:
    text = (_SETS / "first.imp").read_text(encoding="utf-8")
    assert isinstance(read_set(text), SetList)
    programs = [line.read for line in set_lines(text) if isinstance(line.read, Program)]
    used = {each.command.name for program in programs for each in program.walk()}
    words = "over after every at whenever def bind next scene mute solo hold range invert release quantise tempo"
    words += " swing nudge record seed audition load unload fade timer mode temp sigma timescale speed threshold"
    assert set(words.split()) <= used
    assert {"scene save", "hand over"} <= used
    for sign in ("@", "rand", "ease", " now", "$", "silence", "event", "response", "call", "bar"):
        assert sign in text


@pytest.mark.parametrize("piece", ["garden", "question", "tides"])
def test_live_code_pieces_play_with_two_players(tmp_path: Path, piece: str) -> None:
    random = np.random.default_rng(3)
    models = shipped_folder("models")
    players = {name: mdrnn(models / f"{_MODEL}.tflite", random) for name in ("lead", "bass")}
    set_ = VirtualSession(tmp_path, players=players, models=models, sets=_SETS, random=random, out="osc")
    set_.do(f"cue {piece}")
    for cue in set_.live_set.cues.names:
        set_.do("next")
        played = {name: player.behaviour.played for name, player in set_.session.players.items()}
        set_.wait(20.0)
        if cue != "rest":
            assert any(player.behaviour.played > played[name] for name, player in set_.session.players.items()), cue
    set_.wait(60.0)
    assert set_.problems == []
    assert len(set_.live_set.scheduled) == 0
    assert all(player.behaviour.paused for player in set_.session.players.values())

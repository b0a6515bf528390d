"""Stepping through a set list, on a virtual clock."""

from pathlib import Path

import pytest

from impsy_tui.language.setlist import read_set
from tests.support.engine.virtual_session import SET, VirtualSession, temp


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


def test_cues_step_through_a_set_list(set_: VirtualSession, tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(SET)
    assert "no set list is open" in set_.try_("next").text
    assert set_.do("cue first") == "first: 3 cues; next is warm"
    assert temp(set_) == 1.0
    assert set_.do("next") == "cue 1 of 3: warm; next is drop"
    set_.wait(6)
    assert temp(set_) == 1.2
    set_.do("next")
    assert (temp(set_), set_.session.focused_player.behaviour.settings.mode) == (2.0, "battle")
    assert set_.do("cue").splitlines() == ["  warm", "▸ drop", "  end"]
    set_.do("undo")
    assert (temp(set_), set_.session.focused_player.behaviour.settings.mode) == (1.2, "callresponse")
    assert set_.do("goto end") == "cue 3 of 3: end; next is none"
    assert "end is the last cue of" in set_.try_("next").text
    assert set_.do("back").startswith("cue 2 of 3: drop")
    assert "no cue is called x. Cues here: warm, drop, end" in set_.try_("goto x").text
    state = set_.live_set.cues.state()
    assert state is not None
    assert (state.set, state.cue, state.number, state.of, state.following) == ("first", "drop", 2, 3, "end")


@pytest.mark.parametrize(("index", "following"), [(-7, "warm"), (0, "drop"), (99, "")])
def test_set_list_opens_at_any_saved_index(set_: VirtualSession, index: int, following: str) -> None:
    set_.live_set.cues.take("first", read_set(SET), index)
    state = set_.live_set.cues.state()
    assert state is not None
    assert state.following == following


def test_cue_refuses_wrong_set_list_and_says_how_to_see_all_problems(set_: VirtualSession) -> None:
    (set_.folder / "sets").mkdir()
    (set_.folder / "sets" / "bad.imp").write_text("# a\ntemp 900\naftr 20s next\n", encoding="utf-8")
    said = set_.try_("cue bad").text
    assert said.startswith("bad, line 2: '900' is out of range")
    assert said.endswith("and 1 more: impsy-tui check sets/bad.imp")


@pytest.mark.parametrize("name", ["../first", "/etc/passwd", "none", "..", ""])
def test_cue_finds_set_lists_only_in_their_folders(set_: VirtualSession, tmp_path: Path, name: str) -> None:
    (tmp_path / "first.imp").write_text(SET)
    reply = set_.try_(f'cue "{name}"')
    assert not reply.ok

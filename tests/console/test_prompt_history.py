"""History of typed lines, also if its file is missing or damaged."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.console.prompt_history import MOST, PromptHistory, history_file


def test_history_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state" / "history"
    first = PromptHistory(file)
    for line in ("mode battle", "temp 1.2", "temp 1.2", "  ", "panic"):
        first.add(line)
    assert PromptHistory(file).lines == ["mode battle", "temp 1.2", "panic"]


def test_going_back_and_forth_ends_at_the_draft(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "history")
    assert history.newer() is None
    assert history.older("dra") is None
    assert history.newer() == "dra"
    history.add("one")
    history.add("two")
    assert [history.older("draft"), history.older(""), history.older("")] == ["two", "one", None]
    assert [history.newer(), history.newer(), history.newer()] == ["two", "draft", None]
    history.older("")
    history.add("three")
    assert history.older("") == "three"


def test_search_finds_the_newest_first_and_each_line_once(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "history")
    for line in ("temp 1", "mode duet", "temp 2", "temp 1"):
        history.add(line)
    assert [history.search("temp", skip) for skip in range(3)] == ["temp 1", "temp 2", None]
    assert history.search("nothing") is None


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), max_size=20)))
def test_any_line_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    file = tmp_path_factory.mktemp("history") / "history"
    first = PromptHistory(file)
    for line in lines:
        first.add(line)
    readable = [line.encode(errors="replace").decode() for line in first.lines]
    assert PromptHistory(file).lines == readable


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\0\0good\n\xc3\n", b"no end", os.urandom(5000)])
def test_broken_file_is_read_as_far_as_it_goes(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "history"
    file.write_bytes(content)
    history = PromptHistory(file)
    history.add("panic")
    assert history.lines[-1] == "panic"
    assert PromptHistory(file).lines[-1].endswith("panic")


@pytest.mark.parametrize("place", ["folder", "file/below", "a" * 300])
def test_history_without_a_file_lasts_as_long_as_the_console(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    history = PromptHistory(tmp_path / place)
    history.add("panic")
    assert history.older("") == "panic"


def test_file_stays_small_over_many_sittings(tmp_path: Path) -> None:
    file = tmp_path / "history"
    for sitting in range(6):
        history = PromptHistory(file)
        for number in range(MOST // 2):
            history.add(f"temp {sitting}.{number}")
    assert MOST <= len(file.read_text().splitlines()) <= 2 * MOST
    assert PromptHistory(file).lines[-1] == history.lines[-1]
    assert len(PromptHistory(file).lines) == MOST


def test_history_file_is_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history_file() == tmp_path / "impsy-tui" / "history"
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert history_file() == tmp_path / ".local" / "state" / "impsy-tui" / "history"


def test_pipe_in_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "history")
    history = PromptHistory(tmp_path / "history")
    history.add("panic")
    assert history.lines == ["panic"]

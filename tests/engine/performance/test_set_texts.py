"""Texts of set lists for the editors of consoles."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui.control.answers import SetText
from impsy_tui.control.messages import EditSet
from impsy_tui.engine.performance.set_texts import SetTexts
from impsy_tui.errors import UserError
from impsy_tui.language.setlist import LARGEST_TEXT


@pytest.fixture
def saved() -> list[str]:
    return []


@pytest.fixture
def texts(tmp_path: Path, saved: list[str]) -> SetTexts:
    async def note(name: str, text: str) -> None:
        saved.append(f"{name}: {text}")

    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "first.imp").write_bytes("\ufefftemp 1\r\n".encode())
    return SetTexts([tmp_path / "own", tmp_path / "shipped"], note)


def test_open_reads_a_shipped_set_list_and_save_writes_an_own_one(
    texts: SetTexts, saved: list[str], tmp_path: Path
) -> None:
    opened = asyncio.run(texts.open(1, "first"))
    assert (opened.id, opened.text) == (1, "temp 1\n")
    kept = asyncio.run(texts.save(2, "first.imp", "temp 2\n", opened.version))
    assert (tmp_path / "own" / "first.imp").read_text() == "temp 2\n"
    assert (tmp_path / "shipped" / "first.imp").read_bytes().endswith(b"temp 1\r\n")
    assert saved == ["first: temp 2\n"]
    assert asyncio.run(texts.open(3, "first")).version == kept.version


def test_save_refuses_a_file_that_has_changed(texts: SetTexts, tmp_path: Path) -> None:
    opened = asyncio.run(texts.open(1, "new"))
    (tmp_path / "own").mkdir()
    file = tmp_path / "own" / "new.imp"
    file.write_text("temp 3\n")
    refused = asyncio.run(texts.save(2, "new", "temp 4\n", opened.version))
    assert not refused.saved
    assert refused.version == asyncio.run(texts.open(3, "new")).version
    assert file.read_text() == "temp 3\n"


def test_two_saves_at_once_keep_the_first(texts: SetTexts, tmp_path: Path) -> None:
    async def both() -> list[SetText]:
        version = (await texts.open(1, "new")).version
        return await asyncio.gather(*(texts.save(number, "new", f"temp {number}\n", version) for number in (1, 2)))

    assert [outcome.saved for outcome in asyncio.run(both())] == [True, False]
    assert (tmp_path / "own" / "new.imp").read_text() == "temp 1\n"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x\ny", "x" * 101, "/etc/passwd"])
def test_names_stay_in_the_folder(texts: SetTexts, name: str) -> None:
    for request in (texts.open(1, name), texts.save(1, name, "", "")):
        with pytest.raises(UserError, match="cannot be the name of a set list"):
            asyncio.run(request)


def test_texts_have_a_largest_size(texts: SetTexts, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at most 48 kB"):
        asyncio.run(texts.save(1, "long", "x" * (LARGEST_TEXT + 1), ""))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "big.imp").write_text("x" * (LARGEST_TEXT + 1))
    with pytest.raises(UserError, match="score big cannot be read: too large"):
        asyncio.run(texts.open(1, "big"))


def test_folder_that_cannot_be_written_is_reported(texts: SetTexts, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("in the way")
    with pytest.raises(UserError, match="score new cannot be saved"):
        asyncio.run(texts.save(1, "new", "temp 1\n", ""))


def test_states_name_the_editors_until_they_leave(texts: SetTexts) -> None:
    first, second = object(), object()
    texts.edit(first, EditSet("night", "ann"))
    texts.edit(second, EditSet("night", "ben"))
    (state,) = texts.states()
    assert (state.name, state.editors) == ("night", ("ann", "ben"))
    texts.edit(first, EditSet(""))
    texts.edit(second, EditSet(""))
    assert texts.states() == ()


def test_edit_keeps_names_and_editors_short(texts: SetTexts) -> None:
    texts.edit(1, EditSet("night", "ann" * 1000))
    assert len(texts.states()[0].editors[0]) == 100
    texts.edit(1, EditSet("x" * 100_000, "ann"))
    assert texts.states() == ()

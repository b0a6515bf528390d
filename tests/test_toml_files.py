"""Limits for files of other people: of time, of size, and regular files only."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.config import load_config
from impsy_tui.text import whole_number
from impsy_tui.toml_files import open_text, parse_toml, read_regular, read_toml


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a." * 100_000 + "a = 1\n", "more than 50 parts"),
        ("[" + '"a".' * 100_000 + "a]\n", "more than 50 parts"),
        ("x = {" + "a . " * 100_000 + "a = 1}\n", "more than 50 parts"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a = " + "9" * 5000, "a number of too many digits"),
        ("a", "Expected '='"),
    ],
)
def test_parse_toml_refuses_what_would_take_minutes(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_toml(text)


def test_parse_toml_takes_long_lists_and_ordinary_keys() -> None:
    curve = ", ".join(["0.1234"] * 10_000)
    assert len(parse_toml(f"[curve]\nloss = [{curve}]\n")["curve"]["loss"]) == 10_000
    assert parse_toml("a.b.c = 1") == {"a": {"b": {"c": 1}}}
    assert parse_toml('text = "and so on........................................................"')


@given(st.text(alphabet='a.= "[]{}\n1', max_size=300))
def test_parse_toml_gives_tables_or_a_value_error(text: str) -> None:
    try:
        assert isinstance(parse_toml(text), dict)
    except ValueError as error:
        assert str(error)


def test_read_regular_refuses_pipes_devices_folders_and_what_is_too_large(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"x" * 11)
    for file, said in (
        (tmp_path / "pipe", "not a regular file"),
        (Path("/dev/zero"), "not a regular file"),
        (tmp_path / "file", "at most 10 bytes are read"),
        (tmp_path, "directory"),
    ):
        with pytest.raises(OSError, match=said):
            read_regular(file, 10)
    assert read_regular(tmp_path / "file", 11) == b"x" * 11


def test_read_toml_takes_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "notes.toml").write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_toml(tmp_path / "notes.toml", 100) == {"a": 1}


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000, "0b" + "1" * 20_000, "0o" + "7" * 5000])
@pytest.mark.parametrize("key", ["model.timescale", "model.dimension", "osc.server_port", "owner"])
def test_configuration_refuses_a_number_of_thousands_of_digits_in_one_line(
    tmp_path: Path, key: str, number: str
) -> None:
    (tmp_path / "config.toml").write_text(f"{key} = {number}\n")
    found = load_config(tmp_path / "config.toml")
    assert [problem.message for problem in found.problems] == ["is not TOML: a number of too many digits"]


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("9" * 18, 10**18 - 1), ("9" * 5000, None), ("-1", None)])
def test_whole_reads_numbers_of_at_most_18_digits(text: str, number: int | None) -> None:
    assert whole_number(text) == number


def test_open_text_reads_regular_files_only(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfa\xff")
    with pytest.raises(OSError, match="not a regular file"):
        open_text(tmp_path / "pipe")
    with open_text(tmp_path / "file") as file:
        assert file.read() == "a\ufffd"

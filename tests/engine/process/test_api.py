"""The page about JSON: its client runs, and its tables name the messages of the program."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec

from impsy_tui.control.messages import Answer, FromClient, FromEngine, Snapshot
from impsy_tui.control.states import ChannelState, PlayerState, TempoState
from tests.support.documents import PAGES, blocks
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port

PAGE = PAGES / "reference" / "api.md"
MOST_LINES = 20


def _client() -> str:
    (text,) = [block.text for block in blocks("python") if block.document == PAGE]
    return text


def _tags(union: object) -> set[str]:
    return {msgspec.inspect.type_info(each).tag for each in get_args(union)}  # type: ignore[union-attr]


def _rows(heading: str) -> list[list[str]]:
    part = PAGE.read_text().split(f"### {heading}\n")[1].split("\n#")[0]
    return [line.split("|")[1:3] for line in part.splitlines() if line.startswith("| `") and "| `type`" not in line]


def _words(text: str) -> list[str]:
    return text.split("`")[1::2]


def test_client_of_the_page_is_short_and_runs(tmp_path: Path) -> None:
    assert len(_client().splitlines()) <= MOST_LINES
    (tmp_path / "client.py").write_text(_client())
    ports = f"[osc]\nserver_port = {free_port()}\nclient_port = {free_port()}\n"
    engine = EngineProcess(tmp_path, f'[interaction]\nmode = "battle"\n[model]\ndimension = 3\n{ports}')
    client = subprocess.Popen(
        [sys.executable, str(tmp_path / "client.py"), str(engine.socket)],
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        assert client.stdout is not None
        assert client.stdout.readline() == "temp 1.2\n"
        assert any(line.startswith("plays [") for line in client.stdout)
        assert '"temp": 1.2' in engine.command("status", "--json").stdout
    finally:
        client.kill()
        client.wait()
        engine.end()
        if client.stdout is not None:
            client.stdout.close()


def test_page_names_every_message() -> None:
    theirs = {word for row in _rows("Your messages") for word in _words(row[0])}
    assert theirs == _tags(FromClient)
    ours = {word for row in _rows("Messages of the engine") for word in _words(row[0])}
    assert ours == _tags(FromEngine)
    assert _tags(Answer) <= ours


def test_page_names_fields_that_exist() -> None:
    fields = {message: set(message.__struct_fields__) for message in get_args(FromClient)}
    tags = {msgspec.inspect.type_info(message).tag: known for message, known in fields.items()}  # type: ignore[union-attr]
    for row in _rows("Your messages"):
        assert set(_words(row[1])) <= tags[_words(row[0])[0]], row
    nested = {"players": PlayerState, "channels": ChannelState, "tempo": TempoState}
    for row in _rows("A snapshot"):
        assert set(_words(row[0])) <= set(Snapshot.__struct_fields__), row
        for part, struct in nested.items():
            if _words(row[0]) == [part]:
                named = set(_words(row[1].replace("(`you`, `player`, `both`)", "")))
                assert named <= set(struct.__struct_fields__), row

"""Worker that writes the players of a session into a configuration file and keeps comments and layout.

The worker prints the same JSON object as ``edit``.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impsy_tui.config.describe import describe
from impsy_tui.config.edit import check_change, read_document, write_text
from impsy_tui.config.load import load_config
from impsy_tui.errors import UserError
from impsy_tui.worker_requests import WorkerRequest


class Request(WorkerRequest, frozen=True, tag="keep_players"):
    """Request to write the tables ``[[player]]`` of a configuration file.

    Attributes:
        file: Configuration file.
        players: Keys of each player, the name among them; a key with the value None is removed. Keys of a table that
            are not named stay.
        dimension: Dimension of the instrument; 0 to leave the present one.
    """

    file: Path
    players: tuple[dict[str, Any], ...]
    dimension: int = 0


def run(request: Request) -> None:
    """Writes the players and prints the result."""
    answer: dict[str, Any]
    try:
        text = write_players(request.file, request.players, request.dimension)
        answer = {"text": text, "settings": list(describe(load_config(request.file)))}
    except UserError as problem:
        answer = {"problem": str(problem)}
    json.dump(answer, sys.stdout)


def write_players(file: Path, players: Sequence[Mapping[str, Any]], dimension: int = 0) -> str:
    """Writes the players into the file; returns their names as text.

    Raises:
        UserError: The file cannot be read or written, or the tables are not valid.
    """
    import tomlkit

    before, document = read_document(file)
    found = document.get("player", [])
    tables = {str(table.get("name", "")): table for table in (found if isinstance(found, list) else [found])}
    wanted = [_changed(tables.get(str(keys["name"]), tomlkit.table()), keys) for keys in players]
    if isinstance(found, list) and found:
        _replace(found, wanted)
    else:
        made = tomlkit.aot()
        for table in wanted:
            made.append(table)
        document["player"] = made
    if dimension:
        document["model"]["dimension"] = dimension
    after = tomlkit.dumps(document)
    check_change(before, after, file, "player")
    write_text(file, after)
    return ", ".join(str(keys["name"]) for keys in players)


def _changed(table: Any, keys: Mapping[str, Any]) -> Any:
    for key, value in keys.items():
        if value is None:
            table.pop(key, None)
        elif table.get(key) != value:
            table[key] = value
    return table


def _replace(found: Any, wanted: Sequence[Any]) -> None:
    """Removes the tables that are not wanted, and adds those that are new."""
    for index in reversed(range(len(found))):
        if not any(found[index] is table for table in wanted):
            del found[index]
    for table in wanted:
        if not any(table is other for other in found):
            found.append(table)

"""Worker that changes one setting in a file and keeps comments and layout.

The engine does not do this, because tomlkit takes long to import and to parse. The worker prints a JSON object: the
new text and every setting of the file, or the problem.
"""

import json
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from impsy_tui.config.describe import describe
from impsy_tui.config.load import LARGEST_FILE, LoadedConfig, load_config
from impsy_tui.config.old_formats import DIRECTIONS, FREE_TEXT, WIRES, devices
from impsy_tui.config.schema import REPEATED_TABLES, SINGLE_TABLES
from impsy_tui.errors import UserError
from impsy_tui.toml_files import read_regular, replace_text
from impsy_tui.worker_requests import WorkerRequest


class Request(WorkerRequest, frozen=True, tag="edit_setting"):
    """Request to set a key of a configuration file to a value, both as in TOML, or to remove the key."""

    file: Path
    key: str
    value: str | None = None


def run(request: Request) -> None:
    """Changes the setting and prints the result."""
    file, key = request.file, request.key
    answer: dict[str, Any]
    try:
        if request.value is None:
            remove(file, key)
            text, written = f"{key} is removed", ""
        else:
            written = edit(file, key, request.value)
            text = f"{key} = {written}"
        answer = {"text": text, "value": written, "settings": list(describe(load_config(file)))}
    except UserError as problem:
        answer = {"problem": str(problem)}
    json.dump(answer, sys.stdout)


def edit(file: Path, key: str, value: str) -> str:
    """Changes one setting.

    Args:
        file: configuration file; a missing file is made.
        key: dotted, such as ``osc.server_port``; the n-th of several tables is ``osc.1.server_port``
            (from 0).
        value: value in the form of the file; a bare word is taken as text.

    Returns:
        The value as it stands in the file.

    Raises:
        UserError: the value is not allowed, the key unknown, or the file cannot be written.
    """
    import tomlkit

    before, document = read_document(file)
    *path, name = split_key(key)
    parsed = value.strip() if not path and name in FREE_TEXT and value.strip()[:1] not in "\"'" else _parsed(value)
    if not path and (name in SINGLE_TABLES or name in REPEATED_TABLES):
        raise UserError(f"{key} is a table of settings: name one of them, such as {key}.NAME")
    try:
        _name_devices(document, path)
        if name in FREE_TEXT and not path and isinstance(document.get(name), dict):
            del document[name]  # a text in place of a table would be written below another table
        _table(document, path)[name] = parsed
    except (TypeError, KeyError, IndexError, ValueError):
        raise UserError(f"{key} is not a setting of this file") from None
    after = tomlkit.dumps(document)
    check_change(before, after, file, key)
    write_text(file, after)
    return str(tomlkit.item(parsed).as_string())


def remove(file: Path, key: str) -> None:
    """Removes an entry of a table; does nothing if the file does not have it.

    Raises:
        UserError: the file cannot be read or written.
    """
    import tomlkit

    before, document = read_document(file)
    *path, name = split_key(key)
    table = document
    for part in path:
        table = table.get(part, {})
    if name in table:
        del table[name]
        after = tomlkit.dumps(document)
        check_change(before, after, file, key)
        write_text(file, after)


def read_document(file: Path) -> tuple[str, Any]:
    """Returns the text of a file, empty without a file, and its document."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = read_regular(file, LARGEST_FILE).decode("utf-8-sig") if file.exists() else ""
        return text, tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise UserError(f"{file} cannot be read: {error}") from None


_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([^."]+)')


def split_key(key: str) -> list[str]:
    """Returns the parts of a dotted key, with or without quotes: ``midi.input."X-TOUCH mini"``.

    Raises:
        UserError: the text is not a key.
    """
    parts, at = [], 0
    while at < len(key):
        found = _PART.match(key, at)
        if found is None or (found.end() < len(key) and key[found.end()] != "."):
            raise UserError(f"{key} is not a setting")
        parts.append(found[2] if found[1] is None else json.loads(f'"{found[1]}"'))
        at = found.end() + 1
    if not parts or key.endswith("."):
        raise UserError(f"{key} is not a setting")
    return parts


def _parsed(value: str) -> Any:
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value.strip()


def _table(document: Any, path: list[str]) -> Any:
    import tomlkit

    table = document
    for number, part in enumerate(path):
        if part.isdigit():
            table = table[int(part)]
            continue
        if part not in table:
            table[part] = tomlkit.table()
        table = table[part]
        plain = number + 1 == len(path) or not path[number + 1].isdigit()
        if part in REPEATED_TABLES and plain and isinstance(table, list):
            table = table[0]
    return table


def _name_devices(document: Any, path: list[str]) -> None:
    """Assigns a mapping of an earlier IMPSY to each device by name."""
    import tomlkit

    if path[:1] != ["midi"] or path[-1] not in DIRECTIONS:
        return
    table = _table(document, path[:-1])
    flat = table.get(path[-1])
    if isinstance(flat, list):
        for wire in _tables_of(document, WIRES):
            wire.setdefault(path[-1], flat)
        del table[path[-1]]
        for device in devices(table, path[-1]):
            table.add(tomlkit.key([path[-1], device]), flat)


def _tables_of(document: Any, names: Iterable[str]) -> list[Any]:
    """Returns all tables of these names."""
    found = [document[name] for name in names if name in document]
    return [table for each in found for table in (each if isinstance(each, list) else [each])]


def check_change(before: str, after: str, file: Path, key: str) -> None:
    """Refuses a text with new errors, unknown settings or wrong keys."""
    known = Counter((problem.key, problem.message) for problem in read_text(before).problems)
    for problem in read_text(after).problems:
        what = (problem.key, problem.message)
        if known[what]:
            known[what] -= 1
            continue
        if problem.fatal or "is not a setting" in problem.message or problem.key.startswith("console.keys."):
            raise UserError(f"{key}: {problem.message}; {file.name} is not changed")


def read_text(text: str) -> LoadedConfig:
    """Returns the configuration of a text."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8", newline="") as temporary:
        temporary.write(text)
        temporary.flush()
        return load_config(Path(temporary.name))


def write_text(file: Path, text: str) -> None:
    try:
        replace_text(file, text)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from None

"""Loader of configuration files that reports all problems at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from impsy_tui.config.old_formats import from_text, modernised
from impsy_tui.config.player_checks import name_problems, player_problems
from impsy_tui.config.positions import key_lines
from impsy_tui.config.problems import Problem
from impsy_tui.config.schema import REPEATED_TABLES, SINGLE_TABLES, Config
from impsy_tui.config.toml_text import shown
from impsy_tui.config.value_types import InvalidValueError
from impsy_tui.key_actions import KeysInForce
from impsy_tui.toml_files import parse_toml, read_regular

LARGEST_FILE = 1 << 20
"""Most bytes of a configuration file."""

_DECIMAL_COMMA = re.compile(r"^[^\[#\n]*=\s*[+-]?\d+,\d", re.MULTILINE)

_OPTIONS = {"pitemp": "pi_temp", "sigmatemp": "sigma_temp", "file": "model"}
"""Command-line options with another name than their key."""


@dataclass(frozen=True)
class LoadedConfig:
    """Loaded configuration and its problems.

    Attributes:
        config: configuration with defaults for missing keys; usable only without fatal problems.
        problems: all problems, in the order of the file.
        origins: source of each value by dotted key: ``config.toml:12``, or an option. The keys of arrays of tables
            have a number (``osc.0.server_port``). Keys with their default are absent.
        path: configuration file, or None for no file.
    """

    config: Config
    problems: tuple[Problem, ...]
    origins: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that make the configuration unusable."""
        return tuple(problem for problem in self.problems if problem.fatal)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems of a usable configuration."""
        return tuple(problem for problem in self.problems if not problem.fatal)


def load_config(path: Path | None, overrides: Mapping[str, Any] | None = None) -> LoadedConfig:
    """Reads a configuration file and applies command-line options.

    Args:
        path: the TOML file, or None for the defaults alone.
        overrides: dotted key to value; a value of None leaves the key alone. Errors name
            the option (``model.pitemp`` is ``--pi-temp``).

    Returns:
        The configuration with every problem found. Nothing is raised.
    """
    reader = _Reader(str(path) if path else "")
    raw: dict[str, Any] = {}
    if path is not None:
        raw = reader.read(path)
    config = reader.config(raw)
    reader.report_earlier()
    for key, value in (overrides or {}).items():
        if value is not None:
            config = reader.override(config, key, value)
    config = reader.consider(config)
    problems = sorted(reader.problems, key=lambda problem: problem.line)
    return LoadedConfig(config, tuple(problems), reader.origins, path)


class _Reader:
    """Builder of a configuration that collects problems."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.origins: dict[str, str] = {}
        self.earlier: list[str] = []
        """Forms of earlier IMPSY versions in the file."""

    def report(self, key: str, message: str, *, fatal: bool = True) -> None:
        """Adds a problem at a key of the file."""
        line, above = 0, key
        while above and not line:  # the line of a missing key is that of its table
            line, above = self.lines.get(above, 0), above.rpartition(".")[0]
        self.problems.append(Problem(message, self.file, line, _without_index(key), fatal))

    def read(self, path: Path) -> dict[str, Any]:
        """Returns the raw tables of a file; empty, with a problem, if unreadable."""
        try:
            data = read_regular(path, LARGEST_FILE)
        except OSError as error:
            self.report("", f"cannot be read: {error.strerror or error}")
            return {}
        try:
            text = data.decode("utf-8-sig")
            raw = parse_toml(text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.problems.append(Problem("is not UTF-8 text", self.file, line))
            return {}
        except ValueError as error:  # also for a number of thousands of digits
            hint = "; a number has a point: 1.3" if _DECIMAL_COMMA.search(text) else ""
            self.problems.append(Problem(f"is not TOML: {error}{hint}", self.file))
            return {}
        self.lines = key_lines(text)
        return raw

    def config(self, raw: Mapping[str, Any]) -> Config:
        """Returns a configuration from raw tables."""
        raw, self.earlier = modernised(raw)
        values: dict[str, Any] = {}
        top = {f.name: f for f in fields(Config)}
        for name, value in raw.items():
            if name in SINGLE_TABLES:
                if isinstance(value, dict):
                    values[name] = self.table(SINGLE_TABLES[name], value, name)
                else:
                    self.report(name, f"must be a table: [{name}]")
            elif name in REPEATED_TABLES:
                values[name] = self.repeated(REPEATED_TABLES[name], value, name)
            elif name in top:
                self.setting(top[name].metadata, name, value, values)
            else:
                self.unknown(name, top)
        return Config(**values)

    def repeated(self, kind: type, value: Any, name: str) -> tuple[Any, ...]:
        """Reads one table, or an array of tables."""
        if isinstance(value, dict):
            return (self.table(kind, value, name),)
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return tuple(self.table(kind, item, f"{name}.{index}") for index, item in enumerate(value))
        self.report(name, f"must be a table: [{name}], or several: [[{name}]]")
        return ()

    def table(self, kind: type, raw: Mapping[str, Any], path: str) -> Any:
        """Returns a table of settings from its raw values."""
        known = {f.name: f for f in fields(kind)}
        values: dict[str, Any] = {}
        for name, value in raw.items():
            if name in known:
                self.setting(known[name].metadata, f"{path}.{name}", value, values)
            else:
                self.unknown(f"{path}.{name}", known)
        return kind(**values)

    def setting(self, metadata: Mapping[str, Any], key: str, value: Any, values: dict[str, Any]) -> None:
        """Checks one value and keeps it."""
        converted = from_text(metadata["kind"], value)
        if type(converted) is not type(value):
            self.earlier.append(f"{_without_index(key)} = {shown(value)}")
            value = converted
        try:
            checked = metadata["kind"].check(value)
        except InvalidValueError as refused:
            why = str(refused) or f"{shown(value)} is not allowed; it must be {metadata['kind'].allowed}"
            self.report(f"{key}.{refused.at}" if refused.at else key, why)
            return
        values[key.rpartition(".")[2]] = checked
        line = self.lines.get(key, 0)
        self.origins[key] = f"{self.file}:{line}" if line else self.file

    def report_earlier(self) -> None:
        """Warns once of all forms of earlier IMPSY versions."""
        if self.earlier:
            found = "; ".join(dict.fromkeys(self.earlier))
            self.report("", f"has forms of earlier IMPSY versions; they work as they did there: {found}", fatal=False)

    def unknown(self, key: str, known: Mapping[str, Any]) -> None:
        """Warns of an unknown key and suggests a similar one."""
        import difflib  # only for mistakes

        name = key.rpartition(".")[2]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        self.report(key, f"is not a setting and is ignored{hint}", fatal=False)

    def override(self, config: Config, key: str, value: Any) -> Config:
        """Applies one command-line option."""
        table, _, name = key.rpartition(".")
        option = "--" + _OPTIONS.get(name, name).replace("_", "-")
        target = getattr(config, table) if table else config
        metadata = next(f.metadata for f in fields(target) if f.name == name)
        try:
            checked = metadata["kind"].check(value)
        except InvalidValueError:
            message = f"{shown(value)} is not allowed; it must be {metadata['kind'].allowed}"
            self.problems.append(Problem(message, option))
            return config
        self.origins[key] = option
        changed: dict[str, Any] = {name: checked}
        if table:
            changed = {table: replace(target, **changed)}
        return replace(config, **changed)

    def consider(self, config: Config) -> Config:
        """Corrects settings that cannot work together, with a warning."""
        ends: list[Any] = []
        for index, osc in enumerate(config.osc):
            if osc.client_ip in ("0.0.0.0", "::", ""):
                key = "osc.client_ip" if len(config.osc) == 1 else f"osc.{index}.client_ip"
                message = f'"{osc.client_ip}" is not a destination; predictions go to 127.0.0.1'
                self.report(key, message, fatal=False)
                osc = replace(osc, client_ip="127.0.0.1")
            ends.append(osc)
        config = replace(config, osc=tuple(ends))
        if config.model.dimension:
            self.consider_mappings(config)
        for key, message in (*name_problems(config), *player_problems(config)):
            self.report(key, message)
        keys = KeysInForce(config.console.keys)
        for problem in (*keys.refusals, *keys.clashes):
            self.report(f"console.keys.{problem.action}", problem.message, fatal=False)
        for index, wire in enumerate(config.serialmidi):
            if not wire.port and not config.serial:
                self.report(
                    f"serialmidi.{index}" if len(config.serialmidi) > 1 else "serialmidi",
                    "no port is given here nor in [serial]",
                )
        return config

    def consider_mappings(self, config: Config) -> None:
        """Warns of mappings with more entries than dimensions."""
        values = config.model.dimension - 1
        mappings: list[tuple[str, Any]] = []
        for midi in config.midi:
            mappings += [(f"midi.input.{name}", entries) for name, entries in midi.input.items()]
            mappings += [(f"midi.output.{name}", entries) for name, entries in midi.output.items()]
        for osc in config.osc:
            mappings += [("osc.input", osc.input), ("osc.output", osc.output)]
        for name in ("websocket", "serialmidi"):
            for wire in getattr(config, name):
                mappings += [(f"{name}.input", wire.input), (f"{name}.output", wire.output)]
        for key, entries in mappings:
            if len(entries) > values:
                self.report(
                    key,
                    f"has {len(entries)} entries, the instrument {values} values (dimension - 1): "
                    "the last are not used",
                    fatal=False,
                )


def _without_index(key: str) -> str:
    return ".".join(part for part in key.split(".") if not part.isdigit())

"""Settings of the configuration, and their change in the file."""

import asyncio
import re
import shlex
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from impsy_tui.config import LoadedConfig, edit, wizard
from impsy_tui.config.describe import SettingDescription, describe
from impsy_tui.config.toml_text import written
from impsy_tui.control.answers import Setting
from impsy_tui.engine.runtime.subprocesses import ask_worker
from impsy_tui.errors import UserError
from impsy_tui.parameters import ENGINE, MDRNN, Kind, parameters_of
from impsy_tui.paths import is_shipped
from impsy_tui.setup_questions import Answers
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers import keep_players

_LIVE: Final = {one.key: one for one in parameters_of(ENGINE, MDRNN) if one.key}
"""Settings that a command changes during a performance."""

_WORD: Final = re.compile(r"[\w.+-]+")


class _Edited(msgspec.Struct):
    """Answer of the editing process."""

    text: str = ""
    value: str = ""
    problem: str = ""
    settings: tuple[SettingDescription, ...] = ()


class SettingsEditor:
    """Shows and changes settings.

    Args:
        loaded: Configuration at the start of the engine.
    """

    def __init__(self, loaded: LoadedConfig) -> None:
        self._started_with = loaded
        self._file = loaded.path
        self._in_file: dict[str, SettingDescription] = {}
        self._changing = asyncio.Lock()

    @property
    def file(self) -> Path | None:
        """Configuration file; None without a file."""
        return self._file

    async def change(self, key: str, value: str) -> tuple[str, str]:
        """Changes a setting in the file.

        Returns:
            The reply, and the command that applies the setting; empty if the engine must start again.

        Raises:
            UserError: The setting cannot be changed; the file is unchanged.
        """
        async with self._changing:
            file = await self._writable()
            edited = await _ask(edit.Request(file, key, value))
            self._in_file = {setting.key: setting for setting in edited.settings}
        text = f"{edited.text} in {file.name}"
        plain = str(tomllib.loads(f"value = {edited.value}")["value"])
        if (parameter := _LIVE.get(key)) is not None:
            if parameter.kind is Kind.SWITCH:
                return text, f"{parameter.name} {parameter.written(plain == 'True')}"
            unit = "" if plain in parameter.choices or plain in parameter.more else parameter.unit
            off = parameter.none_is_zero and float(plain) == 0
            return text, f"{parameter.name} {parameter.none if off else plain + unit}"
        if key == "model.file":
            plain = Path(plain).name
            name = plain if _WORD.fullmatch(plain) else f'"{plain}"'
            return text, f"load {name}" if plain else "unload"
        return text, ""

    async def remove(self, key: str) -> str:
        """Removes an entry of a table from the file; returns the reply.

        Raises:
            UserError: The file cannot be changed.
        """
        async with self._changing:
            file = await self._writable()
            edited = await _ask(edit.Request(file, key))
            self._in_file = {setting.key: setting for setting in edited.settings}
        return f"{edited.text} from {file.name}"

    async def keep_players(self, players: Sequence[dict[str, Any]], dimension: int) -> str:
        """Writes the players into the file; see ``keep_players.Request``.

        Raises:
            UserError: The file cannot be changed.
        """
        async with self._changing:
            file = await self._writable()
            edited = await _ask(keep_players.Request(file, tuple(players), dimension))
            self._in_file = {setting.key: setting for setting in edited.settings}
        return f"{edited.text} in {file.name}; active from the next start too"

    async def make(self, answers: Answers) -> str:
        """Writes a new configuration from the answers of the guide; returns the reply to the performer.

        Raises:
            UserError: The file cannot be written.
        """
        here = Path.cwd()
        folder = here if self._file is None or is_shipped("configs", self._file) else self._file.absolute().parent
        file = Path((await _ask(wizard.Request(folder, answers))).text)
        usual = file == here / "config.toml"
        named = "" if usual else f" play -c {shlex.quote(file.name if file.parent == here else str(file))}"
        return (
            f"{file.name} is made in {file.parent}; no other file is changed\n"
            f"it plays from the next start:\nimpsy-tui shutdown\nimpsy-tui{named}"
        )

    def settings(self, live: Mapping[str, Any], player: str = "") -> tuple[Setting, ...]:
        """Returns every setting with its current value.

        Args:
            live: Values that commands can change, by key.
            player: Name of the player whose values these are.
        """
        found = []
        described = {setting.key: setting for setting in describe(self._started_with)}
        own = self._table_of(player)
        for setting in described.values():
            in_file = self._in_file.get(setting.key, setting)
            value, origin = setting.value, in_file.origin
            if setting.key in live:
                value = written(live[setting.key])
                key = own + setting.key.partition(".")[2]
                of_player = self._in_file.get(key, described.get(key)) if own else None
                if of_player is not None and value == of_player.value:
                    origin = of_player.origin
                elif value != in_file.value:
                    value, origin = _short(live[setting.key]), "live"
            elif in_file.value != value:
                origin = f"{in_file.value} from the next start"
            found.append(Setting(setting.key, value, setting.default, origin, setting.help, setting.allowed))
        return tuple(found)

    def _table_of(self, player: str) -> str:
        """Returns the beginning of the keys of a player's own table; empty if it has none."""
        names = [table.name for table in self._started_with.config.player]
        if player not in names:
            return ""
        return "player." if len(names) == 1 else f"player.{names.index(player)}."

    async def _writable(self) -> Path:
        """Returns the file to change; copies a shipped file to this folder first."""
        if self._file is None:
            raise UserError("There is no configuration file: start with -c FILE")
        if not is_shipped("configs", self._file):
            return self._file
        own = Path("config.toml").absolute()  # noqa: ASYNC240 – the check of one name takes microseconds
        if own.exists():
            raise UserError(
                f"{self._file.name} comes with the program and cannot change, and config.toml exists here: "
                "start with -c config.toml to change settings"
            )
        try:
            await asyncio.get_running_loop().run_in_executor(None, shutil.copyfile, self._file, own)
        except OSError as error:
            raise UserError(f"Cannot write {own}: {error.strerror}") from None
        self._file = own
        return own


async def _ask(request: WorkerRequest) -> _Edited:
    try:
        edited = msgspec.json.decode(await ask_worker(request), type=_Edited)
    except (UserError, msgspec.MsgspecError) as problem:
        raise UserError(f"Cannot change the setting: {problem}") from None
    if edited.problem:
        raise UserError(edited.problem)
    return edited


def _short(value: Any) -> str:
    """Returns a value in the form of TOML, with few digits: a ramp or a pattern gives it many."""
    return written(float(f"{value:.6g}") if isinstance(value, float) else value)

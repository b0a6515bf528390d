"""Learned, bound and mapped controls in the configuration file."""

from collections.abc import Callable, Sequence

from impsy_tui.channels.base import LearnableChannel
from impsy_tui.config.toml_text import written
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.output_map import OutputMap
from impsy_tui.engine.io.parameter_map import ParameterMap
from impsy_tui.engine.server.settings import SettingsEditor


class MappingKeeper:
    """Writes the controls of the performer into the configuration file, and removes those that are no longer in use.

    Entries of the file that could not be read at the start stay.

    Args:
        settings: Settings of the configuration file.
        channels: Returns the channels that learn controls.
        bindings: Commands by trigger, as the file has them.
        parameter_map: Parameters by control, as the file has them.
        output_map: Targets of the dimensions at the outputs.
    """

    def __init__(
        self,
        settings: SettingsEditor,
        channels: Callable[[], Sequence[LearnableChannel]],
        bindings: Bindings,
        parameter_map: ParameterMap,
        output_map: OutputMap,
    ) -> None:
        self._settings = settings
        self._channels = channels
        self._bindings = bindings
        self._parameter_map = parameter_map
        self._output_map = output_map
        self._in_file = {name: set(table) for name, table in self._tables.items()}

    @property
    def _tables(self) -> dict[str, dict[str, str]]:
        return {"bind": dict(self._bindings.table), "map": dict(self._parameter_map.table)}

    async def keep(self) -> str:
        """Writes the controls; returns the reply.

        Raises:
            UserError: The file cannot be changed.
        """
        said = []
        for channel in self._channels():
            for key, entries in channel.learned().items():
                said.append((await self._settings.change(key, written(entries)))[0])
        for key, texts in self._output_map.settings.items():
            said.append((await self._settings.change(key, written(texts)))[0])
        for name, table in self._tables.items():
            for trigger, line in table.items():
                said.append((await self._settings.change(f'{name}."{trigger}"', written(line)))[0])
            gone = sorted(self._in_file[name] - table.keys())
            said += [await self._settings.remove(f'{name}."{trigger}"') for trigger in gone]
            self._in_file[name] = set(table)
        return "\n".join(said) or "nothing was learned, bound or mapped"

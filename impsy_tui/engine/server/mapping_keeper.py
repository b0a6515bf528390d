"""Learned, bound and mapped controls in the configuration file."""

from collections.abc import Mapping

from impsy_tui.config.toml_text import written
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.mappings import Mappings
from impsy_tui.engine.server.settings import SettingsEditor


class MappingKeeper:
    """Writes the controls of the performer into the configuration file, and removes those that are no longer in use.

    Entries of the file that could not be read at the start stay.

    Args:
        settings: Settings of the configuration file.
        bindings: Commands by trigger, as the file has them.
        mappings: Mappings, with the parameters as the file has them.
        channels: Table of each channel in the file, by its name.
    """

    def __init__(
        self, settings: SettingsEditor, bindings: Bindings, mappings: Mappings, channels: Mapping[str, str]
    ) -> None:
        self._channels = channels
        self._settings = settings
        self._bindings = bindings
        self._mappings = mappings
        self._in_file = {name: set(table) for name, table in self._tables.items()}

    @property
    def _tables(self) -> dict[str, dict[str, str]]:
        return {"bind": dict(self._bindings.table), "map": dict(self._mappings.parameters.table)}

    async def keep(self) -> str:
        """Writes the controls; returns the reply.

        Raises:
            UserError: The file cannot be changed.
        """
        said = []
        inputs, outputs = (one.settings(self._channels) for one in (self._mappings.inputs, self._mappings.outputs))
        for key, texts in (inputs | outputs).items():
            said.append((await self._settings.change(key, written(texts)))[0])
        for name, table in self._tables.items():
            for trigger, line in table.items():
                said.append((await self._settings.change(f'{name}."{trigger}"', written(line)))[0])
            gone = sorted(self._in_file[name] - table.keys())
            said += [await self._settings.remove(f'{name}."{trigger}"') for trigger in gone]
            self._in_file[name] = set(table)
        return "\n".join(said) or "nothing was learned, bound or mapped"

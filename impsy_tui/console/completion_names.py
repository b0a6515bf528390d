"""Names for completion, requested from the engine again after they may have changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.control.answers import Names, Settings
from impsy_tui.control.messages import Event, Snapshot
from impsy_tui.language import Macro
from impsy_tui.language.completion import CompletionSources

_NAMING = ("rename", "delete", "restore", "trash", "undo", "log", "scene", "cue", "record")
"""Commands that change names."""


class CompletionNames:
    """Keeps the names for completion.

    Args:
        requests: interface to the engine.
        themes: names of themes, which the engine does not know.
    """

    def __init__(self, requests: EngineRequests, themes: Callable[[], Sequence[str]]) -> None:
        self.known = CompletionSources(themes=themes())
        self._requests = requests
        self._themes = themes

    @staticmethod
    def concerns(event: Event) -> bool:
        """Returns True if names may have changed because of an event."""
        return event.source == "job" or event.text.startswith(_NAMING)

    def now(self, snapshot: Snapshot | None, macros: Mapping[str, Macro]) -> CompletionSources:
        """Returns all names, with those that a snapshot holds."""
        if snapshot is None:
            return self.known
        return replace(
            self.known,
            dimensions=snapshot.dimension - 1,
            outputs=tuple(channel.name for channel in snapshot.channels),
            players=tuple(player.name for player in snapshot.players),
            macros=macros,
        )

    async def learn(self) -> None:
        """Requests all names from the engine."""
        names, settings = await self._requests.ask("names"), await self._requests.ask("settings")
        if isinstance(names, Names):
            self.known = CompletionSources(
                models=names.models,
                logs=names.logs,
                datasets=names.datasets,
                themes=self._themes(),
                settings=self.known.settings,
                scenes=names.scenes,
                sets=names.sets,
                cues=names.cues,
                ensembles=names.ensembles,
                classifiers=names.classifiers,
                tables=names.tables,
                corpora=names.corpora,
                midi_files=names.midi_files,
                trash=names.trash,
                places=names.places,
            )
        if isinstance(settings, Settings):
            keys = tuple(setting.key for setting in settings.settings)
            self.known = replace(self.known, settings=keys)

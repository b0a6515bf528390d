"""The command palette: every command, from the one table."""

from collections.abc import Iterator

from textual.command import DiscoveryHit, Hit, Hits, Provider

from impsy_tui.console.desk import Chooses
from impsy_tui.language import COMMANDS, Kind


class AllCommands(Provider):
    """Commands that need nothing more are carried out; others are put into the prompt."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for line, help, whole in _lines():
            yield DiscoveryHit(line, self._choice(line, whole), help=help)

    async def search(self, query: str) -> Hits:
        """What fits."""
        matcher = self.matcher(query)
        for line, help, whole in _lines():
            score = max(matcher.match(line), matcher.match(help) * 0.5)
            if score > 0:
                yield Hit(score, matcher.highlight(line), self._choice(line, whole), help=help)

    def _choice(self, line: str, whole: bool) -> "_Choice":
        assert isinstance(self.app, Chooses)
        return _Choice(self.app, line, whole=whole)


class _Choice:
    """What happens when an entry is chosen."""

    def __init__(self, app: Chooses, line: str, *, whole: bool) -> None:
        self._app = app
        self._line = line
        self._whole = whole

    def __call__(self) -> None:
        self._app.choose(self._line, whole=self._whole)


def _lines() -> Iterator[tuple[str, str, bool]]:
    """Lines, what they do, and whether they are whole."""
    for command in COMMANDS.values():
        needed = [argument for argument in command.arguments if not argument.optional]
        if not needed:
            yield command.name, command.help, True
        elif len(needed) == 1 and needed[0].kind is Kind.CHOICE:
            for choice in needed[0].choices:
                yield f"{command.name} {choice}", command.help, True
        else:
            yield f"{command.name} …", command.help, False

"""Programs of pending commands that take time, such as the loading of a model; ``undo`` waits for them."""

import asyncio
from collections.abc import Collection

from impsy_tui.engine.performance.line_result import LineResult


class UnfinishedPrograms:
    """Programs of pending commands that are being carried out."""

    def __init__(self) -> None:
        self._results: list[LineResult] = []
        self._one_ended = asyncio.Event()

    def add(self, result: LineResult) -> None:
        """Notes that a program takes time, if a pending command carries it out."""
        if result.left_by:
            self._results.append(result)

    def end(self, result: LineResult) -> None:
        """Notes that a program is carried out."""
        self._keep([one for one in self._results if one is not result])

    def end_all(self, left_by: int) -> None:
        """Lets no ``undo`` wait for the programs of a pending command, because it has ``undo`` itself."""
        self._keep([one for one in self._results if one.left_by != left_by])

    async def one_ended(self, numbers: Collection[int]) -> bool:
        """Waits until a program of these pending commands ends; returns False if there is none."""
        if not any(one.left_by in numbers for one in self._results):
            return False
        await self._one_ended.wait()
        return True

    def _keep(self, results: list[LineResult]) -> None:
        self._results = results
        ended, self._one_ended = self._one_ended, asyncio.Event()
        ended.set()

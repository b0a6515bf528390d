"""Handlers of the engine: status, help, stage lock, shutdown."""

from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.language import COMMANDS


class EngineHandlers(Handlers):
    """Handlers of the engine: status, help, stage lock, shutdown."""

    def _status(self) -> str:
        return self._host.status_text()

    def _help(self, command: str | None = None) -> str:
        if command is not None:
            entry = COMMANDS[command]
            return f"{entry.usage}\n  {entry.help}\n  for example: {entry.example}"
        width = max(len(entry.usage) for entry in COMMANDS.values() if len(entry.usage) <= 30)
        return "\n".join(
            f"{entry.usage:<{width}}  {entry.help}"
            if len(entry.usage) <= width
            else f"{entry.usage}\n{'':<{width}}  {entry.help}"
            for entry in COMMANDS.values()
        )

    def _lock(self) -> str:
        self._host.live_set.locked = True
        return "stage lock on: nothing is deleted, renamed or quit; unlock ends it"

    def _unlock(self) -> str:
        self._host.live_set.locked = False
        return "unlocked"

    def _shutdown(self) -> str:
        self._host.shut_down()
        running = [f"job {job.number} ({job.kind} {job.name})" for job in self._host.jobs.jobs if job.running]
        if not running:
            return "the engine ends"
        trains = any(job.running and job.kind == "train" for job in self._host.jobs.jobs)
        more = "; train resume continues a training" if trains else ""
        return f"the engine ends, and with it {', '.join(running)}{more}"

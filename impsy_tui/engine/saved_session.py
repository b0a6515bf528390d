"""Choice of the saved session at the start, and its last save."""

from collections.abc import Callable
from dataclasses import replace

from impsy_tui.engine import set_state
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.performance.session_state import last_session
from impsy_tui.engine.performance.session_state.autosave import Autosave
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.session import Session
from impsy_tui.errors import UserError

FRESH = "(--fresh starts without it)"


class SessionRestore:
    """Decides about resuming the saved session, and marks the session when the engine ends on purpose.

    Args:
        options: Options of the engine.
        autosave: Saves the session.
        notify: Reports to the performer.
    """

    def __init__(self, options: EngineOptions, autosave: Autosave, notify: Notify) -> None:
        self._options = options
        self._autosave = autosave
        self._notify = notify
        self.config = str(options.config_file.resolve()) if options.config_file is not None else ""

    def choose(self) -> last_session.SessionFile | None:
        """Returns the session to resume, or None to begin with the configuration.

        Without ``--resume``, only a session of the same configuration that did not end on purpose is resumed.
        """
        logs, wanted = self._options.logs, self._options.resume
        try:
            found = last_session.read_session(logs)
        except UserError as problem:
            kept = last_session.earlier_file(logs)
            text = f"the saved session cannot be read: {problem}. The configuration plays; the file is kept as {kept}"
            self._notify("warning", "resume", text)
            return None
        if found is None:
            if wanted:
                self._notify("warning", "resume", "there is no saved session: the configuration plays")
            return None
        if wanted is False or (wanted is None and found.ended):
            return None
        if wanted is None and found.config != self.config:
            other = found.config or "without a configuration"
            text = f"the last session did not end with shutdown, and played {other}: it is kept as "
            self._notify("warning", "resume", text + str(last_session.earlier_file(logs)))
            return None
        self._autosave.resumed = True
        return found

    def report(self, last: last_session.SessionFile, session: Session, problems: list[str]) -> None:
        """Reports the resumed parts, the missing parts, and the paused players."""
        how = "the last session" if last.ended else "the last session, which did not end with shutdown,"
        came_back = "; ".join(filter(None, [", ".join(session.all_players), set_state.summary(last.live_set)]))
        self._notify("info", "resume", f"{how} continues {FRESH}: {came_back}")
        for problem in problems:
            self._notify("warning", "resume", f"was not restored: {problem}")
        for job in last.live_set.jobs:
            advice = "; train resume continues it" if job.startswith("train") else ""
            self._notify("warning", "resume", f"the job {job} ended with the engine{advice}")
        paused = [name for name, player in session.all_players.items() if player.paused]
        if paused:
            verb = "is" if len(paused) == 1 else "are"
            self._notify("warning", "resume", f"{', '.join(paused)} {verb} paused, as before: resume lets it play")

    async def end(self, state: Callable[[], last_session.SessionFile], *, on_purpose: bool) -> None:
        """Saves the session for the last time."""
        await self._autosave.save(replace(state(), ended=on_purpose))

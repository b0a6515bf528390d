"""Capture of a set for the saved session, and its resumption after a restart."""

from collections.abc import Mapping, Sequence

from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.performance.scenes.file import read_scene, scene_table
from impsy_tui.engine.performance.scenes.scene import rig_lines
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.engine.performance.session_state.last_session import SavedSet
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.players.session import Session
from impsy_tui.errors import UserError
from impsy_tui.language import Macro, Source
from impsy_tui.text import counted


def capture(
    live_set: LiveSet,
    session: Session,
    macros: Mapping[str, Macro],
    bindings: Bindings,
    jobs: Sequence[str],
) -> SavedSet:
    """Returns the state of a set for the saved session."""
    return SavedSet(
        scene=scene_table(live_set.scene_keeper.capture()),
        macros=tuple(map(str, macros.values())),
        bindings=bindings.table,
        set=live_set.cues.name,
        cue=live_set.cues.index,
        other_lines=(*rig_lines(session), *(["lock"] if live_set.locked else [])),
        pending=tuple(one.saved for one in pending_lines.capture(live_set.scheduled)),
        recording=live_set.recording.runs,
        jobs=tuple(jobs),
    )


async def begin_set(lines: Sequence[str], executor: Executor, notify: Notify) -> None:
    """Carries out the lines of the configuration for a start without a saved session."""
    for line in lines:
        if problem := await executor.carry_out_line(line, source=Source.FILE):
            notify("error", "start", f"[start] do: {line}: {problem}")


async def resume_set(
    kept: SavedSet, away: float, live_set: LiveSet, executor: Executor, *, settings: bool
) -> list[str]:
    """Resumes a set: settings, cue, pending lines, recording. Macros and bindings are already resumed.

    Args:
        kept: saved set.
        away: seconds since it was saved.
        live_set, executor: parts of the new engine.
        settings: True to set the saved parameters.

    Returns:
        A message for each part that could not be resumed.
    """
    problems = []
    if kept.set:
        try:
            lines = await live_set.cues.resume(kept.set, kept.cue)
        except UserError as problem:
            lines, problems = (), [str(problem)]
        # Waits for each line: a model that is loaded here must not replace a model that is loaded later.
        problems += [
            f"{line}: {wrong}" for line in lines if (wrong := await executor.carry_out_line(line, source=Source.FILE))
        ]
    if settings and kept.scene:
        try:
            scene = read_scene("that was kept", kept.scene)
            await live_set.ramps.restore(scene)
        except UserError as problem:
            problems.append(str(problem))
    problems += await pending_lines.resume_saved(kept.pending, away, executor.read, live_set.ramps, live_set.patterns)
    if kept.recording and (wrong := await executor.carry_out_line("record on")):
        problems.append(f"record on: {wrong}")
    return problems


def summary(kept: SavedSet) -> str:
    """Returns the resumed parts, except the players, in words."""
    parts = []
    if kept.set:
        parts.append(f"set list {kept.set}, cue {kept.cue + 1}")
    if kept.pending:
        parts.append(counted(len(kept.pending), "pending line"))
    if kept.recording:
        parts.append("the recording continues in a new file")
    return "; ".join(parts)

"""Contents of the strip by slot, each in several forms from the longest to the shortest."""

from collections.abc import Mapping
from typing import Final

from rich.style import Style

from impsy_tui.console.drawing.lines import Piece, amount, middle, short_model, span
from impsy_tui.console.drawing.slots import Form, Forms
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.scheduled import cue_forms, replay_forms, tempo_forms
from impsy_tui.console.widgets.strip.moved_parameters import MovedParameter, moved_parameters
from impsy_tui.console.widgets.strip.turns import block_on, focused_turn, turn_style
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import JobState, PlayerState
from impsy_tui.modes import FILTER
from impsy_tui.parameters import AIM, REST, SMOOTH, STEER

_SURPRISED: Final = 5.0
"""Nats per event above those of the training: the musician plays what the model does not know."""
_LITTLE_SPACE: Final = 500e6
_LATE: Final = 0.005
_BUSY: Final = 0.7
_HOT: Final = 80.0


def turn_fields(snapshot: Snapshot, palette: Palette, *, locked: bool) -> dict[str, Forms]:
    """Returns mode, turn, player, cue, flags and timer."""
    player, turn = snapshot.focused, focused_turn(snapshot)
    style = turn_style(turn, palette)
    mode = FILTER if player.mode == "polyphony" and not snapshot.thru else player.mode
    block = palette.alarm_block if snapshot.recording else palette.text_block
    flags = [text for text, is_on in (("LOCKED", locked), ("REC CMDS", snapshot.recording)) if is_on]
    found: dict[str, Forms] = {
        "mode": (((f" {mode.upper()}", style),),),
        "turn": (((turn.label, style),),),
        "player": _player(snapshot, palette, style),
        "flags": _texts(flags, block_on(style, block, palette)),
    }
    if snapshot.cue is not None:
        found["cue"] = cue_forms(snapshot.cue, style)
    elif snapshot.replay is not None:
        found["cue"] = replay_forms(snapshot.replay, style)
    if snapshot.timer or snapshot.timer_runs:
        found["timer"] = (((f"{_clock(snapshot.timer)} ", style),),)
    return found


def _player(snapshot: Snapshot, palette: Palette, style: Style) -> Forms:
    player = snapshot.focused
    if snapshot.loading:
        loading = f"loading {snapshot.loading}"
        return (((loading, style),), ((middle(loading, 11), style),))
    if player.kind == "dummy":
        return (((" DUMMY ", block_on(style, palette.alarm_block, palette)),),)
    if len(snapshot.players) > 1:
        return (((player.name, style),),)
    if player.origin:  # another folder has a model of this name, which stands above the meters
        return (
            ((f"{short_model(player.model, 11)} from {player.origin}", style),),
            ((middle(player.origin, 10), style),),
        )
    return (((short_model(player.model, 11), style),),)


def _texts(texts: list[str], style: Style) -> Forms:
    """Returns labels as one block, in full or cut to their beginnings."""
    if not texts:
        return ()
    full, short = " ".join(texts), " ".join(text[:4].strip() for text in texts)
    return tuple(((text, style),) for text in (f" {full} ", full, short))


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60:02d}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def parameter_fields(snapshot: Snapshot, palette: Palette) -> dict[str, Forms]:
    """Returns the parameters of the focused player, each with the target of its ramp or its pattern, and thru."""
    player, moved = snapshot.focused, moved_parameters(snapshot)
    found: dict[str, Forms] = {}
    if player.agent is not None:
        slots = {"temp": AIM, "sigma": STEER, "speed": REST, "threshold": SMOOTH}
        for slot, one in slots.items():
            value = player.parameters.get(one.name, one.default)
            shown = f"{value:g}{'s' * (one is SMOOTH)}" if isinstance(value, float) else one.written(value)
            found[slot] = _number(one.name, shown, moved.get(one.name), palette)
    else:
        found["temp"] = _temperature("temp", f"{player.number('temp'):.2f}", player, moved, palette)
    if player.agent is None and player.ensemble is None:
        stretch = player.number("timescale")
        speed = f"×{1 / stretch:.3g}" if stretch else "max"
        found["sigma"] = _temperature("sigma", f"{player.number('sigma'):.3g}", player, moved, palette)
        found["speed"] = _number("speed", speed, moved.get("speed"), palette)
    if player.mode == "callresponse" and player.agent is None:
        shown = f"{player.number('threshold'):.3g}s"
        found["threshold"] = _number("threshold", shown, moved.get("threshold"), palette)
    if snapshot.thru:
        found["thru"] = ((("thru", palette.strong),),)
    return found


def _temperature(
    name: str, value: str, player: PlayerState, moved: Mapping[str, MovedParameter], palette: Palette
) -> Forms:
    """Returns a temperature with the target of its ramp or its pattern, or marked as trained."""
    forms = _number(name, value, moved.get(name), palette)
    if name not in moved and name in player.trained:
        return ((*forms[0], (" trained", palette.dim)), *forms)
    return forms


def _number(label: str, value: str, moved: MovedParameter | None, palette: Palette) -> Forms:
    now: Form = ((f"{label} ", palette.dim), (value, palette.strong))
    if moved is None:
        return (now,)
    return tuple((*now, (text, palette.prediction)) for text in moved.words)


def state_fields(snapshot: Snapshot, slow: Snapshot, palette: Palette) -> dict[str, Forms]:
    """Returns tempo, job, pending commands, shaping, log and health.

    Args:
        snapshot: newest snapshot.
        slow: snapshot of a moment ago, for fast numbers.
        palette: styles.
    """
    found: dict[str, Forms] = {
        "surprise": _surprise(slow, palette),
        "log": _log(snapshot, slow, palette),
        "health": _health(slow, palette),
        "uptime": ((("up ", palette.dim), (span(slow.uptime), palette.dim)),),
        "link": ((("● link", palette.good),),),
    }
    if snapshot.tempo is not None:
        found["tempo"] = tempo_forms(snapshot, snapshot.tempo, palette)
    if jobs := [job for job in snapshot.jobs if job.is_running]:
        found["job"] = _job(jobs[-1], palette)
    elif snapshot.cue is not None and slow.replay is not None:
        found["job"] = replay_forms(slow.replay, palette.strong)
    if snapshot.pending:
        found["pending"] = (((f"{len(snapshot.pending)}", palette.strong), (" pending", palette.dim)),)
    if snapshot.held:
        found["shaping"] = (((f"held: {snapshot.held}", palette.warning),), ((snapshot.held, palette.warning),))
    elif snapshot.marks and (changed := sum(map(bool, snapshot.marks))):
        found["shaping"] = (((f"{changed} shaped", palette.warning),),)
    if slow.log.disk_free >= 0:
        found["disk"] = ((("disk ", palette.dim), (amount(slow.log.disk_free), palette.dim)),)
    return found


def _surprise(slow: Snapshot, palette: Palette) -> Forms:
    """Returns how much more the musician surprises the player than its training did."""
    surprise = slow.focused.surprise
    if surprise is None:
        return ()
    style = palette.warning if surprise > _SURPRISED else palette.dim
    return (
        (("surprise ", palette.dim), (f"{surprise:+.1f}", style)),
        (("? ", palette.dim), (f"{surprise:+.1f}", style)),
        ((f"?{surprise:+.0f}"[:4], style),),
    )


def _job(job: JobState, palette: Palette) -> Forms:
    share = f" {job.done}/{job.of}" if job.of else f" {job.stage}"
    left = f" {span(job.left)} left" if job.left is not None else ""
    what = f"⚙{job.number} {job.kind}"
    named = f"{what} {job.name}{share}"
    texts = (f"{named}{left}", named, f"{what}{share}", f"⚙{job.number}{share}")
    return tuple(((text, palette.strong),) for text in texts)


def _log(snapshot: Snapshot, slow: Snapshot, palette: Palette) -> Forms:
    if snapshot.log.problem:
        waiting = f" {snapshot.log.problem}, {slow.log.rows - slow.log.written} wait"
        block: Piece = (" LOG! ", palette.alarm_block)
        return ((block, (waiting, palette.alarm)), (block,))
    if not snapshot.log.enabled:
        return (((" LOG OFF ", palette.warning_block),),)
    return ((("● REC ", palette.alarm), (f"{slow.log.rows}", palette.text)),)


def _health(slow: Snapshot, palette: Palette) -> Forms:
    alarms = _alarms(slow)
    if alarms:
        full, short = " ".join(long for long, _ in alarms), " ".join(brief for _, brief in alarms)
        texts = (f" {full} ", f" {short} ", short, f"{len(alarms)} ALARMS")
        return tuple(((text, palette.alarm_block),) for text in texts)
    load = (f"{slow.load:.0%}", palette.warning if slow.load > _BUSY else palette.dim)
    late = (f"{slow.lateness * 1000:.1f}ms", palette.warning if slow.lateness > _LATE else palette.dim)
    brief: Form = (load, (" ", palette.ground), late)
    full_form: Form = (("engine ", palette.dim), load, (" late ", palette.dim), late)
    if slow.machine.temperature is None:
        return (full_form, brief)
    return ((*full_form, (f" {slow.machine.temperature:.0f}°C", palette.dim)), full_form, brief)


def _alarms(slow: Snapshot) -> list[tuple[str, str]]:
    """Returns what is wrong with the machine, in full and in one short word."""
    machine, free = slow.machine, slow.log.disk_free
    alarms = []
    if machine.undervoltage:
        alarms.append(("LOW VOLTAGE", "VOLT"))
    if 0 <= free < _LITTLE_SPACE:
        alarms.append((f"DISK {amount(free)} LEFT", "DISK"))
    if machine.throttled:
        alarms.append(("THROTTLED", "SLOW"))
    if machine.temperature is not None and machine.temperature >= _HOT:
        alarms.append((f"{machine.temperature:.0f}°C", "HOT"))
    return alarms

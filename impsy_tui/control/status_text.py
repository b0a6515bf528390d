"""Snapshot and ports in lines of text, for shells without a console."""

from typing import Final

from impsy_tui import choices
from impsy_tui.control.agent_state import AgentState
from impsy_tui.control.answers import Ports
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import ChannelState, EnsembleState, PlayerState, TempoState
from impsy_tui.parameters import CLOCK_IN, CLOCK_LINK, ENGINE, MODE, PARAMETERS, PLAYERS, TEMPO, parameters_of
from impsy_tui.text import counted

_BAR = 24


def status_lines(snapshot: Snapshot) -> list[str]:
    """Returns the state of the engine in lines of at most 78 columns, if the names are short."""
    lines = []
    if snapshot.title:
        lines.append(snapshot.title)
    for player in snapshot.players:
        several = len(snapshot.players) > 1
        lines += _player_lines(
            player, f"{player.name}{' ▸' * (player.name == snapshot.focus)}" if several else MODE.name
        )
    if snapshot.loading:
        lines.append(f"loading   {snapshot.loading} …")
    if snapshot.tempo is not None:
        lines.append(f"tempo     {_tempo_words(snapshot, snapshot.tempo)}")
    changed = (one for one in parameters_of(ENGINE) if one is not TEMPO and snapshot.value(one) != one.default)
    lines += _in_fours("set", [f"{one.name} {one.shown(snapshot.value(one))}" for one in changed])
    if snapshot.held:
        lines.append(f"held      {snapshot.held}")
    lines += _staged_lines(snapshot)
    lines += [_channel_line(channel) for channel in snapshot.channels]
    lines.append(_log_line(snapshot))
    lines.append(
        f"engine    {snapshot.load:.1%} of a core · latest by {snapshot.lateness * 1000:.2f} ms · "
        f"{snapshot.memory / 1e6:.0f} MB · up {_span(snapshot.uptime)}"
    )
    return lines


def _staged_lines(snapshot: Snapshot) -> list[str]:
    """Returns the lines of set list, replay, recording, stage lock and pending commands."""
    lines = []
    if (cue := snapshot.cue) is not None:
        place = f"cue {cue.number} of {cue.of}: {cue.cue} · " if cue.cue else ""
        lines.append(f"set       {cue.set} · {place}next is {cue.following or 'none'}")
    if (replay := snapshot.replay) is not None:
        times = f"{_span(replay.position)} of {_span(replay.length)}"
        lines.append(f"replay    {replay.name} · {times} · {replay.speed:g}x")
    if snapshot.recording:
        lines.append("record    commands are recorded")
    if snapshot.locked:
        lines.append("lock      the stage lock is on; unlock ends it")
    if snapshot.pending:
        lines.append(f"pending   {len(snapshot.pending)}; what lists them")
    return lines


def live_lines(snapshot: Snapshot) -> list[str]:
    """Returns the state with all dimensions as bars: input, output, next output."""
    player = snapshot.focused
    output = player.place(player.output, len(snapshot.input))
    upcoming = player.place(player.upcoming, len(snapshot.input))
    lines = [*status_lines(snapshot), "", f"          {'in':<{_BAR + 6}}{'out':<{_BAR + 6}}next"]
    for index, value in enumerate(snapshot.input):
        played = "" if (plays := output[index]) is None else _bar(plays)
        coming = "" if (follows := upcoming[index]) is None else f"{follows:.2f}"
        lines.append(f"x{index + 1:<9}{_bar(value):<{_BAR + 6}}{played:<{_BAR + 6}}{coming}")
    return lines


def _tempo_words(snapshot: Snapshot, tempo: TempoState) -> str:
    words = [f"{snapshot.value(TEMPO):.1f} bpm", f"bar {int(tempo.beat // 4) + 1}"]
    if snapshot.value(CLOCK_IN):
        words.append("the clock is LOST" if tempo.lost else "by the clock" if tempo.runs else "the clock is stopped")
    if snapshot.value(CLOCK_LINK):
        words.append(f"Link with {tempo.peers or 'no'} others" + ("" if tempo.runs else ", stopped"))
    return " · ".join(words)


def nudge_words(seconds: float) -> str:
    """Returns the delay or lead of an output in words."""
    return f"nudged {seconds * 1000:+.4g} ms" if seconds else ""


def ports_lines(ports: Ports) -> list[str]:
    """Returns the ports, one kind in a line."""
    lines = [f"MIDI: {ports.problem}"] if ports.problem else []
    for kind, names in (
        ("MIDI inputs", ports.inputs),
        ("MIDI outputs", ports.outputs),
        ("serial ports", ports.serial),
    ):
        lines.append(f"{kind + ':':<14}{', '.join(names) or 'none'}")
    return lines


_TOGETHER: Final = {
    "battle": "the player plays alone",
    "polyphony": "the player answers each event",
}
"""Words for the modes without turns in which not both play."""


def _player_lines(player: PlayerState, label: str) -> list[str]:
    both = _TOGETHER.get(player.mode, "both play")
    turn = {"you": "your turn", "player": "the player's turn", "both": both}[player.turn]
    mark = "PAUSED" if player.paused else turn
    model = f"{player.model_words()} ({player.runtime})" if player.runtime else player.model
    model += f" from {player.origin}" if player.origin else ""
    if player.kind == "dummy":
        model = "DUMMY: no model is loaded"
    lines = [f"{label:<10}{player.mode} · {mark}", f"{'model':<10}{model}"]
    shown = [
        f"{name} {parameter.shown(value)}"
        for name, value in player.parameters.items()
        if (parameter := PARAMETERS.get(name)) is not None and value is not None and parameter not in (MODE, PLAYERS)
    ]
    lines += _in_fours("", shown)
    if player.agent is not None:
        lines += _agent_lines(player.agent)
    if player.ensemble is not None:
        lines += _ensemble_lines(player.ensemble)
    return lines


def _in_fours(label: str, words: list[str]) -> list[str]:
    """Returns words in lines of four, the first with a label."""
    return [
        f"{'' if first else label:<10}{' · '.join(words[first : first + 4])}" for first in range(0, len(words), 4)
    ]


def _ensemble_lines(ensemble: EnsembleState) -> list[str]:
    does = [
        f"{name} {choices.GESTURES[code]}" for name, code in zip(ensemble.players, ensemble.gestures, strict=True)
    ]
    lines = [f"{'ensemble':<10}{counted(len(ensemble.players), 'player')}{' · rests' if ensemble.resting else ''}"]
    return lines + [f"{'':<10}{' · '.join(does[first : first + 3])}" for first in range(0, len(does), 3)]


def _agent_lines(agent: AgentState) -> list[str]:
    rests = "rests" if agent.resting else f"distance {agent.distance:.2f}"
    heard = "nothing is heard" if agent.heard < 0 else f"{agent.level:.0f} dBFS, {agent.rate} frames a second"
    return [f"{'agent':<10}{rests}", f"{'hears':<10}{agent.hear} · {heard}"]


def _channel_line(channel: ChannelState) -> str:
    line = (
        f"{channel.name:<10}{channel.state} · {channel.bound} · "
        f"in {channel.received} ({channel.received_rate}/s) · out {channel.sent} ({channel.sent_rate}/s)"
    )
    if channel.nudge:
        line += f" · {nudge_words(channel.nudge)}"
    if channel.problem:
        line += f"\n{'':<10}! {channel.problem} ({_span(channel.problem_age)} ago)"
    return line


def _log_line(snapshot: Snapshot) -> str:
    log = snapshot.log
    if log.problem:
        return f"{'log':<10}PROBLEM: {log.problem} · {log.rows - log.written} events wait for the disk"
    if not log.enabled:
        return f"{'log':<10}off · {snapshot.received} events heard"
    return f"{'log':<10}{log.file or 'on, its file begins with the first event'} · {log.rows} events"


def _bar(value: float) -> str:
    filled = round(value * _BAR)
    return f"{'█' * filled}{'·' * (_BAR - filled)} {value:.2f}"


def _span(seconds: float) -> str:
    seconds = max(0.0, seconds)
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

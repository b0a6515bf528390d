"""Main screen of a performance."""

import time
from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from impsy_tui.console.command_targets import player_prefix
from impsy_tui.console.drawing.advice import how_to_begin
from impsy_tui.console.drawing.compositor import TightCompositor
from impsy_tui.console.drawing.lines import Lines
from impsy_tui.console.keys.keymap import Keymap, default_bindings
from impsy_tui.console.prompt_history import PromptHistory
from impsy_tui.console.textual_internals import use_compositor
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.agent import AgentPane
from impsy_tui.console.widgets.channels import ChannelPanes
from impsy_tui.console.widgets.ensemble import EnsembleView
from impsy_tui.console.widgets.event_log import Entry, EventLog
from impsy_tui.console.widgets.footer import Hint, KeyFooter, KeysBar
from impsy_tui.console.widgets.gesture_recording import GestureRecordingView
from impsy_tui.console.widgets.jobs import JobsPane
from impsy_tui.console.widgets.meters import Meters
from impsy_tui.console.widgets.players import PlayersPane
from impsy_tui.console.widgets.prompt import Prompt
from impsy_tui.console.widgets.scheduled import PendingPane
from impsy_tui.console.widgets.strip import StatusStrip
from impsy_tui.control.messages import Snapshot
from impsy_tui.language.completion import CompletionSources
from impsy_tui.language.program import quoted

_OFFERS: Final = {
    "train": "audition",
    "convert": "audition",
    "ensemble": "audition",
    "gestures": "classifier",
    "agent": "audition",
}
"""Command offered for the result of a job, by kind."""
_EVENTS_SIZES = ("", "-events-tall", "-events-hidden")


class PerformScreen(Screen[None]):
    """Strip, meters, channels, jobs, events and prompt.

    Args:
        palette: colours.
        keymap: current keys.
        history: history of the command line.
        known: returns the names for completions.
        digits_every: frames between two changes of numbers.
    """

    BINDINGS: ClassVar[list[BindingType]] = default_bindings(everywhere=False)
    AUTO_FOCUS = "#line"

    def __init__(
        self,
        palette: Palette,
        keymap: Keymap,
        history: PromptHistory,
        known: Callable[[], CompletionSources],
        digits_every: int,
    ) -> None:
        super().__init__()
        use_compositor(self, TightCompositor)
        self._digits_every = digits_every
        self._frame = 0
        self._events_size = 0
        self._jobs_wanted: bool | None = None
        self._pending_wanted = True
        self._jobs_seen: int | None = None
        self._made: set[str] | None = None
        self._heard: set[str] = set()
        self.strip = StatusStrip(palette, digits_every)
        self.meters = Meters(palette, digits_every)
        self.gesture_recording = GestureRecordingView(palette)
        self.ensemble = EnsembleView(palette)
        self.players = PlayersPane(palette)
        self.agent = AgentPane(palette)
        self.channels = ChannelPanes(palette)
        self.jobs = JobsPane(palette)
        self.pending = PendingPane(palette)
        self.events = EventLog(palette, keymap.label("events"))
        self.prompt = Prompt(history, known)
        self.hint = Hint(palette)
        self.keys_bar = KeysBar(palette, keymap)
        self.key_footer = KeyFooter(palette, keymap)
        # From the start: what the engine reports may have to be shown before all of them are mounted.
        for pane in (
            self.keys_bar,
            self.gesture_recording,
            self.ensemble,
            self.jobs,
            self.players,
            self.agent,
            self.pending,
        ):
            pane.display = False

    def compose(self) -> ComposeResult:
        """Yields the widgets from top to bottom."""
        yield self.strip
        yield self.gesture_recording
        with Horizontal(id="middle"):
            yield self.meters
            yield self.ensemble
            with Vertical(id="side"):
                yield self.players
                yield self.agent
                yield self.channels
                yield self.pending
                yield self.jobs
        yield self.events
        yield self.prompt
        yield self.keys_bar
        yield self.hint
        yield self.key_footer

    def on_mount(self) -> None:
        """Shows the advice for an empty prompt."""
        self.hint.idle()

    def show(self, view: View) -> None:
        """Shows a frame."""
        self._frame += 1
        self.strip.show(view.snapshot, view.link, locked=view.locked)
        self.key_footer.show(locked=view.locked, bound=view.snapshot.keys if view.snapshot else {})
        if view.snapshot is None:
            return
        self.gesture_recording.display = view.snapshot.gesture_recording is not None
        self.gesture_recording.show(view.snapshot)
        self._show_playing(view.snapshot)
        if self._frame % self._digits_every == 0 or self._frame == 1:
            self.channels.show(view.snapshot)
            self.hint.set_idle(how_to_begin(view.snapshot))
            self._show_jobs(view)
            self._show_pending(view.snapshot)
            self.players.display = len(view.snapshot.players) > 1
            if self.players.display:
                self.players.show(view.snapshot)
            focused = view.snapshot.focused
            self.agent.display = focused.agent is not None
            if focused.agent is not None:
                self.agent.show(focused)

    def _show_playing(self, snapshot: Snapshot) -> None:
        """Shows the meters, or the ensemble if an ensemble has the focus."""
        is_ensemble = snapshot.focused.ensemble is not None
        if self.ensemble.display != is_ensemble:
            self.ensemble.display, self.meters.display = is_ensemble, not is_ensemble
            if self.keys_mode:
                self.set_focus(self._playing)
        if is_ensemble:
            self.ensemble.show(snapshot)
        else:
            self.meters.show(snapshot)

    @property
    def _playing(self) -> Widget:
        return self.ensemble if self.ensemble.display else self.meters

    def _show_pending(self, snapshot: Snapshot) -> None:
        wanted = self._pending_wanted and bool(snapshot.pending)
        if self.pending.display != wanted:
            self.pending.display = wanted
        if wanted:
            self.pending.show(snapshot)

    def _show_jobs(self, view: View) -> None:
        assert view.snapshot is not None
        newest = max((job.number for job in view.snapshot.jobs), default=0)
        if self._jobs_seen is not None and newest > self._jobs_seen:
            self._jobs_wanted = True  # one has just been started: here it is
        self._jobs_seen = newest
        self._offer_made(view.snapshot)
        running = any(job.state in ("running", "stopping") for job in view.snapshot.jobs)
        wanted = running if self._jobs_wanted is None else self._jobs_wanted
        if self.jobs.display != wanted:
            self.jobs.display = wanted
        if wanted:
            self.jobs.show(view.snapshot)

    def _offer_made(self, snapshot: Snapshot) -> None:
        """Returns the offered command for a model that a job has made: first an audition, then loading."""
        made = {job.file: job.kind for job in snapshot.jobs if job.kind in _OFFERS and job.file}
        heard = _auditioned(snapshot)
        if self._made is not None:
            for file in made.keys() - self._made:
                if (to := player_prefix(made[file], snapshot)) is not None:
                    self.prompt.offer(f"{to}{_OFFERS[made[file]]} {quoted(_stem(file))}")
            for name in heard.keys() - self._heard:
                if name in map(_stem, made):
                    self.prompt.offer(f"{heard[name]}load {quoted(name)}")
        self._made, self._heard = set(made), set(heard)

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        for widget in self.query(Lines):
            widget.set_palette(palette)
        self.meters.set_palette(palette)

    def set_keymap(self, keymap: Keymap) -> None:
        """Sets other keys."""
        self.keys_bar.set_keymap(keymap)
        self.key_footer.set_keymap(keymap)

    def set_digits_every(self, frames: int) -> None:
        """Sets the number of frames between two changes of the numbers."""
        self._digits_every = frames
        self.strip.set_digits_every(frames)
        self.meters.set_digits_every(frames)

    # Keys mode

    @property
    def keys_mode(self) -> bool:
        """True in keys mode."""
        return bool(self.keys_bar.display)

    def set_keys_mode(self, on: bool) -> None:
        """Enters keys mode, or goes back to the prompt."""
        self.keys_bar.display = on
        self.prompt.display = not on
        # At once, for the next key may have come already.
        if on:
            self.set_focus(self._playing)
            self.hint.set_lines([])
        else:
            self.set_focus(self.prompt.line)
            self.hint.idle()

    # Panes

    def toggle_meters_only(self) -> None:
        """Shows only the meters and the strip, or all panes."""
        self.toggle_class("-meters-only")

    def cycle_events(self) -> None:
        """Makes the event log larger, then hides it, then restores it."""
        self._events_size = (self._events_size + 1) % len(_EVENTS_SIZES)
        for index, name in enumerate(_EVENTS_SIZES):
            if name:
                self.set_class(index == self._events_size, name)

    def toggle_jobs(self) -> None:
        """Shows or hides the jobs."""
        self._jobs_wanted = not self.jobs.display
        self.jobs.display = self._jobs_wanted
        self.jobs.redraw()

    def toggle_pending(self) -> str:
        """Shows or hides the pending pane; returns its new state as text."""
        self._pending_wanted = not self._pending_wanted
        self.pending.display = self.pending.display and self._pending_wanted
        return (
            "pending commands are shown" if self._pending_wanted else "pending commands are hidden; what lists them"
        )

    def toggle_channels(self) -> None:
        """Shows or hides the channels."""
        self.channels.display = not self.channels.display

    def on_prompt_advised(self, message: Prompt.Advised) -> None:
        """Shows a message of the prompt below it."""
        message.stop()
        self.set_class(message.mistake is not None, "-blaming")
        if message.mistake is not None and not self.hint.shows_all_of(message.mistake, message.offset):
            self.events.add(Entry(time.time(), "error", "", message.mistake.message))
            self.prompt.mark_reported()
        self.hint.advise(message.completion, message.mistake, message.offset, message.found)


def _auditioned(snapshot: Snapshot) -> dict[str, str]:
    """Returns the auditioned models, with the ``@player`` prefix of each."""
    found = {} if snapshot.audition is None else {snapshot.audition.model: ""}
    for player in snapshot.players:
        if player.ensemble is not None and player.ensemble.auditioned:
            found[player.ensemble.auditioned] = f"@{player.name} "
    return found


def _stem(file: str) -> str:
    return PurePath(file).stem

"""Main screen of a performance."""

import time
from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from impsy_tui.console.command_targets import player_prefix
from impsy_tui.console.drawing.advice import how_to_begin
from impsy_tui.console.drawing.compositor import TightCompositor
from impsy_tui.console.drawing.drawn_widget import frame
from impsy_tui.console.drawing.lines import Lines
from impsy_tui.console.keys.keymap import Keymap, default_bindings
from impsy_tui.console.prompt_history import PromptHistory
from impsy_tui.console.textual_internals import use_compositor
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.agent import AgentPane
from impsy_tui.console.widgets.channels import ChannelLines, ChannelPanes
from impsy_tui.console.widgets.ensemble.view import EnsembleView
from impsy_tui.console.widgets.event_log import Entry, EventLog
from impsy_tui.console.widgets.footer import Hint, KeyFooter, KeysBar
from impsy_tui.console.widgets.gesture_history import GestureHistory
from impsy_tui.console.widgets.gesture_recording import GestureRecordingView
from impsy_tui.console.widgets.jobs import JobsPane
from impsy_tui.console.widgets.meters import Meters
from impsy_tui.console.widgets.players import PlayersPane
from impsy_tui.console.widgets.prompt import Prompt
from impsy_tui.console.widgets.scenes import DIGITS, SceneRow
from impsy_tui.console.widgets.scheduled import PendingPane
from impsy_tui.console.widgets.stage import StageView
from impsy_tui.console.widgets.strip.status_strip import StatusStrip
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
_WIDE: Final = ("-wide", "-huge")
"""Classes of windows with room for the panes at the side."""
_LOW_SIDE: Final = 20
"""Lines of a side in which only present jobs get lines."""
_NO_JOBS: Final = 2
"""Lines of the pane of the jobs without any."""
_PANES: Final = "Meters, EnsembleView, ChannelPanes, PendingPane, JobsPane, EventLog"
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
        self._side_wanted: bool | None = None
        self._made: set[str] | None = None
        self._heard: set[str] = set()
        self._awaits_scene = False
        self._filtered: EventLog | PendingPane | None = None
        self.strip = StatusStrip(palette, digits_every)
        self.history = GestureHistory()
        self.meters = Meters(palette, digits_every, self.history)
        self.stage = StageView(palette, self.history)
        self.gesture_recording = GestureRecordingView(palette)
        self.ensemble = EnsembleView(palette, keymap.label("meters"))
        self.players = PlayersPane(palette, f"{keymap.label('next_player')} {keymap.label('previous_player')}")
        self.agent = AgentPane(palette)
        self.channels = ChannelPanes(palette, keymap.label("jobs"))
        self.channel_lines = ChannelLines(palette)
        self.jobs = JobsPane(palette, keymap.label("jobs"))
        self.pending = PendingPane(palette, keymap.label("jobs"))
        self.events = EventLog(palette, keymap.label("events"))
        self.scenes = SceneRow(palette, keymap.label("scenes"))
        self.prompt = Prompt(history, known)
        self.hint = Hint(palette)
        self.keys_bar = KeysBar(palette, keymap)
        self.key_footer = KeyFooter(palette, keymap)
        # From the start: the engine may report something before all widgets are mounted.
        for pane in (
            self.keys_bar,
            self.scenes,
            self.gesture_recording,
            self.ensemble,
            self.players,
            self.agent,
        ):
            pane.display = False

    def compose(self) -> ComposeResult:
        """Yields the widgets from top to bottom."""
        yield self.strip
        with Horizontal(id="middle"):
            yield self.stage
            yield self.meters
            yield self.ensemble
            with Vertical(id="side"):
                yield self.players
                yield self.agent
                yield self.channels
                yield self.pending
                yield self.jobs
        yield self.gesture_recording  # over the playing, which keeps its place
        yield self.scenes
        yield self.channel_lines
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
        with frame(self):
            self._show(view)

    def _show(self, view: View) -> None:
        self._frame += 1
        self.strip.show(view.snapshot, view.link, locked=view.locked)
        self.key_footer.show(locked=view.locked, bound=view.snapshot.keys if view.snapshot else {})
        if view.snapshot is None:
            return
        self.scenes.show(view.snapshot)
        self.keys_bar.show(view.snapshot.focused.parameters)
        self.gesture_recording.display = view.snapshot.gesture_recording is not None
        self.gesture_recording.show(view.snapshot)
        self._show_playing(view.snapshot)
        if self._frame % self._digits_every == 0 or self._frame == 1:
            self._show_side(view.snapshot)
            self.hint.set_idle(how_to_begin(view.snapshot))
            self._offer_made(view.snapshot)

    def _show_side(self, snapshot: Snapshot) -> None:
        """Shows the panes at the side, or a line for each channel."""
        focused = snapshot.focused
        has_more = len(snapshot.players) > 1 or focused.agent is not None
        shown = self._side_wanted if self._side_wanted is not None else has_more or any(map(self.has_class, _WIDE))
        self.set_class(shown, "-side")
        if not shown:
            self.channel_lines.show(snapshot)
            return
        self.players.display = len(snapshot.players) > 1
        if self.players.display:
            self.players.show(snapshot)
        self.agent.display = focused.agent is not None
        if focused.agent is not None:
            self.agent.show(focused)
        self.channels.show(snapshot, self._lines_for_channels(snapshot))
        self.pending.show(snapshot)
        self.jobs.show(snapshot)

    def _lines_for_channels(self, snapshot: Snapshot) -> int:
        """Returns the lines of the side that the channels may take: other panes keep theirs, jobs those they need."""
        side = self.channels.side_height
        jobs = side // 4 if snapshot.jobs else _NO_JOBS if side > _LOW_SIDE else 0
        # With several players the pane of an agent comes and goes: it covers the others, which stay.
        fixed = (self.players, self.pending) if len(snapshot.players) > 1 else (self.agent, self.pending)
        others: list[Lines] = [pane for pane in fixed if pane.display]
        most = side - sum(pane.size.height for pane in others) - (jobs if self.jobs.display else 0)
        # A line for each channel is worth more than the empty lines of pending commands.
        empty = self.pending.size.height - 1 - max(1, len(snapshot.pending)) if self.pending.display else 0
        return max(most, min(1 + len(snapshot.channels), most + max(0, empty)))

    def _show_playing(self, snapshot: Snapshot) -> None:
        """Shows the meters, or the ensemble if an ensemble has the focus; or both in large letters."""
        is_ensemble, is_stage = snapshot.focused.ensemble is not None, self.has_class("-stage")
        displayed = (is_ensemble, not is_ensemble and not is_stage)
        if (self.ensemble.display, self.meters.display) != displayed:
            self.ensemble.display, self.meters.display = displayed
            self.set_class(is_ensemble, "-ensemble")
            if self.keys_mode:
                self.set_focus(self._playing)
        if is_stage:
            self.stage.show(snapshot)
        if is_ensemble:
            self.ensemble.show(snapshot)
        elif not is_stage:
            self.meters.show(snapshot)

    @property
    def _playing(self) -> Widget:
        return self.ensemble if self.ensemble.display else self.meters

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
        self.set_class(on, "-keys")
        # At once, because the next key may have arrived already.
        if on:
            self.set_focus(self._playing)
        else:
            self.set_focus(self.prompt.line)
            self.hint.idle()

    def _begin_scene(self) -> None:
        """Waits for the digit of a scene."""
        self._awaits_scene = bool(self.scenes.names)
        text = "1 to 0 recalls a scene; Esc leaves" if self.scenes.names else "no scene is saved: scene save NAME"
        self.keys_bar.report(text)

    def chosen_scene(self, key: str) -> str | None:
        """Returns the scene of a key that follows the key of the scenes; any other key ends the wait.

        Returns:
            Name of the scene; empty if the key recalls none, None if no scene is awaited.
        """
        if not self._awaits_scene:
            return None
        self._awaits_scene = False
        if key == "escape":
            return ""
        index = DIGITS.find(key) if len(key) == 1 else -1
        if index < 0:
            return None
        if index >= len(self.scenes.names):
            self.keys_bar.report(f"no scene has the number {key}")
            return ""
        return self.scenes.names[index]

    def do(self, name: str) -> bool:
        """Runs an action of the keymap; returns False if it is none of this screen."""
        match name:
            case "scenes":
                self._begin_scene()
            case "filter":
                self._begin_filter()
            case "prompt":
                self.set_keys_mode(False)
            case "older_events" | "newer_events":
                self.events.page(1 if name == "older_events" else -1)
            case "next_pane":
                self.focus_next(_PANES)
            case "previous_pane":
                self.focus_previous(_PANES)
            case _:
                return False
        return True

    def _begin_filter(self) -> None:
        """Begins to filter the list with the focus, or else the events."""
        pane = self.focused if isinstance(self.focused, PendingPane) else self.events
        self.set_focus(pane)
        self._filtered = pane
        pane.filter.begin()

    def filter_takes(self, event: events.Key) -> bool:
        """Gives a key to the filter in use; returns False if it belongs to the screen."""
        pane = self._filtered
        if pane is None or not self.keys_mode or not pane.filter.take_key(event):
            return False
        if not pane.filter.is_typed and not pane.filter.text:
            self._filtered = None
        return True

    @property
    def topic(self) -> str:
        """Topic of the help: the pane with the focus."""
        has_pane = self.focused is not None and self.focused is not self.prompt.line
        return (self.focused.id or "") if self.focused is not None and has_pane else ""

    # Panes

    def toggle_stage(self) -> None:
        """Shows turn, temperature and cue in large letters, or everything."""
        self.toggle_class("-stage")

    def cycle_events(self) -> None:
        """Makes the event log larger, then hides it, then restores it."""
        self._events_size = (self._events_size + 1) % len(_EVENTS_SIZES)
        for index, name in enumerate(_EVENTS_SIZES):
            if name:
                self.set_class(index == self._events_size, name)

    def toggle_side(self) -> None:
        """Shows or hides the panes at the side: channels, pending commands and jobs."""
        self._side_wanted = not self.has_class("-side")
        self.set_class(self._side_wanted, "-side")

    def toggle_pane(self, name: str) -> None:
        """Shows or hides one pane at the side; a hidden side is shown with it."""
        pane = {"channels": self.channels, "pending": self.pending, "jobs": self.jobs}[name]
        if self.has_class("-side"):
            pane.display = not pane.display
        else:
            pane.display = True
            self.toggle_side()

    def on_prompt_advised(self, message: Prompt.Advised) -> None:
        """Shows a message of the prompt below it."""
        message.stop()
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

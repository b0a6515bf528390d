"""Textual app of the console: connects the link, the screens and the keys."""

import asyncio
import os
import signal
import time
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from impsy_tui.console import confirmations
from impsy_tui.console.command_palette import CommandPalette, open_palette
from impsy_tui.console.completion_names import CompletionNames
from impsy_tui.console.drawing.frame_pacing import FramePacing
from impsy_tui.console.drawing.theme_files import ThemeChooser, first_theme
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.engine_restart import EngineRestart
from impsy_tui.console.exit import end_soon, last_line
from impsy_tui.console.keys.key_commands import KeyCommands
from impsy_tui.console.keys.key_routing import KeyRouter
from impsy_tui.console.keys.keymap import Keymap, default_bindings
from impsy_tui.console.keys.parameter_steps import ParameterSteps
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.pages import Pages
from impsy_tui.console.prompt_history import PromptHistory, history_file
from impsy_tui.console.score.page import FIRST_SCORE
from impsy_tui.console.screens.dialogs import Confirm, Dialog
from impsy_tui.console.screens.help_topic import topic_at
from impsy_tui.console.screens.page import Page, PageContext
from impsy_tui.console.screens.perform import PerformScreen
from impsy_tui.console.textual_internals import is_behind, keep_reverse
from impsy_tui.console.view import SnapshotDisplay, View
from impsy_tui.console.widgets.event_log import Entry
from impsy_tui.console.widgets.prompt import Prompt
from impsy_tui.console.widgets.scenes import SceneRow
from impsy_tui.control.link import Link, LinkState
from impsy_tui.control.messages import Event
from impsy_tui.errors import UserError
from impsy_tui.language import Macro, Mistake, Program, parse
from impsy_tui.language.completion import CompletionSources
from impsy_tui.language.parser import read_macros
from impsy_tui.language.program import only_looks, quoted

RATE: Final = 20.0
LEAN_RATE: Final = 8.0
_DIGITS_EVERY: Final = 4
_LEAN_DIGITS_EVERY: Final = 6
_HOT_RELOAD: Final = 1.0


class ConsoleApp(App[str], inherit_bindings=False):
    """Console app. Its result is a line to print after its end."""

    CSS_PATH = "console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = default_bindings(everywhere=True)
    COMMANDS = {CommandPalette}  # noqa: RUF012 – declared so by Textual
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (110, "-wide"), (170, "-huge")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-usual"), (28, "-roomy"), (34, "-tall"), (46, "-towering")]  # noqa: RUF012

    def __init__(self, options: ConsoleOptions) -> None:
        keep_reverse()
        no_colour = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_colour else None)
        self._options = options
        self._lean = options.wishes.lean if options.lean is None else options.lean
        self.animation_level = "full" if options.wishes.animation else "none"
        rate, is_tunnel = LEAN_RATE if self._lean else RATE, options.remote is not None
        self._link = Link(options.socket, rate, self._hear, self._link_changed, is_tunnel=is_tunnel)
        self.requests = EngineRequests(self._link, lambda: self._view.locked, self.say)
        self._restart = EngineRestart(self._link, options, self.say)
        self._linking: asyncio.Task[None] | None = None
        self._waiting_messages: list[tuple[str, str]] = []
        """Messages that appear after the first events, so that these do not scroll them away."""
        self._theme_chooser = ThemeChooser(first_theme(self.console, options), glyphs=no_colour)
        if self._theme_chooser.problem:
            self._waiting_messages.append(("error", self._theme_chooser.problem))
        self._keys = Keymap(options.wishes.keys)
        self._waiting_messages += [("warning", problem) for problem in self._keys.problems]
        self._history = PromptHistory(history_file())
        self._completion_names = CompletionNames(self.requests, self._theme_chooser.folders.names)
        self._key_lines = KeyCommands(ParameterSteps())
        self._frames = FramePacing(lambda: is_behind(self))
        self._last_score = options.score
        self._ends_engine = False
        """True if this console shuts the engine down."""
        self._misses_engine = False
        """True if a message has said that no engine answers."""
        self.register_theme(self._theme_chooser.palette.textual())
        self.theme = self._theme_chooser.palette.textual().name
        self.perform = PerformScreen(
            self._theme_chooser.palette, self._keys, self._history, self._known, self._digits_every
        )
        self._router = KeyRouter(self._keys, self._own_keys, self.enter, lambda: self._where)
        self._pages = Pages(self, self.requests, self.perform, self._page_context, self._topic)

    def get_default_screen(self) -> Screen[None]:
        """Returns the first screen."""
        return self.perform

    def on_mount(self) -> None:
        """Connects to the engine and starts the frames."""
        self.set_keymap(self._keys.changed)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._leave)
        loop.add_signal_handler(signal.SIGHUP, self._hung_up)
        self._linking = loop.create_task(self._link.run())
        self.set_interval(1.0 / self._link.rate, self._frame)
        self.set_interval(_HOT_RELOAD, self._reload_theme)

    async def on_unmount(self) -> None:
        """Closes the link to the engine."""
        if self._linking is not None:
            self._linking.cancel()
            self._linking = None

    def _leave(self) -> None:
        self.exit(last_line(self._link.state, self._options.remote, ends_engine=self._ends_engine))

    def _hung_up(self) -> None:
        """Leaves after the terminal has closed; a write to it could block forever."""
        end_soon()
        self._leave()

    # Frames

    def _frame(self) -> None:
        """Shows the newest snapshot; skips a frame if the terminal is slow."""
        state = self._link.state
        if self._waiting_messages and (
            self._link.received or state in (LinkState.DOWN, LinkState.LOST, LinkState.FOREIGN)
        ):
            for said in self._waiting_messages:
                self.say(*said)
            self._waiting_messages.clear()
        if not self._frames.due(self._link.received, state):
            return
        view = self._view
        if view.snapshot is not None:
            self.perform.history.add(view.snapshot)
        for screen in reversed(self.screen_stack):
            if isinstance(screen, SnapshotDisplay):
                screen.show(view)
                break

    @property
    def _view(self) -> View:
        return View(self._link.snapshot, self._link.state)

    @property
    def _digits_every(self) -> int:
        return _LEAN_DIGITS_EVERY if self._lean else _DIGITS_EVERY

    # Messages of the engine

    def _hear(self, event: Event) -> None:
        self.perform.events.add_event(event)
        if self._completion_names.concerns(event):
            self._learn()

    def _link_changed(self, state: LinkState) -> None:
        if self._linking is None:
            return  # the console ends: nothing can be shown any more
        if state is LinkState.UP:
            self._ends_engine = False
            self._learn()
            for page in self.screen_stack:
                if isinstance(page, Page):
                    page.action_reload()
            if self._misses_engine:
                self.say("info", "the engine answers again")
            self._misses_engine = False
            if self._last_score and self._last_score == self._options.score and not self._link.received:
                self._open_score(self._last_score)
        elif state is LinkState.DOWN and self._ends_engine:
            self.say("info", "the engine was shut down: Enter starts it again")
        elif state is LinkState.DOWN and self._link.snapshot is not None:
            self._misses_engine = True
            self.say("error", f"no engine answers{self._restart.place}: Enter starts it again")
            self.run_worker(self._restart.report_output(), group="output", exclusive=True)
        elif state is LinkState.LOST and self._link.snapshot is not None:
            self._misses_engine = True
            self.say("error", self._restart.when_lost)

    def _learn(self) -> None:
        """Requests names in the background."""
        self.run_worker(self._completion_names.learn, group="learn", exclusive=True)  # type: ignore[arg-type]  # as documented

    def _known(self) -> CompletionSources:
        return self._completion_names.now(self._link.snapshot, self._macros)

    @property
    def _macros(self) -> dict[str, Macro]:
        snapshot = self._link.snapshot
        return {} if snapshot is None else read_macros(snapshot.macros)

    def say(self, level: str, text: str) -> None:
        """Writes a line to the event log."""
        self._add(Entry(time.time(), level, "console", text))

    def _add(self, entry: Entry, line: str = "") -> None:
        """Adds an entry to the event log, and shows it on the visible page."""
        self.perform.events.add(entry)
        page = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)
        if page is not None:
            page.answered(entry.level, entry.text, line)

    # Lines

    def on_prompt_entered(self, message: Prompt.Entered) -> None:
        """Runs a typed line."""
        self.enter(message.line)

    def on_scene_row_chosen(self, message: SceneRow.Chosen) -> None:
        """Recalls a clicked scene."""
        self.enter(f"scene {quoted(message.scene)}")

    def choose(self, line: str, *, whole: bool) -> None:
        """Runs a line of the palette, or puts it into the prompt."""
        if whole:
            self.enter(line)
        else:
            self._pages.to_perform()
            self.perform.set_keys_mode(False)
            self.perform.prompt.put(line.rstrip("…"))

    def key_of(self, line: str) -> str:
        """Returns the key that does what a line does."""
        return self._key_lines.key(line, self._keys, self._own_keys())

    def enter(self, line: str) -> None:
        """Runs a line in the console or in the engine, after a confirmation if it needs one."""
        read = parse(line, self._macros)
        if isinstance(read, Mistake):
            self.say("error", f"{line}: {read.message}")
        elif str(read) == "help":
            self.do("help")  # the page shows the whole help
        elif confirmations.belongs_here(read):
            self._carry_out_here(line, read)
        elif self._view.locked and (refusal := confirmations.locked_away(read)):
            self.say("warning", refusal)
        elif (asked := confirmations.question(line, read, self._link.snapshot)) is not None:
            if not isinstance(self.screen, Dialog):  # otherwise the line came twice in one read
                self.push_screen(Confirm(*asked), lambda agreed: self._send(line) if agreed else None)
        else:
            self._send(line)

    def _send(self, line: str) -> None:
        self.run_worker(self._send_and_say(line), group="commands")

    async def _send_and_say(self, line: str) -> None:
        read = parse(line, self._macros)
        ends = confirmations.shuts_down(read)
        self._ends_engine |= ends  # before the reply: the link may end at once
        reply = await self.requests.carry_out(line)
        if ends and not reply.ok:
            self._ends_engine = False
        if reply.ok:
            if isinstance(read, Program) and only_looks(read):  # the engine does not repeat it
                self.perform.events.add(Entry(time.time(), "command", "", line.strip()))
            self._add(Entry(time.time(), "reply", "", reply.text), line)
            return
        self._add(Entry(time.time(), "error", line, reply.text))
        if reply.start >= 0:
            self._where.prompt.blame(line, Mistake(reply.text, reply.start, reply.end))
        elif self._where is not self.perform:
            self._where.prompt.put_back(line)

    def _carry_out_here(self, line: str, program: Program) -> None:
        read = confirmations.taken_here(program)
        if isinstance(read, str):
            self.say("error", f"{line}: {read}")
            return
        match read.command.name:
            case "quit":
                self.do("quit")
            case "theme":
                self._set_theme(str(read.values["name"]))
            case "show":
                self._show(str(read.values["page"]))
            case "guide":
                self._show("guide")
            case "score":
                self._open_score(str(read.values.get("set") or ""))

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Handles keys in their order: the action of a key ends before the next key."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        for key in self._router.separated(event):
            if not await self._router.take(self.screen, key):
                await super().on_event(key)

    @property
    def _where(self) -> Page | PerformScreen:
        """Returns the visible page, or the first screen."""
        pages = (screen for screen in reversed(self.screen_stack) if isinstance(screen, Page))
        return next(pages, self.perform)

    def on_prompt_nothing(self) -> None:
        """Starts the engine again after Enter in an empty line, if none runs."""
        if self._link.state is LinkState.DOWN:
            self.run_worker(self._restart.start(), group="restart", exclusive=True)

    def on_prompt_interrupted(self, message: Prompt.Interrupted) -> None:
        """Shows the key that leaves the console."""
        message.stop()
        self._where.hint.report(f"{self._keys.label('quit')} leaves, the music continues; shutdown ends the engine")

    def _own_keys(self) -> Mapping[str, str]:
        """Returns the performer's key bindings."""
        return {} if self._link.snapshot is None else self._link.snapshot.keys

    def action_do(self, name: str) -> None:
        """Runs the action of a key."""
        self.do(name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allows actions of single keys only in keys mode."""
        if action == "do" and self._keys.is_text(str(parameters[0])):
            return self.perform.keys_mode
        return super().check_action(action, parameters)

    def do(self, name: str) -> None:
        """Runs an action of the keymap."""
        match name:
            case "help" | "files" | "settings" | "rig" | "events":
                self._show(name)
            case "meters":
                self._show("stage")
            case "jobs":
                self._show("side")
            case "score":
                self._open_score("")
            case "keys":
                self._router.toggle_keys_mode(self.perform)
            case "palette":
                open_palette(self)
            case "quit":
                if self._view.locked:
                    self.say("warning", "the stage lock is on: type unlock before quit")
                else:
                    self._leave()
            case _ if not self.perform.do(name):
                if (line := self._key_lines.line(name, self._link.snapshot)) is not None:
                    self._send(line)

    def _show(self, page: str) -> None:
        """Opens or closes a page or pane."""
        self._pages.show(page)
        self._frames.reset()

    def _open_score(self, name: str) -> None:
        """Opens a score: the named one, the open set list, the last one, or a new one."""
        cue = None if self._link.snapshot is None else self._link.snapshot.cue
        self._last_score = name or self._last_score or (cue.set if cue else "") or FIRST_SCORE
        self._pages.show_score(self._last_score)
        self._frames.reset()

    def _topic(self) -> str:
        """Returns the topic of the help: the command at the cursor, the pane with the focus, or the page."""
        line = self._where.prompt.line
        return topic_at(line.value, line.cursor_position, self._macros) or self._where.topic

    def _page_context(self) -> PageContext:
        palette, history = self._theme_chooser.palette, self.perform.history
        return PageContext(palette, self._keys, self._digits_every, self._history, self._known, history)

    # Themes

    def _set_theme(self, name: str) -> None:
        try:
            palette = self._theme_chooser.choose(name)
        except UserError as problem:
            self.say("error", str(problem))
            return
        theme = palette.textual()
        self.register_theme(theme)
        if self.theme == theme.name:
            self.refresh_css(animate=False)
        self.theme = theme.name
        for screen in self.screen_stack:
            if isinstance(screen, Page | PerformScreen):
                screen.set_palette(palette)

    def _reload_theme(self) -> None:
        """Reads the theme file again if it has changed."""
        if self._theme_chooser.changed():
            self._set_theme(self._theme_chooser.palette.name)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Returns no commands of Textual."""
        return ()

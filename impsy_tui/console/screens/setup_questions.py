"""Guide to a new configuration: questions, a review of the answers, and the file."""

from typing import ClassVar, Final

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList

from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.screens.dialogs import CONFIRM, Dialog
from impsy_tui.control.answers import Names, Ports
from impsy_tui.control.messages import Reply
from impsy_tui.setup_questions import Answers, Asking, Question, ask

_LEAVE: Final = "Esc: leave it, nothing is written"
_WRITTEN: Final = (
    "A new file is made on the engine's machine: config.toml, or config-2.toml and so on if that exists. "
    "No file is changed, and the music plays on."
)


class SetupDialog(Dialog):
    """Dialog with all questions in one box, so that fast keys never reach the screen below.

    Args:
        requests: interface to the engine, which lists the devices and writes the file.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"choose({number})", show=False) for number in range(1, 10)
    ]

    def __init__(self, requests: EngineRequests) -> None:
        super().__init__()
        self._requests = requests
        self._asking: Asking | None = None
        self._shown: Question | Answers | Reply | None = None
        self._field: Input | OptionList | None = None
        """The current input; answers of earlier inputs are ignored."""

    def compose(self) -> ComposeResult:
        """Shows the current question or message."""
        with Vertical(id="box"):
            match self._shown:
                case Question() as question:
                    yield from self._ask(question)
                case Answers() as answers:
                    yield Label("Write this set-up?", classes="title", markup=False)
                    yield Label(f"{answers}\n\n{_WRITTEN}", markup=False)
                    yield Label(f"Ctrl-Y: write it    {_LEAVE}", classes="help", markup=False)
                case Reply(ok=ok, text=text):
                    title = "The set-up is written" if ok else "Nothing is written"
                    yield Label(title, classes="title" if ok else "problem", markup=False)
                    yield Label(text, markup=False)
                    yield Label("Enter: continue", classes="help", markup=False)
                case None:
                    yield Label("One moment …", classes="title", markup=False)

    def _ask(self, question: Question) -> ComposeResult:
        yield Label(question.text, classes="title", markup=False)
        if question.choices:
            shown = [f"{number}  {text}" for number, text in enumerate(question.choices.values(), 1)]
            self._field = OptionList(*shown, markup=False)
        else:
            self._field = Input(question.default, select_on_focus=False)
            self._field.cursor_blink = False
        yield self._field
        yield Label(question.problem, classes="problem", markup=False)
        keys = "Up Down, Enter: this one" if question.choices else "Enter: continue"
        yield Label(f"{keys}    {_LEAVE}", classes="help", markup=False)

    def on_mount(self) -> None:
        """Requests the devices."""
        self._begin()

    @work(group="guide")
    async def _begin(self) -> None:
        names, ports = await self._requests.ask("names"), await self._requests.ask("ports")
        if not isinstance(names, Names):
            await self._show(names if isinstance(names, Reply) else None)
            return
        if not isinstance(ports, Ports):
            # The performer can type the names.
            ports = Ports(0, problem=ports.text if isinstance(ports, Reply) else "")
        self._asking = ask(ports.inputs, ports.outputs, ports.serial, names.models, ports.problem)
        await self._show(next(self._asking))

    async def _show(self, what: Question | Answers | Reply | None) -> None:
        self._shown = what
        self.set_class(isinstance(what, Reply) and not what.ok, "-alarm")
        await self.recompose()
        if self._field is not None and self._field.is_attached:
            self._field.focus()

    async def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        """Takes a chosen option."""
        message.stop()
        if message.option_list is self._field:
            await self.action_choose(message.option_index + 1)

    async def on_input_submitted(self, message: Input.Submitted) -> None:
        """Takes an entered line."""
        message.stop()
        if message.input is self._field:
            await self._answer(message.value)

    async def action_choose(self, number: int) -> None:
        """Takes the option with this number."""
        choices = list(self._shown.choices) if isinstance(self._shown, Question) else []
        if number <= len(choices):
            await self._answer(choices[number - 1])

    async def _answer(self, answer: str) -> None:
        if self._asking is None or not isinstance(self._shown, Question):
            return
        try:
            await self._show(self._asking.send(answer))
        except StopIteration as end:
            await self._show(end.value)

    async def on_key(self, event: events.Key) -> None:
        """Writes the file on Ctrl-Y; closes a message on Enter."""
        if isinstance(self._shown, Answers) and event.key == CONFIRM:
            event.stop()
            answers = self._shown
            await self._show(None)
            self._write(answers)
        elif isinstance(self._shown, Reply) and event.key == "enter":
            event.stop()
            self.leave(True)

    @work(group="guide")
    async def _write(self, answers: Answers) -> None:
        reply = await self._requests.set_up(answers)
        self._requests.say("reply" if reply.ok else "error", reply.text)
        await self._show(reply)

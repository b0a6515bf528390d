"""Shell commands of the program."""

import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

# One thread: the matrices of a network are small, and waking more threads costs milliseconds.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer

from impsy_tui import __version__, modes
from impsy_tui.cli import engine
from impsy_tui.cli.check import check
from impsy_tui.cli.completion import models
from impsy_tui.cli.completion import ports as ports_here
from impsy_tui.cli.example_files import config_file, sound_file
from impsy_tui.cli.examples import examples
from impsy_tui.cli.first_start import first_configuration
from impsy_tui.cli.init import init
from impsy_tui.cli.learning import ensemble, exchange, gestures, train, train_agent
from impsy_tui.cli.learning.agent import agent
from impsy_tui.cli.options import (
    ConfigOption,
    LeanOption,
    LogdirOption,
    ResumeOption,
    SocketOption,
    SoundOption,
    ThemeOption,
)
from impsy_tui.cli.output.help import CommandGroup
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.cli.service.app import app as service
from impsy_tui.errors import NoEngineError, UserError
from impsy_tui.installation import program

if TYPE_CHECKING:
    from impsy_tui.control.remote import RemoteSocket


_CONFIGURED: Final = "from the configuration"
_COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}

app = typer.Typer(
    cls=CommandGroup,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # joins the lines of a paragraph
    context_settings={"help_option_names": ["--help", "-h"]},
    help="A performance console for intelligent instruments.",
)


def main() -> None:
    """Runs the shell command ``impsy-tui``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A locale other than UTF-8 prints characters that it lacks as "?".
            stream.reconfigure(errors="replace")
    app()


def _modes(incomplete: str) -> list[str]:
    return list(modes.MODE_NAMES)


def _version(asked: bool) -> None:
    if asked:
        say(f"impsy-tui {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    resume: ResumeOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A performance console for intelligent instruments. Without a command: play."""
    if context.invoked_subcommand is None:
        play(resume=resume)


def run(
    model: Annotated[
        str | None,
        typer.Argument(help="Model file or name; replaces the model of the configuration.", autocompletion=models),
    ] = None,
    config: ConfigOption = None,
    logdir: LogdirOption = Path("logs"),
    dimension: Annotated[
        int | None,
        typer.Option("--dimension", "-d", help="Number of values plus 1 for time.", show_default=_CONFIGURED),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(help=f"Mode: {', '.join(modes.MODE_NAMES)}.", show_default=_CONFIGURED, autocompletion=_modes),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Silence before the player answers, in seconds.", show_default=_CONFIGURED)
    ] = None,
    input_thru: Annotated[
        bool | None,
        typer.Option("--input-thru/--no-input-thru", help="Input sent to every output.", show_default=_CONFIGURED),
    ] = None,
    sigma_temp: Annotated[
        float | None, typer.Option(help="Sigma temperature: spread of the values.", show_default=_CONFIGURED)
    ] = None,
    pi_temp: Annotated[
        float | None, typer.Option(help="Pi temperature: choice between the mixtures.", show_default=_CONFIGURED)
    ] = None,
    timescale: Annotated[
        float | None, typer.Option(help="Factor of the player's time: 2 is half as fast.", show_default=_CONFIGURED)
    ] = None,
    verbose: Annotated[
        bool | None,
        typer.Option("--verbose/--quiet", help="Every event printed, or problems only.", show_default=_CONFIGURED),
    ] = None,
    log_input: Annotated[
        bool | None,
        typer.Option(
            "--log-input/--no-log-input", help="Input written to the performance log.", show_default=_CONFIGURED
        ),
    ] = None,
    log_predictions: Annotated[
        bool | None,
        typer.Option(
            "--log-predictions/--no-log-predictions",
            help="Output of the player written to the performance log.",
            show_default=_CONFIGURED,
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Random seed.", show_default="random")] = None,
    resume: ResumeOption = None,
    sound: SoundOption = None,
    socket: SocketOption = None,
) -> None:
    """Run the engine in the foreground; Ctrl-C ends it."""
    from impsy_tui.cli.output.nonblocking import NonblockingPrinter
    from impsy_tui.config import load_config
    from impsy_tui.config.channel_schema import CHANNEL_TABLES
    from impsy_tui.engine.options import EngineOptions
    from impsy_tui.engine.run import run_engine

    overrides = {
        "model.file": model,
        "model.dimension": dimension,
        "model.sigmatemp": sigma_temp,
        "model.pitemp": pi_temp,
        "model.timescale": timescale,
        "interaction.mode": mode,
        "interaction.threshold": threshold,
        "interaction.input_thru": input_thru,
        "verbose": verbose,
        "log_input": log_input,
        "log_predictions": log_predictions,
    }
    if model is not None and model.endswith(".toml") and config is None:
        fail(f"{model} is a configuration, not a model: write -c {model}")
    loaded = load_config(config_file(config), overrides)
    for problem in loaded.problems:
        colour = typer.colors.RED if problem.fatal else typer.colors.YELLOW
        say(str(problem), fg=colour, err=True)
    if loaded.errors:
        raise typer.Exit(1)
    if not (loaded.config.demo or any(getattr(loaded.config, name) for name in CHANNEL_TABLES)):
        say(
            "no channel is configured: add [osc], [midi], [serial] or another channel to the configuration",
            fg=typer.colors.YELLOW,
            err=True,
        )
    setup = EngineOptions(
        loaded=loaded,
        given=frozenset(key for key, value in overrides.items() if value is not None),
        logs=logdir,
        socket=socket,
        resume=resume,
        seed=seed,
        sound=sound and sound_file(sound),
        arguments=tuple(sys.argv[2:]),
    )
    printer = NonblockingPrinter()

    def talk(level: str, source: str, text: str) -> None:
        if loaded.config.verbose or level != "info" or source != "command":
            printer.error(f"{source}: {text}", _COLOURS.get(level))

    try:
        code = run_engine(setup, talk, printer.out)
    except Exception:
        printer.error(traceback.format_exc())
        code = 1
    printer.close()
    raise typer.Exit(code)


def play(
    config: ConfigOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Demo: a simulated musician and a shipped model.")] = False,
    sound: Annotated[bool, typer.Option("--sound", help="Pure Data patch of the configuration started too.")] = False,
    score: Annotated[str, typer.Option(help="Score that the console opens.", show_default="none")] = "",
    logdir: LogdirOption = Path("logs"),
    resume: ResumeOption = None,
    lean: LeanOption = None,
    theme: ThemeOption = "",
    socket: SocketOption = None,
) -> None:
    """Open the console and start an engine if none runs.

    The engine keeps playing after you quit the console.
    """
    from impsy_tui.control.client import connected
    from impsy_tui.paths import shipped_folder

    configs = shipped_folder("configs")
    try:
        with connected(socket):
            if demo or config or resume is not None:
                say(f"an engine is already running: opening the console on it ({program()} shutdown ends it)")
    except NoEngineError:
        file = configs / "demo.toml" if demo else first_configuration(config)
        extra = ["--sound", str(_patch(file))] if sound else []
        if resume is not None:
            extra.append("--resume" if resume else "--fresh")
        _launch(["-c", str(file), "-l", str(logdir), *extra], socket, logdir)
    _open_console(socket, lean, theme, score=score)


def start(
    context: typer.Context,
    config: ConfigOption = None,
    logdir: LogdirOption = Path("logs"),
    socket: SocketOption = None,
) -> None:
    """Start the engine in the background, with the options of run."""
    from impsy_tui.control.client import connected

    try:
        with connected(socket):
            say(f"an engine is already running ({program()} shutdown ends it)")
    except NoEngineError:
        _launch(["-c", str(config_file(config)), "-l", str(logdir), *context.args], socket, logdir)
        say(f"the engine is running: {program()} attach opens a console on it")


def _launch(arguments: list[str], socket: Path | None, logdir: Path) -> None:
    """Starts an engine that keeps running after this process."""
    from impsy_tui.control.launch import launch_engine

    try:
        launch_engine(arguments, socket, logdir / "engine.out")
    except UserError as problem:
        fail(f"the engine did not start: {problem}")


def _patch(file: Path) -> Path:
    """Returns the patch that a configuration names for ``--sound``."""
    from impsy_tui.config import load_config

    patch = load_config(file).config.sound.patch
    if not patch:
        fail(f'{file} names no patch for --sound: add [sound] with patch = "FILE.pd", or use run --sound FILE')
    near = file.parent / patch
    return near if os.path.exists(near) else sound_file(Path(patch))


def attach(
    remote: Annotated[
        str,
        typer.Option(
            metavar="[USER@]HOST[:FOLDER]",
            help="Engine on another machine, through SSH.",
            show_default="this machine",
        ),
    ] = "",
    lean: LeanOption = None,
    theme: ThemeOption = "",
    socket: SocketOption = None,
) -> None:
    """Open the console on the running engine, on this machine or through SSH.

    On another machine, an engine is started if none runs.
    """
    if not remote:
        _open_console(socket, lean, theme)
        return
    from impsy_tui.control.remote import RemoteSocket

    try:
        with RemoteSocket(remote, socket) as there:
            if not there.answers():
                say(f"no engine runs on {there.address.host}: starting one in {there.address.where} …")
                there.start_engine()
            _open_console(there.socket, lean, theme, there)
    except UserError as problem:
        fail(str(problem))


def _open_console(
    socket: Path | None, lean: bool | None, theme: str, remote: "RemoteSocket | None" = None, *, score: str = ""
) -> None:
    """Opens the console in this terminal; prints the status once if there is no terminal."""
    # The console draws on stderr.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        engine.status(socket=socket)
        return
    from impsy_tui.control.client import connected

    try:
        with connected(socket) as client:
            wishes = client.hello.console
    except NoEngineError as problem:
        fail(str(problem))
    if isinstance(sys.__stderr__, io.TextIOWrapper):
        # The console needs characters of UTF-8, which terminals show in every locale.
        sys.__stderr__.reconfigure(encoding="utf-8")
    from impsy_tui.console.options import ConsoleOptions
    from impsy_tui.console.run import run_console

    said = run_console(ConsoleOptions(socket, theme, lean, wishes, remote, score))
    if said:
        say(said)


def ports(
    name: Annotated[
        str, typer.Argument(help="Part of a port name; every port if empty.", autocompletion=ports_here)
    ] = "",
    api: Annotated[
        str, typer.Option(help="MIDI system: ALSA, JACK, CoreMIDI or WinMM.", show_default="every one")
    ] = "",
) -> None:
    """List MIDI and serial ports, with their configuration lines."""
    from impsy_tui.config.toml_text import written
    from impsy_tui.workers.list_ports import find_ports

    found = find_ports(api)

    def matching(names: Iterable[str]) -> list[str]:
        return [each for each in names if name.lower() in each.lower()]

    if found.problem:
        say(f"MIDI: {found.problem}", fg=typer.colors.YELLOW, err=True)
    for title, table, key, names in (
        ("MIDI inputs", "midi", "in_device", matching(found.inputs)),
        ("MIDI outputs", "midi", "out_device", matching(found.outputs)),
    ):
        say(f"{title}:" if names else f"{title}: none")
        for each in names:
            say(f"  {each}\n    [{table}]\n    {key} = [{written(each)}]")
    serial = matching(found.serial)
    say("serial ports:" if serial else "serial ports: none")
    for each in serial:
        say(f"  {each}\n    [serial]  # or [serialmidi]\n    port = {written(each)}")


_PANELS: Final[Mapping[str, Mapping[str, Callable[..., None]]]] = {
    "Perform": {
        "play": play,
        "attach": attach,
        "run": run,
        "init": init,
        "status": engine.status,
        "send": engine.send,
        "start": start,
        "shutdown": engine.shutdown,
    },
    "Learn": {
        "dataset": train.dataset,
        "train": train.train,
        "evaluate": train.evaluate,
        "convert": train.convert,
        "plot": train.plot,
        "import": exchange.import_file,
        "export": exchange.export,
    },
    "Ensemble": {"train ensemble": ensemble.train, "train gestures": gestures.train},
    "Agent": {"train agent": train_agent.train},
    "Tools": {"ports": ports, "examples": examples, "check": check},
}
"""Commands by panel of the help, the panel that a performer needs first at the top."""
_FORWARDED: Final = {"ignore_unknown_options": True, "allow_extra_args": True}
"""Settings of ``start``, which passes the options of ``run`` on."""

for _panel, _commands in _PANELS.items():
    for _name, _command in _commands.items():
        _settings = _FORWARDED if _command is start else None
        app.command(_name, rich_help_panel=_panel, context_settings=_settings)(_command)
app.add_typer(service, name="service", rich_help_panel="Tools")
app.add_typer(ensemble.app, name="ensemble", rich_help_panel="Ensemble")
app.add_typer(gestures.app, name="gestures", rich_help_panel="Ensemble")
app.add_typer(agent, name="agent", rich_help_panel="Agent")

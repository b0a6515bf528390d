"""The doors: what can be typed in a shell."""

import io
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

# One thread: a network's matrices are too small to share out, and waking threads costs milliseconds.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer
import typer.core

from impsy_tui import __version__, modes
from impsy_tui.cli import engine, ensemble, gestures, train, train_agent
from impsy_tui.cli.agent import agent
from impsy_tui.cli.check import check
from impsy_tui.cli.examples import config_file, examples, sound_file
from impsy_tui.cli.init import init
from impsy_tui.cli.options import LeanOption, LogdirOption, ResumeOption, SocketOption, SoundOption, ThemeOption
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.errors import NoEngineError, UserError
from impsy_tui.installation import program

if TYPE_CHECKING:
    from impsy_tui.control.remote import RemoteSocket


class TwoWordGroup(typer.core.TyperGroup):
    """Commands may be of two words, as in the console: ``train agent`` beside ``train``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the words begin with, the longest."""
        both = " ".join(args[:2])
        return super().resolve_command(ctx, [both, *args[2:]] if both in self.commands else args)


_COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}

app = typer.Typer(
    cls=TwoWordGroup,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A performance console for intelligent instruments.",
)

app.command()(init)
app.command()(examples)
app.command()(check)
for _ask in (engine.send, engine.status, engine.shutdown):
    app.command()(_ask)
for _command in (train.dataset, train.train, train.evaluate, train.convert, train.plot):
    app.command()(_command)
for _word, _train in (("agent", train_agent.train), ("gestures", gestures.train), ("ensemble", ensemble.train)):
    app.command(f"train {_word}")(_train)
app.add_typer(gestures.app, name="gestures")
app.add_typer(ensemble.app, name="ensemble")
app.add_typer(agent, name="agent")


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # In a locale that is not UTF-8, a sign that it does not have is printed as "?".
            stream.reconfigure(errors="replace")
    app()


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


@app.command()
def run(
    model: Annotated[str | None, typer.Argument(help="A model file, in place of the configuration's.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration file.", show_default="config.toml")
    ] = None,
    logdir: LogdirOption = Path("logs"),
    dimension: Annotated[int | None, typer.Option("--dimension", "-d", help="Values and one for time.")] = None,
    mode: Annotated[str | None, typer.Option(help=", ".join(modes.MODE_NAMES))] = None,
    threshold: Annotated[float | None, typer.Option(help="Seconds of silence before it answers.")] = None,
    input_thru: Annotated[bool | None, typer.Option("--input-thru/--no-input-thru", help="Pass input on.")] = None,
    sigma_temp: Annotated[float | None, typer.Option(help="Sigma temperature.")] = None,
    pi_temp: Annotated[float | None, typer.Option(help="Pi temperature.")] = None,
    timescale: Annotated[float | None, typer.Option(help="Stretches its time: 2 is slower.")] = None,
    verbose: Annotated[bool | None, typer.Option("--verbose/--quiet", help="Print all that goes on.")] = None,
    log_input: Annotated[bool | None, typer.Option("--log-input/--no-log-input", help="Log what you play.")] = None,
    log_predictions: Annotated[
        bool | None, typer.Option("--log-predictions/--no-log-predictions", help="Log what it plays.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same performance each time.")] = None,
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
        fail(f"{model} is no model: -c {model}?")
    loaded = load_config(config_file(config), overrides)
    for problem in loaded.problems:
        colour = typer.colors.RED if problem.fatal else typer.colors.YELLOW
        say(str(problem), fg=colour, err=True)
    if loaded.errors:
        raise typer.Exit(1)
    if not (loaded.config.demo or any(getattr(loaded.config, name) for name in CHANNEL_TABLES)):
        say("no channel is configured: nothing can be heard or played", fg=typer.colors.YELLOW, err=True)
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


@app.command()
def play(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration file.", show_default="config.toml")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="A simulated performer and a shipped model.")] = False,
    sound: Annotated[bool, typer.Option("--sound", help="Run the configuration's Pure Data patch.")] = False,
    logdir: LogdirOption = Path("logs"),
    resume: ResumeOption = None,
    lean: LeanOption = None,
    theme: ThemeOption = "",
    socket: SocketOption = None,
) -> None:
    """Open the console on the running engine, or start one; leaving leaves it playing."""
    from impsy_tui.control.client import connected
    from impsy_tui.paths import shipped_folder

    configs = shipped_folder("configs")
    try:
        with connected(socket):
            if demo or config or resume is not None:
                say(f"an engine plays already: this is it ({program()} shutdown ends it)")
    except NoEngineError:
        file = configs / "demo.toml" if demo else config_file(config)
        extra = ["--sound", str(_patch(file))] if sound else []
        if resume is not None:
            extra.append("--resume" if resume else "--fresh")
        _launch(["-c", str(file), "-l", str(logdir), *extra], socket, logdir)
    _open_console(socket, lean, theme)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def start(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration file.", show_default="config.toml")
    ] = None,
    logdir: LogdirOption = Path("logs"),
    socket: SocketOption = None,
) -> None:
    """Start the engine in the background, with the options of run; it outlives this terminal."""
    from impsy_tui.control.client import connected

    try:
        with connected(socket):
            say(f"an engine plays already ({program()} shutdown ends it)")
    except NoEngineError:
        _launch(["-c", str(config_file(config)), "-l", str(logdir), *context.args], socket, logdir)
        say(f"the engine plays: {program()} attach opens a console on it")


def _launch(arguments: list[str], socket: Path | None, logdir: Path) -> None:
    """Start an engine that outlives this process."""
    from impsy_tui.control.launch import launch_engine

    try:
        launch_engine(arguments, socket, logdir / "engine.out")
    except UserError as problem:
        fail(f"the engine did not start: {problem}")


def _patch(file: Path) -> Path:
    """The patch that a configuration names for ``--sound``."""
    from impsy_tui.config import load_config

    patch = load_config(file).config.sound.patch
    if not patch:
        fail(
            f'{file} names no patch for --sound: add a table [sound] with patch = "FILE.pd", or use run --sound FILE'
        )
    beside = file.parent / patch
    return beside if os.path.exists(beside) else sound_file(Path(patch))


@app.command()
def attach(
    remote: Annotated[
        str,
        typer.Option(
            metavar="[USER@]HOST[:FOLDER]", help="USER@HOST:FOLDER: machine of the engine, folder of its set."
        ),
    ] = "",
    lean: LeanOption = None,
    theme: ThemeOption = "",
    socket: SocketOption = None,
) -> None:
    """Open the console on the running engine, here or, through SSH, elsewhere; there it is started if none runs."""
    if not remote:
        _open_console(socket, lean, theme)
        return
    from impsy_tui.control.remote import RemoteSocket

    try:
        with RemoteSocket(remote, socket) as there:
            if not there.answers():
                say(f"no engine answers on {there.address.host}: starting one in {there.address.where} …")
                there.start_engine()
            _open_console(there.socket, lean, theme, there)
    except UserError as problem:
        fail(str(problem))


def _open_console(socket: Path | None, lean: bool | None, theme: str, remote: "RemoteSocket | None" = None) -> None:
    """The console in this terminal; without a terminal, the status once."""
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
        # The console draws with signs that other encodings do not have, and terminals show UTF-8 in every locale.
        sys.__stderr__.reconfigure(encoding="utf-8")
    from impsy_tui.console.options import ConsoleOptions
    from impsy_tui.console.run import run_console

    said = run_console(ConsoleOptions(socket, theme, lean, wishes, remote))
    if said:
        say(said)


@app.command()
def ports(
    api: Annotated[str, typer.Option(help="ALSA, JACK, CoreMIDI or WinMM; else what there is.")] = "",
) -> None:
    """List what is plugged in, with the line for the configuration."""
    from impsy_tui.config.toml_text import written
    from impsy_tui.workers.list_ports import find_ports

    found = find_ports(api)
    if found.problem:
        say(f"MIDI: {found.problem}", fg=typer.colors.YELLOW, err=True)
    for title, table, key, names in (
        ("MIDI inputs", "midi", "in_device", found.inputs),
        ("MIDI outputs", "midi", "out_device", found.outputs),
    ):
        say(f"{title}:" if names else f"{title}: none")
        for name in names:
            say(f"  {name}\n    [{table}]\n    {key} = [{written(name)}]")
    say("serial ports:" if found.serial else "serial ports: none")
    for name in found.serial:
        say(f"  {name}\n    [serial]  # or [serialmidi]\n    port = {written(name)}")

"""Agents: what their synth sounds like, and what they listen to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impsy_tui.cli import train_agent
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError
from impsy_tui.text import whole_number

if TYPE_CHECKING:
    from impsy_tui.plots.map_cursor import Cursor

agent = typer.Typer(help="Players that listen and steer a synthesiser.", no_args_is_help=True)
for _command in (train_agent.evaluate, train_agent.convert):
    agent.command()(_command)

WindowOption = Annotated[int, typer.Option("--window", help="Samples of a spectrum.")]
HopOption = Annotated[int, typer.Option("--hop", help="Samples from a frame to the next.")]


@agent.command()
def lookup(
    synth: Annotated[str, typer.Argument(help="sine, fm or granular; none with --pd.")] = "",
    patch: Annotated[
        Path | None, typer.Option("--pd", help="A Pd patch with an inlet for a list from 0 to 1.")
    ] = None,
    parameters: Annotated[int, typer.Option("--parameters", "-n", help="How many the patch has.")] = 0,
    points: Annotated[int, typer.Option("--points", help="Of each parameter.")] = 20,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The table.", show_default="tables/SYNTH-POINTS.csv")
    ] = None,
    seconds: Annotated[float, typer.Option(help="That each point is listened to.")] = 2.0,
    window: WindowOption = 256,
    hop: HopOption = 128,
    processes: Annotated[int | None, typer.Option(help="At once; else one a core.")] = None,
    scheduler: Annotated[str, typer.Option(help="A dask cluster of yours to listen on, tls://…")] = "",
) -> None:
    """Listen to a synth at each point of a grid: the table that an agent learns and plays with.

    Ctrl-C keeps what is done; the same command goes on with it.
    """
    if bool(synth) == (patch is not None) or synth.startswith("-"):
        fail("lookup takes a built-in synth (sine, fm, granular), or a patch with --pd")
    name = patch.stem if patch else synth
    table = output or Path("tables", f"{name}-{points}.csv")
    if table.suffix != ".csv":
        fail(f"-o {table}: a table is a .csv")
    arguments: list[str | Path] = [patch or synth, table, "--points", str(points), "--seconds", f"{seconds:.15g}"]
    arguments += ["--window", str(window), "--hop", str(hop)]
    if patch:
        arguments += ["--parameters", str(parameters)]
    if processes is not None:
        arguments += ["--processes", str(processes)]
    if scheduler:
        arguments.append(f"--scheduler={scheduler}")
    work("impsy_tui.workers.lookup_table", arguments)


@agent.command()
def corpus(
    folder: Annotated[Path, typer.Argument(help="Recordings: WAV, FLAC, OGG, AIFF, in it and below.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-O", help="Folder of the corpus.", show_default="corpora/NAME")
    ] = None,
    window: WindowOption = 256,
    hop: HopOption = 128,
) -> None:
    """Describe recordings, frame by frame: what an agent learns to answer."""
    if not folder.is_dir():
        fail(f"{folder}: there is no such folder")
    to = output or Path("corpora", folder.resolve().name)
    work("impsy_tui.workers.describe_recordings", [folder, to, "--window", str(window), "--hop", str(hop)])


@agent.command("map")
def draw_map(
    table: Annotated[Path, typer.Argument(help="A look-up table, .csv.")],
    colour: Annotated[str, typer.Option("--colour", "-c", help="A descriptor that colours it.")] = "centroid",
    by: Annotated[str, typer.Option(help='Descriptors or categories to be alike in, such as "mfcc chroma".')] = "",
    method: Annotated[str, typer.Option(help="pca, or tsne where scikit-learn is installed.")] = "pca",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .png, .svg or .html to draw into.")] = None,
    osc: Annotated[
        str, typer.Option(help="HOST:PORT of a synth that plays the point under the cursor, such as 127.0.0.1:6001.")
    ] = "",
    address: Annotated[str, typer.Option(help="What it is sent as.")] = "/prediction",
    audio: Annotated[bool, typer.Option("--audio", help="Play it here, on the usual sound device.")] = False,
    synth: Annotated[
        str, typer.Option(help="The built-in one that then sounds.", show_default="the table's name")
    ] = "",
    patch: Annotated[Path | None, typer.Option("--pd", help="The Pd patch that then sounds.")] = None,
) -> None:
    """Draw a table: a point for each of its rows, near those that sound alike.

    With --osc or --audio keys move a cursor over the points, and each that it comes to is heard.
    """
    from impsy_tui.agent.lookup_table import read_table
    from impsy_tui.cli.plot import paper
    from impsy_tui.plots import map_pictures, maps
    from impsy_tui.plots.map_cursor import Cursor

    if method not in maps.METHODS:
        fail(f"--method {method}: one of {', '.join(maps.METHODS)}")
    if output is not None and output.suffix not in map_pictures.SUFFIXES:
        fail(f"-o {output}: a picture is to end in {', '.join(map_pictures.SUFFIXES)}")
    if osc and audio:
        fail("--osc and --audio: one of them")
    try:
        found, on = read_table(table), paper()
        drawn = maps.map_of(table.stem, found, colour, tuple(by.replace(",", " ").split()), method)
        if output is not None:
            map_pictures.draw_picture(drawn, found, output)
            say(f"drawn: {output}")
        elif osc or audio:
            _play(Cursor(drawn, found, on), osc, address, synth or table.stem.rpartition("-")[0], patch)
        else:
            typer.echo(maps.draw(drawn, on), color=on.colours)
    except UserError as problem:
        fail(str(problem))


def _play(cursor: "Cursor", osc: str, address: str, synth: str, patch: Path | None) -> None:
    """Let a map be played in a terminal."""
    import sys

    from impsy_tui.cli import play_map

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fail("a map is played in a terminal: this is none")
    host, _, port = osc.rpartition(":")
    if osc and not (host and 1 <= (whole_number(port) or 0) <= 65_535):
        fail(f"--osc {osc}: a host and a port, such as 127.0.0.1:6001")
    if osc and not address.startswith("/"):
        fail(f"--address {address}: an OSC address begins with /")
    sound = play_map.by_osc(host, int(port), address) if osc else play_map.by_sound(synth, patch)
    play_map.play(cursor, sound)

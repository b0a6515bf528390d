"""Shell commands ``agent lookup``, ``agent corpus`` and ``agent map``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impsy_tui.cli.learning import train_agent
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError
from impsy_tui.text import whole_number
from impsy_tui.workers.requests import CorpusRequest, LookupTableRequest

if TYPE_CHECKING:
    from impsy_tui.plots.map_cursor import MapCursor

agent = typer.Typer(help="Analyse synths and recordings for agents, and evaluate agents.", no_args_is_help=True)
for _command in (train_agent.evaluate, train_agent.convert):
    agent.command()(_command)

WindowOption = Annotated[int, typer.Option("--window", help="Samples per spectrum.")]
HopOption = Annotated[int, typer.Option("--hop", help="Samples between two frames.")]


@agent.command()
def lookup(
    synth: Annotated[str, typer.Argument(help="Built-in synth: sine, fm or granular. Not with --pd.")] = "",
    patch: Annotated[
        Path | None,
        typer.Option(
            "--pd", help="Pure Data patch with an inlet for a list of numbers from 0 to 1.", show_default="none"
        ),
    ] = None,
    parameters: Annotated[int, typer.Option("--parameters", "-n", help="Number of parameters of the patch.")] = 0,
    points: Annotated[int, typer.Option("--points", help="Grid points per parameter.")] = 20,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Table to write (.csv).", show_default="tables/SYNTH-POINTS.csv"),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Length of the sound at each point, in seconds.")] = 2.0,
    window: WindowOption = 256,
    hop: HopOption = 128,
    processes: Annotated[
        int | None, typer.Option(help="Processes at the same time.", show_default="one per core")
    ] = None,
    scheduler: Annotated[
        str, typer.Option(help="Address of a dask cluster (tls://…).", show_default="this machine")
    ] = "",
) -> None:
    """Analyse a synth at each point of a grid: the look-up table of an agent.

    Ctrl-C keeps the finished points; the same command continues with the others.
    """
    if bool(synth) == (patch is not None) or synth.startswith("-"):
        fail("lookup needs a built-in synth (sine, fm, granular), or a patch with --pd")
    name = patch.stem if patch else synth
    table = output or Path("tables", f"{name}-{points}.csv")
    if table.suffix != ".csv":
        fail(f"-o {table}: the name of a table must end in .csv")
    work(
        LookupTableRequest(
            str(patch or synth),
            table,
            parameters=parameters if patch else 0,
            points=points,
            seconds=seconds,
            window=window,
            hop=hop,
            processes=processes,
            scheduler=scheduler,
        )
    )


@agent.command()
def corpus(
    folder: Annotated[Path, typer.Argument(help="Folder of recordings (WAV, FLAC, OGG, AIFF), with its subfolders.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-O", help="Folder of the corpus.", show_default="corpora/NAME")
    ] = None,
    window: WindowOption = 256,
    hop: HopOption = 128,
) -> None:
    """Analyse recordings frame by frame: the corpus that an agent learns to answer."""
    if not folder.is_dir():
        fail(f"{folder}: no such folder")
    to = output or Path("corpora", folder.resolve().name)
    work(CorpusRequest(folder, to, window, hop))


@agent.command("map")
def draw_map(
    table: Annotated[Path, typer.Argument(help="Look-up table (.csv).")],
    colour: Annotated[str, typer.Option("--colour", "-c", help="Descriptor shown as colour.")] = "centroid",
    by: Annotated[
        str, typer.Option(help='Compared descriptors or categories, such as "mfcc chroma".', show_default="all")
    ] = "",
    method: Annotated[str, typer.Option(help="Projection: pca, or tsne (needs scikit-learn).")] = "pca",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Picture or page to write (.png, .svg, .html).", show_default="the terminal"
        ),
    ] = None,
    osc: Annotated[
        str, typer.Option(help="HOST:PORT of a synth that plays the point under the cursor.", show_default="none")
    ] = "",
    address: Annotated[str, typer.Option(help="OSC address of the parameters.")] = "/prediction",
    audio: Annotated[bool, typer.Option("--audio", help="Sound on the default sound device.")] = False,
    synth: Annotated[str, typer.Option(help="Built-in synth for --audio.", show_default="name of the table")] = "",
    patch: Annotated[
        Path | None, typer.Option("--pd", help="Pure Data patch for --audio.", show_default="none")
    ] = None,
) -> None:
    """Draw a look-up table as a map: points that sound alike are close together.

    With --osc or --audio, keys move a cursor over the points and each point is played.
    """
    from impsy_tui.agent.lookup_table import read_table
    from impsy_tui.cli.plot import paper
    from impsy_tui.plots import map_pictures, maps
    from impsy_tui.plots.map_cursor import MapCursor

    if method not in maps.METHODS:
        fail(f"--method {method} is unknown. Methods: {', '.join(maps.METHODS)}")
    if output is not None and output.suffix not in map_pictures.SUFFIXES:
        fail(f"-o {output}: a picture must end in {', '.join(map_pictures.SUFFIXES)}")
    if osc and audio:
        fail("--osc and --audio cannot be combined: use one of them")
    try:
        found, on = read_table(table), paper()
        drawn = maps.map_of(table.stem, found, colour, tuple(by.replace(",", " ").split()), method)
        if output is not None:
            map_pictures.draw_picture(drawn, found, output)
            say(f"drawn: {output}")
        elif osc or audio:
            _play(MapCursor(drawn, found, on), osc, address, synth or table.stem.rpartition("-")[0], patch)
        else:
            typer.echo(maps.draw(drawn, on), color=on.colours)
    except UserError as problem:
        fail(str(problem))


def _play(cursor: "MapCursor", osc: str, address: str, synth: str, patch: Path | None) -> None:
    import sys

    from impsy_tui.cli import play_map

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fail("--osc and --audio need a terminal")
    host, _, port = osc.rpartition(":")
    if osc and not (host and 1 <= (whole_number(port) or 0) <= 65_535):
        fail(f"--osc {osc}: write a host and a port, such as 127.0.0.1:6001")
    if osc and not address.startswith("/"):
        fail(f"--address {address}: an OSC address must begin with /")
    sound = play_map.by_osc(host, int(port), address) if osc else play_map.by_sound(synth, patch)
    play_map.play(cursor, sound)

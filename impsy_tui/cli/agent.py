"""Agents: what their synth sounds like, and what they listen to."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli import agent_training
from impsy_tui.cli.foreground import fail, work

agent = typer.Typer(help="Players that listen and steer a synthesiser.", no_args_is_help=True)
for _command in (agent_training.evaluate, agent_training.convert):
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
        Path | None, typer.Option("--output", "-o", help="The table [tables/SYNTH-POINTS.csv].")
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
    if bool(synth) == (patch is not None):
        fail("lookup takes a built-in synth (sine, fm, granular), or a patch with --pd")
    name = patch.stem if patch else synth
    table = output or Path("tables", f"{name}-{points}.csv")
    if table.suffix != ".csv":
        fail(f"-o {table}: a table is a .csv")
    arguments = [str(patch or synth), str(table), "--points", str(points), "--seconds", f"{seconds:.15g}"]
    arguments += ["--window", str(window), "--hop", str(hop)]
    if patch:
        arguments += ["--parameters", str(parameters)]
    if processes is not None:
        arguments += ["--processes", str(processes)]
    if scheduler:
        arguments += ["--scheduler", scheduler]
    work("impsy_tui.jobs.lookup", arguments)


@agent.command()
def corpus(
    folder: Annotated[Path, typer.Argument(help="Recordings: WAV, FLAC, OGG, AIFF, in it and below.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-O", help="Folder of the corpus [corpora/NAME].")
    ] = None,
    window: WindowOption = 256,
    hop: HopOption = 128,
) -> None:
    """Describe recordings, frame by frame: what an agent learns to answer."""
    if not folder.is_dir():
        fail(f"{folder}: there is no such folder")
    to = output or Path("corpora", folder.resolve().name)
    work("impsy_tui.jobs.analysis", [str(folder), str(to), "--window", str(window), "--hop", str(hop)])


@agent.command("map")
def draw_map(
    table: Annotated[Path, typer.Argument(help="A look-up table, .csv.")],
    colour: Annotated[str, typer.Option("--colour", "-c", help="A descriptor that colours it.")] = "centroid",
    by: Annotated[str, typer.Option(help='Descriptors or categories to be alike in, such as "mfcc chroma".')] = "",
    method: Annotated[str, typer.Option(help="pca, or tsne where scikit-learn is installed.")] = "pca",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .png or .svg to draw into.")] = None,
) -> None:
    """Draw a table: a point for each of its rows, near those that sound alike."""
    from impsy_tui.cli.plotting import paper
    from impsy_tui.listening import ListeningProblem
    from impsy_tui.listening.table import read_table
    from impsy_tui.plots import PlotProblem, maps, pictures

    if method not in maps.METHODS:
        fail(f"--method {method}: one of {', '.join(maps.METHODS)}")
    if output is not None and output.suffix not in pictures.SUFFIXES:
        fail(f"-o {output}: a picture is to end in {' or '.join(pictures.SUFFIXES)}")
    try:
        drawn = maps.map_of(table.stem, read_table(table), colour, tuple(by.replace(",", " ").split()), method)
        if output is not None:
            maps.picture(drawn, output)
            typer.echo(f"drawn: {output}")
        else:
            on = paper()
            typer.echo(maps.draw(drawn, on), color=on.colours)
    except (PlotProblem, ListeningProblem) as problem:
        fail(str(problem))

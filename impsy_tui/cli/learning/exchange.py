"""Shell commands ``import`` and ``export``: MIDI files and tables of performance logs."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli import completion
from impsy_tui.cli.example_files import config_file
from impsy_tui.cli.options import ConfigOption, LogdirOption
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.workers.requests import ExportRequest, ImportRequest

_SUFFIXES = (".mid", ".csv")


def import_file(
    file: Annotated[Path, typer.Argument(help="MIDI file.", autocompletion=completion.midi_files)],
    config: ConfigOption = None,
    logdir: LogdirOption = Path("logs"),
) -> None:
    """Make a performance log of a MIDI file, by the MIDI mapping of a configuration."""
    if not file.is_file():
        fail(f"{file}: no such file")
    dimension, heard, played = _mapping(config)
    work(ImportRequest(file, logdir, dimension, heard, played))


def export(
    log: Annotated[str, typer.Argument(help="Log: file or name.", autocompletion=completion.logs)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="New file: .mid for MIDI, .csv for a table of all events.")
    ],
    config: ConfigOption = None,
) -> None:
    """Write a performance log as a MIDI file, by the MIDI mapping of a configuration, or as a table."""
    if output.suffix not in _SUFFIXES:
        fail(f"-o {output}: the file must end in {' or '.join(_SUFFIXES)}")
    from impsy_tui.cli.files import find  # imported late: --help does not need NumPy

    found = find(log, "log")
    if output.suffix == ".csv":
        work(ExportRequest(found, output))
    else:
        dimension, heard, played = _mapping(config)
        work(ExportRequest(found, output, dimension=dimension, input=heard, output=played))


_Entries = tuple[tuple[str | int, ...], ...]


def _mapping(config: Path | None) -> tuple[int, _Entries, _Entries]:
    """Returns dimension, input entries and output entries of a configuration; exits if it has none."""
    from impsy_tui.channels.midi.file_mapping import file_mapping
    from impsy_tui.config import load_config
    from impsy_tui.engine.models.instrument import configured_dimension
    from impsy_tui.engine.options import EngineOptions

    file = config_file(config)
    loaded = load_config(file)
    if loaded.errors:
        fail("\n".join(map(str, loaded.errors)))
    mapping = file_mapping(loaded.config)
    if not mapping.input:
        fail(f"{file} has no MIDI mapping: add input and output to [midi], or choose another configuration with -c")
    options = EngineOptions(loaded, frozenset(), Path("logs"), None)
    return configured_dimension(options), mapping.input, mapping.output

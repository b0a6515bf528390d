"""Shell completion: names of models, logs, datasets, scenes, set lists, examples, themes and ports."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from impsy_tui.errors import UserError
from impsy_tui.paths import MIDI_SUFFIXES

if TYPE_CHECKING:
    from impsy_tui.language.completion import CompletionSources

_CONVERTED: Final = (".keras", ".h5", ".hdf5")


def models(incomplete: str) -> list[str]:
    """Returns models of ``models/``, shipped models, and model files below a typed path."""
    from impsy_tui.engine.models.loader import ModelFolders
    from impsy_tui.mdrnn.check import SUFFIXES
    from impsy_tui.paths import shipped_folder

    names = ModelFolders([Path("models"), shipped_folder("models")]).names()
    return [*names, *_files(incomplete, SUFFIXES)]


def agents(incomplete: str) -> list[str]:
    """Returns trained agents of ``models/``, shipped agents, and agent files below a typed path."""
    from impsy_tui.agent.file import SUFFIX
    from impsy_tui.engine.models.loader import ModelFolders
    from impsy_tui.paths import shipped_folder

    names = ModelFolders([Path("models"), shipped_folder("models")], suffixes=(SUFFIX,)).names()
    return [*names, *_files(incomplete, (SUFFIX,))]


def ensembles(incomplete: str) -> list[str]:
    """Returns ensemble models of ``models/``, shipped ones, and model files below a typed path."""
    from impsy_tui.engine.models.loader import ModelFolders
    from impsy_tui.paths import shipped_folder

    names = ModelFolders([Path("models"), shipped_folder("models")], ensembles=True).names()
    return [*names, *_files(incomplete, (".tflite",))]


def convertible(incomplete: str) -> list[str]:
    """Returns Keras models of ``models/``, and Keras files below a typed path."""
    return [*_stems("models", *_CONVERTED), *_files(incomplete, _CONVERTED)]


def logs(incomplete: str) -> list[str]:
    """Returns logs of ``logs/``, the newest first, and logs below a typed path."""
    from impsy_tui.paths import LOG_SUFFIXES, find_logs, log_name

    return [*map(log_name, reversed(find_logs(Path("logs")).files)), *_files(incomplete, LOG_SUFFIXES)]


def datasets(incomplete: str) -> list[str]:
    """Returns datasets of ``datasets/``, and datasets below a typed path."""
    return [*_stems("datasets", ".npz"), *_files(incomplete, (".npz",))]


def midi_files(incomplete: str) -> list[str]:
    """Returns MIDI files below a typed path."""
    return _files(incomplete, MIDI_SUFFIXES)


def models_and_datasets(incomplete: str) -> list[str]:
    """Returns models and datasets."""
    return _unique(models(incomplete), datasets(incomplete))


def drawable(incomplete: str) -> list[str]:
    """Returns logs, datasets and models."""
    return _unique(logs(incomplete), datasets(incomplete), models(incomplete))


def set_lists(incomplete: str) -> list[str]:
    """Returns set lists of ``sets/``, shipped set lists, and set lists below a typed path."""
    return _unique(_stems("sets", ".imp"), _examples("sets/", ".imp"), _files(incomplete, (".imp",)))


def configurations(incomplete: str) -> list[str]:
    """Returns example configurations, and configuration files below a typed path."""
    return [*_examples("", ".toml"), *_files(incomplete, (".toml",))]


def patches(incomplete: str) -> list[str]:
    """Returns shipped Pure Data patches, and patches below a typed path."""
    return [*_examples("pd/", ".pd"), *_files(incomplete, (".pd",))]


def examples(incomplete: str) -> list[str]:
    """Returns the names of all examples."""
    from impsy_tui.cli.example_files import example_names

    return example_names()


def themes(incomplete: str) -> list[str]:
    """Returns themes of ``themes/`` and shipped themes."""
    from impsy_tui.paths import shipped_folder

    return _unique(_stems("themes", ".toml"), _stems(shipped_folder("themes"), ".toml"))


def ports(incomplete: str) -> list[str]:
    """Returns the MIDI ports and serial ports of this machine."""
    from impsy_tui.workers.list_ports import find_ports

    found = find_ports()
    return _unique(found.inputs, found.outputs, found.serial)


def command_words(ctx: typer.Context, incomplete: str) -> list[str]:
    """Returns the words that may follow in a command of the running engine, scene names included."""
    from impsy_tui.language.completion import complete

    before = " ".join(ctx.params.get("command") or ())
    line = f"{before} {incomplete}" if before else incomplete
    found = complete(line, _known_to_engine(ctx.params.get("socket")))
    return list(found.options) if found.start == len(line) - len(incomplete) else []


def _known_to_engine(socket: Path | None) -> "CompletionSources":
    from impsy_tui.control.answers import Names
    from impsy_tui.control.client import connected
    from impsy_tui.language.completion import CompletionSources

    try:
        with connected(socket, timeout=0.5) as client:
            names, snapshot = client.ask("names"), client.snapshot()
    except UserError:
        return CompletionSources()
    if not isinstance(names, Names):
        return CompletionSources()
    return CompletionSources(
        models=names.models,
        logs=names.logs,
        datasets=names.datasets,
        dimensions=snapshot.dimension - 1,
        scenes=names.scenes,
        sets=names.sets,
        cues=names.cues,
        outputs=tuple(channel.name for channel in snapshot.channels),
        players=tuple(player.name for player in snapshot.players),
        ensembles=names.ensembles,
        classifiers=names.classifiers,
        tables=names.tables,
        corpora=names.corpora,
        midi_files=names.midi_files,
        trash=names.trash,
    )


def _stems(folder: str | Path, *suffixes: str) -> list[str]:
    from impsy_tui.paths import files_in

    return sorted({file.stem for file in files_in(Path(folder), *suffixes)})


def _examples(folder: str, suffix: str) -> list[str]:
    from impsy_tui.paths import shipped_files

    paths = (Path(path) for path in shipped_files("configs"))
    return sorted(path.stem for path in paths if str(path) == f"{folder}{path.stem}{suffix}")


def _files(incomplete: str, suffixes: Sequence[str]) -> list[str]:
    """Returns folders and files with one of these suffixes that begin with a typed path."""
    head, slash, start = incomplete.rpartition("/")
    folder = Path(head or slash or ".")
    try:
        found = sorted(each for each in folder.iterdir() if each.name.startswith(start))
    except OSError:
        return []
    hidden = not start.startswith(".")
    return [
        f"{head}{slash}{each.name}{'/' if each.is_dir() else ''}"
        for each in found
        if (each.is_dir() or each.suffix in suffixes) and not (hidden and each.name.startswith("."))
    ]


def _unique(*lists: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))

"""Shell commands ``gestures import``, ``gestures classify``, ``gestures clips`` and ``train gestures``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impsy_tui import ranges
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError
from impsy_tui.paths import find_files
from impsy_tui.text import counted
from impsy_tui.workers.requests import TrainGesturesRequest

if TYPE_CHECKING:
    from impsy_tui.ensemble.classifier import Classifier
    from impsy_tui.ensemble.touches.touch import TouchRecording

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Classify touch recordings and cut clips from them."
)

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Touch recordings (…-touches.csv).")]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model", "-m", help="Gesture classifier: file, or name in models/.", show_default="shipped classifier"
    ),
]


@app.command("import")
def import_(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of a Metatone project, with touches/ and gestures/.")
    ],
    logs: Annotated[Path, typer.Option("--logs", "-l", help="Folder of the touch recordings.")] = Path("logs"),
    scores: Annotated[Path, typer.Option("--scores", "-s", help="Folder of the gesture scores.")] = Path("scores"),
) -> None:
    """Import touch recordings and gesture scores of the Metatone project.

    Existing files are kept. Files that cannot be read are reported and left out.
    """
    from impsy_tui.ensemble.scores import read_score, write_score
    from impsy_tui.ensemble.touches.touch import SUFFIX, read_touches, write_touches

    there = {kind: find_files(folder / kind, ".csv") for kind in ("touches", "gestures")}
    found = {kind: each.files for kind, each in there.items()}
    _warn(*(f"{remark}: left out" for each in there.values() for remark in each.left_out))
    if not any(found.values()):
        fail(f"{folder}: no .csv file in its touches/ or gestures/")
    made = {"touches": 0, "gestures": 0}
    for kind, place in (("touches", logs), ("gestures", scores)):
        for file in found[kind]:
            target = place / (f"{file.stem.removesuffix('-touches')}{SUFFIX}" if kind == "touches" else file.name)
            if target.exists():
                _warn(f"{target} exists already: kept")
                continue
            try:
                place.mkdir(parents=True, exist_ok=True)
                if kind == "touches":
                    recording = read_touches(file)
                    write_touches(target, recording)
                    remarks = recording.remarks
                else:
                    read = read_score(file)
                    write_score(target, read.score)
                    remarks = list(read.remarks)
            except UserError as problem:
                _warn(f"{problem}: left out")
                continue
            except OSError as error:
                fail(f"{error.filename or place}: {error.strerror}")
            _warn(*(f"{file.name}: {remark}" for remark in remarks))
            made[kind] += 1
    touches, gestures = counted(made["touches"], "recording"), counted(made["gestures"], "gesture score")
    say(f"{touches} of touches to {logs}, {gestures} to {scores}")


@app.command()
def classify(
    files: FilesArgument,
    destination: Annotated[
        Path | None,
        typer.Option("--destination", "-O", help="Folder of the scores.", show_default="folder of each recording"),
    ] = None,
    model: ModelOption = "",
) -> None:
    """Classify the gesture of each player in every second; writes gesture scores (…-gestures.csv)."""
    from impsy_tui.ensemble.gestures import GESTURES, NAMES
    from impsy_tui.ensemble.score_touches import classify_recording
    from impsy_tui.ensemble.scores import write_score

    classifier = _classifier(model)
    bad = False
    for file in files:
        recording = _recording(file)
        if recording is None:
            bad = True
            continue
        score = classify_recording(recording, classifier)
        made = (destination or file.parent) / f"{recording.name}-gestures.csv"
        if made.exists():
            _warn(f"{made} exists already: name another folder with -O")
            bad = True
            continue
        try:
            made.parent.mkdir(parents=True, exist_ok=True)
            write_score(made, score)
        except UserError as problem:
            fail(str(problem))
        except OSError as error:
            fail(f"{error.filename or made}: {error.strerror}")
        shares = [float((score.codes == code).mean()) for code in range(GESTURES)]
        shown = ", ".join(f"{NAMES[code]} {100 * share:.0f} %" for code, share in enumerate(shares) if share >= 0.005)
        say(f"{made}: {len(score)} s, {counted(len(score.players), 'player')}: {shown}")
    if bad:
        raise typer.Exit(1)


@app.command()
def clips(
    files: FilesArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Clip library to write (.npz).")] = Path(
        "models/clips.npz"
    ),
    model: ModelOption = "",
) -> None:
    """Cut touch recordings into 5-second clips that the players of an ensemble play."""
    from impsy_tui.ensemble.clips import write_clips
    from impsy_tui.ensemble.score_touches import classify_recording, clips_of

    if output.suffix != ".npz":
        fail(f"-o {output}: the name of a clip library must end in .npz")
    if output.exists():
        fail(f"{output} exists already: name another file with -o")
    classifier = _classifier(model)
    recordings = [recording for file in files if (recording := _recording(file)) is not None]
    if not recordings:
        raise typer.Exit(1)
    library = clips_of([(recording, classify_recording(recording, classifier)) for recording in recordings])
    if not library.all:
        fail("No gesture in these recordings is long enough: a clip needs more than 5 seconds of one gesture")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_clips(output, library)
    except OSError as error:
        fail(f"{error.filename or output}: {error.strerror}")
    counts = ", ".join(f"{count} of {name}" for name, count in library.counts().items() if count)
    say(f"{output}: {counted(len(library.all), 'clip')}: {counts}")
    if library.missing:
        say(f"none of {', '.join(library.missing)}: players use other gestures of the same group, or rest")


def train(
    places: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PLACE]...", help="Labelled recordings, or folders of them.", show_default="logs/"),
    ] = None,
    models: Annotated[Path, typer.Option("--destination", "-O", help="Folder of the models.")] = Path("models"),
    seed: Annotated[int, typer.Option(help="Random seed.")] = int(ranges.SEED.default),
) -> None:
    """Train a classifier of your own gestures on labelled recordings."""
    if seed not in ranges.SEED:
        fail(f"--seed {seed}: a whole number, {ranges.SEED}")
    places = places or [Path("logs")]
    for place in places:
        if not place.exists():
            fail(f"{place}: no such file or folder")
    work(TrainGesturesRequest(models, tuple(places), seed))


def _classifier(name: str) -> "Classifier":
    """Returns a classifier by its path or its name in models/; the shipped one without a name."""
    from impsy_tui.ensemble.classifier import SHIPPED, read_classifier
    from impsy_tui.paths import shipped_folder

    places = [Path(name), Path("models", name), Path("models", f"{name}.npz")]
    file = next((place for place in places if place.is_file()), None) if name else shipped_folder("models") / SHIPPED
    if file is None:
        fail(f"Cannot read classifier {name}: no such file in this folder or in models/")
    try:
        return read_classifier(file)
    except UserError as problem:
        fail(str(problem))


def _recording(file: Path) -> "TouchRecording | None":
    """Returns a recording; reports one that cannot be read and returns None."""
    from impsy_tui.ensemble.touches.touch import read_touches

    try:
        recording = read_touches(file)
    except UserError as problem:
        _warn(str(problem))
        return None
    _warn(*(f"{file.name}: {remark}" for remark in recording.remarks))
    return recording


def _warn(*lines: str) -> None:
    for line in lines:
        say(line, fg=typer.colors.YELLOW, err=True)

"""Shell commands ``train ensemble``, ``ensemble generate`` and ``ensemble evaluate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impsy_tui import parameters, ranges
from impsy_tui.cli.completion import ensembles
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError
from impsy_tui.text import whole_number
from impsy_tui.workers.requests import EvaluateEnsembleRequest, TrainEnsembleRequest

if TYPE_CHECKING:
    from impsy_tui.ensemble.network import EnsembleNetwork
    from impsy_tui.ensemble.scores import Score

app = typer.Typer(help="Play and evaluate ensembles.", add_completion=False, no_args_is_help=True)

ScoresArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[SCORES]...", help="Gesture scores (.csv), or folders of them.", show_default="scores/"),
]
PlayersOption = Annotated[int, typer.Option(help="Number of players in the scores; 0 for any number.")]


def train(
    scores: ScoresArgument = None,
    players: PlayersOption = 0,
    models: Annotated[Path, typer.Option("--destination", "-O", help="Folder of the models.")] = Path("models"),
    epochs: Annotated[int, typer.Option("--numepochs", "-N", help="Most epochs.")] = int(
        ranges.ENSEMBLE_EPOCHS.default
    ),
    patience: Annotated[
        int, typer.Option("--patience", "-P", help="Epochs without improvement before training ends.")
    ] = int(ranges.ENSEMBLE_PATIENCE.default),
    units: Annotated[int, typer.Option(help="Recurrent units of the network.")] = int(ranges.ENSEMBLE_UNITS.default),
    seed: Annotated[int, typer.Option(help="Random seed.")] = int(ranges.SEED.default),
) -> None:
    """Train an ensemble on gesture scores.

    One model serves 2 to 8 players. Ctrl-C ends the training and saves the best model.
    """
    for option, value, within in (
        ("-N", epochs, ranges.ENSEMBLE_EPOCHS),
        ("-P", patience, ranges.ENSEMBLE_PATIENCE),
        ("--units", units, ranges.ENSEMBLE_UNITS),
        ("--seed", seed, ranges.SEED),
    ):
        if value not in within:
            fail(f"{option} {value}: a whole number, {within}")
    found = _found(scores or [Path("scores")])
    work(TrainEnsembleRequest(models, found, players, True, epochs, patience, units, seed))


ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        help="Ensemble model: file or name.",
        show_default="the only ensemble model",
        autocompletion=ensembles,
    ),
]
TemperatureOption = Annotated[float, typer.Option("--temp", help="Temperature: higher is less predictable.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Random seed.")]


@app.command()
def generate(
    lead: Annotated[Path, typer.Option("--lead", help="Gesture score of the lead.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Gesture score to write (.csv).")],
    model: ModelOption = "",
    players: Annotated[int, typer.Option(min=2, max=8, help="Number of players, the lead included.")] = 4,
    player: Annotated[str, typer.Option(help="Lead in the score: name or number.")] = "1",
    temperature: TemperatureOption = parameters.TEMP.default,
    seed: SeedOption = 1,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Picture of the score to write (.png, .svg, .pdf).", show_default="none"),
    ] = None,
    show: Annotated[bool, typer.Option("--show/--quiet", help="Score drawn in the terminal.")] = True,
) -> None:
    """Generate the gestures of an ensemble for a recorded lead."""
    from impsy_tui.ensemble.scores import write_score
    from impsy_tui.plots import gesture_scores

    if temperature not in parameters.TEMP.limits:
        fail(f"--temp {temperature:g}: {parameters.TEMP.limits}")
    if plot is not None and plot.suffix not in gesture_scores.SUFFIXES:
        fail(f"--plot {plot}: a picture must end in {', '.join(gesture_scores.SUFFIXES)}")
    if output.exists():
        fail(f"{output} exists already: name another file with -o")
    try:
        generated = _generated(_read(lead), player, _file(model), players, temperature, seed, output.stem)
        write_score(output, generated)
        say(f"written: {output}")
        if plot is not None:
            gesture_scores.draw_picture(generated, plot)
            say(f"drawn: {plot}")
    except UserError as problem:
        fail(str(problem))
    if show:
        from impsy_tui.cli.plot import paper

        on = paper()
        typer.echo(gesture_scores.draw_text(generated, on), color=on.colours)


def _read(file: Path) -> "Score":
    from impsy_tui.ensemble.scores import read_score

    read = read_score(file)
    for remark in read.remarks:
        say(f"{file.name}, {remark}", fg=typer.colors.YELLOW, err=True)
    return read.score


def _generated(
    score: "Score", player: str, model: Path, players: int, temperature: float, seed: int, name: str
) -> "Score":
    import numpy as np

    from impsy_tui.ensemble.predictor import EnsemblePredictor, generate_followers
    from impsy_tui.ensemble.scores import Score
    from impsy_tui.ensemble.tuning import read_tuning

    lead = score.codes[:, _player_number(score, player)]
    tuning = read_tuning(model, players)
    predictor = EnsemblePredictor(_network(model), players - 1, np.random.default_rng(seed), tuning)
    followers = generate_followers(predictor, lead, None, temperature)
    names = ("lead", *(f"player-{number:02d}" for number in range(2, players + 1)))
    return Score(name, names, np.column_stack([lead, followers]), score.began)


def _player_number(score: "Score", player: str) -> int:
    if player in score.players:
        return score.players.index(player)
    number = whole_number(player) or 0
    if not 1 <= number <= len(score.players):
        fail(f"--player {player}: {', '.join(score.players)}, or a number from 1 to {len(score.players)}")
    return number - 1


@app.command()
def evaluate(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL SCORES...",
            help="Ensemble model, then gesture scores or folders of them.",
            autocompletion=ensembles,
        ),
    ],
    players: PlayersOption = 0,
    temperature: TemperatureOption = parameters.TEMP.default,
    seed: SeedOption = 1,
) -> None:
    """Compare a model with Markov chains and with the real players of gesture scores."""
    model, *scores = names
    if not scores:
        fail("evaluate needs a model and then gesture scores: impsy-tui ensemble evaluate MODEL SCORES")
    if temperature not in parameters.TEMP.limits:
        fail(f"--temp {temperature:g}: {parameters.TEMP.limits}")
    found = _found([Path(name) for name in scores])
    work(EvaluateEnsembleRequest(_file(model), found, players, temperature, seed))


def _found(places: list[Path]) -> tuple[Path, ...]:
    for place in places:
        if not place.exists():
            fail(f"{place}: no such file or folder")
    return tuple(place.absolute() for place in places)


def _network(file: Path) -> "EnsembleNetwork":
    from impsy_tui.ensemble.opening import open_ensemble
    from impsy_tui.model_files.interpreter import silenced_stderr

    try:
        with silenced_stderr():
            return open_ensemble(file, 20.0)
    except UserError as problem:
        raise UserError(f"{file.stem} {problem}") from None


def _file(name: str) -> Path:
    """Returns an ensemble model by its path or name; without a name, the only one there is."""
    from impsy_tui.engine.models.loader import ModelFolders
    from impsy_tui.paths import shipped_folder

    file = Path(name).absolute()
    if name and file.suffix == ".tflite" and file.is_file():
        return file
    folders = ModelFolders([Path("models"), shipped_folder("models")], ensembles=True)
    names = folders.names()
    if not name and len(names) != 1:
        fail(f"Name the model with -m. Models: {', '.join(names) or 'none yet (impsy-tui train ensemble makes one)'}")
    try:
        return folders.find(name or names[0])
    except UserError as problem:
        fail(str(problem))

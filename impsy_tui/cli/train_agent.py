"""Agents that learn, are judged, and are taken over from RL-impro: each a worker that runs in the foreground."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui import choices, ranges
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.errors import UserError
from impsy_tui.text import whole_number

CorpusOption = Annotated[list[Path] | None, typer.Option("--corpus", help="Analysed recordings, or folders of them.")]
DescriptorsHelp = 'Descriptors or categories, such as "loudness-dB centroid chroma".'


def train(
    table: Annotated[Path, typer.Argument(help="The look-up table of a synth.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The player.", show_default="models/agent-TABLE.npz")
    ] = None,
    hear: Annotated[str, typer.Option(help=f"What it hears. {DescriptorsHelp}")] = "",
    match: Annotated[str, typer.Option(help="What of that it is to match.", show_default="all")] = "",
    targets: Annotated[str, typer.Option(help=f"{', '.join(choices.TARGETS)}.", show_default="mixed")] = "",
    settings: Annotated[Path | None, typer.Option(help="RL-impro's environment_settings.json.")] = None,
    corpus: CorpusOption = None,
    algorithm: Annotated[str, typer.Option(help="ppo, dqn or a2c.")] = "ppo",
    steps: Annotated[int, typer.Option(help="Of all environments together.")] = int(ranges.AGENT_STEPS.default),
    cloned: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of them that it is shown what to do.")] = (
        ranges.AGENT_SHOWN.default
    ),
    units: Annotated[str, typer.Option(help="Of each hidden layer.")] = "128 128",
    seed: Annotated[int, typer.Option(min=0, help="Of all chance.")] = 1,
    logs: Annotated[Path | None, typer.Option(help="A folder for TensorBoard.")] = None,
) -> None:
    """Train an agent to steer a synth by its look-up table; Ctrl-C ends it early and saves the best there is."""
    from impsy_tui.agent.file import PREFIX

    if algorithm not in choices.ALGORITHMS:
        fail(f"--algorithm {algorithm}: one of {', '.join(choices.ALGORITHMS)}")
    if targets and targets not in choices.TARGETS:
        fail(f"--targets {targets}: one of {', '.join(choices.TARGETS)}")
    if steps not in ranges.AGENT_STEPS:
        fail(f"--steps {steps}: a whole number, {ranges.AGENT_STEPS}")
    layers = units.split()
    if not layers or not all(1 <= (whole_number(word) or 0) <= 1024 for word in layers):
        fail(f"--units {units}: whole numbers from 1 to 1024, one a layer")
    file = output or Path("models", f"{PREFIX}{table.name.split('.')[0]}.npz")
    arguments: list[str | Path] = [table, file]
    arguments += ["--algorithm", algorithm, "--steps", str(steps), "--seed", str(seed)]
    arguments += ["--cloned", f"{cloned:.15g}", "--units", *layers]
    arguments += [] if output else ["--numbered"]
    for option, words in (("--heard", _known(hear)), ("--judged", _known(match)), ("--corpus", corpus or [])):
        if words:
            arguments += [option, *words]
    for option, value in (("--targets", targets), ("--settings", settings), ("--logs", logs)):
        if value:
            arguments += [option, value]
    work("impsy_tui.workers.training.train_agent", arguments)


def evaluate(
    players: Annotated[list[str], typer.Argument(help="Trained agents: files, or names in models/ or that ship.")],
    corpus: CorpusOption = None,
    frames: Annotated[int, typer.Option(min=1, help="Of each of 64 episodes.")] = 3000,
    match: Annotated[
        str, typer.Option(help=f"What is judged. {DescriptorsHelp}", show_default="what each learned to match")
    ] = "",
) -> None:
    """Tell how well agents imitate, beside seek and hold: random sounds, and recordings known and held out."""
    arguments: list[str | Path] = [*map(_file, players), "--frames", str(frames)]
    for option, words in (("--corpus", corpus or []), ("--judged", _known(match))):
        if words:
            arguments += [option, *words]
    work("impsy_tui.workers.training.evaluate_agent", arguments)


def convert(
    file: Annotated[Path, typer.Argument(metavar="ZIP", help="A DQN or PPO that stable-baselines3 saved.")],
    lookup: Annotated[Path, typer.Option(help="The look-up table that it learned with.")],
    settings: Annotated[Path, typer.Option(help="Its environment_settings.json.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The player.", show_default="ZIP.npz")] = None,
) -> None:
    """Take over an agent of RL-impro's: it plays from one file, with NumPy alone."""
    made = output or file.with_suffix(".npz")
    arguments: list[str | Path] = [file, made, "--lookup", lookup, "--settings", settings]
    work("impsy_tui.workers.training.convert_agent", arguments)


def _known(words: str) -> list[str]:
    """Descriptors as they were typed; the program ends where there are no such."""
    from impsy_tui.agent.descriptors.names import descriptor_indices

    try:
        descriptor_indices(typed := words.replace(",", " ").split())
    except UserError as problem:
        fail(str(problem))
    return typed


def _file(player: str) -> Path:
    """An agent by its path, or by its name; what is no file is left to the worker to be told of."""
    from impsy_tui.agent.file import SUFFIX
    from impsy_tui.engine.models.loader import ModelFolders
    from impsy_tui.paths import shipped_folder

    path = Path(player)
    if path.is_file() or path.name != player or path.suffix:
        return path
    try:
        return ModelFolders([Path("models"), shipped_folder("models")], suffixes=(SUFFIX,)).find(player)
    except UserError as problem:
        fail(str(problem))

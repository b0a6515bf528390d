"""Shell commands ``train agent``, ``agent evaluate`` and ``agent convert``: workers in the foreground."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui import choices, ranges
from impsy_tui.cli.completion import agents
from impsy_tui.cli.output.progress import fail, work
from impsy_tui.errors import UserError
from impsy_tui.text import whole_number
from impsy_tui.workers.requests import ConvertAgentRequest, EvaluateAgentRequest, TrainAgentRequest

CorpusOption = Annotated[
    list[Path] | None, typer.Option("--corpus", help="Analysed recordings, or folders of them.", show_default="none")
]
DescriptorsHelp = 'Descriptors or categories, such as "loudness-dB centroid chroma".'


def train(
    table: Annotated[Path, typer.Argument(help="Look-up table of a synth.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Agent to write (.npz).", show_default="models/agent-TABLE.npz"),
    ] = None,
    hear: Annotated[
        str, typer.Option(help=f"Input of the agent. {DescriptorsHelp}", show_default="loudness-dB centroid")
    ] = "",
    match: Annotated[
        str, typer.Option(help="Descriptors of the input that the agent matches.", show_default="all")
    ] = "",
    targets: Annotated[
        str, typer.Option(help=f"Target sounds: {', '.join(choices.TARGETS)}.", show_default="mixed")
    ] = "",
    settings: Annotated[
        Path | None, typer.Option(help="Settings of RL-impro (environment_settings.json).", show_default="none")
    ] = None,
    corpus: CorpusOption = None,
    algorithm: Annotated[str, typer.Option(help="Learning algorithm: ppo, dqn or a2c.")] = "ppo",
    steps: Annotated[int, typer.Option(help="Training steps of all environments together.")] = int(
        ranges.AGENT_STEPS.default
    ),
    cloned: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of the steps with a teacher, 0 to 1.")] = (
        ranges.AGENT_SHOWN.default
    ),
    units: Annotated[str, typer.Option(help="Units of each hidden layer.")] = "128 128",
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 1,
    logs: Annotated[Path | None, typer.Option(help="Folder for TensorBoard.", show_default="none")] = None,
) -> None:
    """Train an agent to control a synth.

    The agent learns from the look-up table of the synth. Ctrl-C ends the training and saves the best agent.
    """
    from impsy_tui.agent.file import PREFIX

    if algorithm not in choices.ALGORITHMS:
        fail(f"--algorithm {algorithm} is unknown. Algorithms: {', '.join(choices.ALGORITHMS)}")
    if targets and targets not in choices.TARGETS:
        fail(f"--targets {targets} is unknown. Targets: {', '.join(choices.TARGETS)}")
    if steps not in ranges.AGENT_STEPS:
        fail(f"--steps {steps}: a whole number, {ranges.AGENT_STEPS}")
    layers = units.split()
    if not layers or not all(1 <= (whole_number(word) or 0) <= 1024 for word in layers):
        fail(f"--units {units}: write a whole number from 1 to 1024 for each layer")
    file = output or Path("models", f"{PREFIX}{table.name.split('.')[0]}.npz")
    work(
        TrainAgentRequest(
            table,
            file,
            numbered=output is None,
            heard=_known(hear),
            judged=_known(match),
            targets=targets,
            settings=settings,
            corpus=tuple(corpus or ()),
            algorithm=algorithm,
            steps=steps,
            cloned=cloned,
            units=tuple(map(int, layers)),
            seed=seed,
            logs=logs,
        )
    )


def evaluate(
    players: Annotated[list[str], typer.Argument(help="Trained agents: files or names.", autocompletion=agents)],
    corpus: CorpusOption = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames in each of 64 episodes.")] = 3000,
    match: Annotated[
        str, typer.Option(help=f"Evaluated descriptors. {DescriptorsHelp}", show_default="those of the training")
    ] = "",
) -> None:
    """Compare agents with seek and hold, on random sounds and on recordings."""
    agents = tuple(map(_file, players))
    work(EvaluateAgentRequest(agents, tuple(corpus or ()), _known(match), frames=frames))


def convert(
    file: Annotated[Path, typer.Argument(metavar="ZIP", help="DQN or PPO agent that stable-baselines3 saved.")],
    lookup: Annotated[Path, typer.Option(help="Look-up table of its training.")],
    settings: Annotated[Path, typer.Option(help="Settings of its training (environment_settings.json).")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Agent to write (.npz).", show_default="ZIP.npz")
    ] = None,
) -> None:
    """Convert an agent of RL-impro to one file that needs NumPy only."""
    work(ConvertAgentRequest(file, output or file.with_suffix(".npz"), lookup, settings))


def _known(words: str) -> tuple[str, ...]:
    """Returns the typed descriptors; exits with a message if one is unknown."""
    from impsy_tui.agent.descriptors.names import descriptor_indices

    try:
        descriptor_indices(typed := words.replace(",", " ").split())
    except UserError as problem:
        fail(str(problem))
    return tuple(typed)


def _file(player: str) -> Path:
    """Returns an agent by its path or name; the worker reports a path that is not a file."""
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

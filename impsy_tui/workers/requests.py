"""Requests of the jobs. The engine and the shell commands build the same request.

This module imports no library of a worker.
"""

from pathlib import Path
from typing import Literal

from impsy_tui import choices, ranges
from impsy_tui.worker_requests import WorkerRequest


class DatasetRequest(WorkerRequest, frozen=True, tag="dataset"):
    """Request for datasets made from logs.

    Attributes:
        logs: Folder of the logs.
        datasets: Folder of the datasets.
        dimension: Dimension of the dataset; 0 for one dataset of each dimension found.
        name: File name of the dataset; empty for the usual name.
        low: Raw value that becomes 0.
        high: Raw value that becomes 1; None for values from 0 to 1.
        patterns: True to include the events that patterns played.
    """

    logs: Path
    datasets: Path
    dimension: int = 0
    name: str = ""
    low: float = 0.0
    high: float | None = None
    patterns: bool = False


class ImportRequest(WorkerRequest, frozen=True, tag="import_midi"):
    """Request for a performance log made of a MIDI file.

    Attributes:
        file: The MIDI file.
        logs: Folder of the logs.
        dimension: Dimension of the events.
        input, output: MIDI entries; see ``channels.midi.file_mapping.FileMapping``.
    """

    file: Path
    logs: Path
    dimension: int
    input: tuple[tuple[str | int, ...], ...]
    output: tuple[tuple[str | int, ...], ...]


class ExportRequest(WorkerRequest, frozen=True, tag="export_log"):
    """Request for a MIDI file or a table of a performance log.

    Attributes:
        log: The log.
        file: File to write, ``.mid`` or ``.csv``.
        numbered: True to add a number to a name that is taken.
        dimension: Dimension of the configuration; a table needs none.
        input, output: MIDI entries; see ``channels.midi.file_mapping.FileMapping``.
    """

    log: Path
    file: Path
    numbered: bool = False
    dimension: int = 0
    input: tuple[tuple[str | int, ...], ...] = ()
    output: tuple[tuple[str | int, ...], ...] = ()


class PictureRequest(WorkerRequest, frozen=True, tag="plot"):
    """Request for a picture of a log, dataset or model.

    Attributes:
        file: The log, dataset or model.
        picture: File to write; an existing one is replaced.
        datasets: Folder of the datasets. A model receives the newest dataset of its dimension.
    """

    file: Path
    picture: Path
    datasets: Path


class TrainRequest(WorkerRequest, frozen=True, tag="train"):
    """Request to train one model.

    Attributes:
        models: Folder of the models.
        dataset: The dataset; None to continue the last interrupted training.
        size: Size of the model.
        begun_from: Model to start from; None for a new model.
        name: Name of the new model; empty for the usual name.
        plays: Model that plays, which the new model is compared with; None for no comparison.
        epochs, patience, batch, seed, max_gap: See ``ranges``.
    """

    models: Path
    dataset: Path | None = None
    size: str = "s"
    begun_from: Path | None = None
    name: str = ""
    plays: Path | None = None
    epochs: int = int(ranges.EPOCHS.default)
    patience: int = int(ranges.PATIENCE.default)
    batch: int = int(ranges.BATCH.default)
    seed: int = int(ranges.SEED.default)
    max_gap: float = ranges.MAX_GAP.default


class EvolveRequest(WorkerRequest, frozen=True, tag="evolve"):
    """Request to let a model learn from the playing of tonight.

    Attributes:
        models: Folder of the new model.
        plays: Model that plays.
        logs: Folder of the logs.
        datasets: Folder in which the dataset of the model may be.
        since: Beginning of tonight, in seconds since 1970.
        size: Size of the network that learns; empty for that of the model.
        new: True for a new network, False for one that begins with what the model knows.
        seed: Random seed.
        host: Machine that learns, ``[USER@]HOST[:FOLDER]``; empty for this one.
        ssh_options: More options for ``ssh``.
    """

    models: Path
    plays: Path
    logs: Path
    datasets: Path
    since: float
    size: str = ""
    new: bool = False
    seed: int = int(ranges.SEED.default)
    host: str = ""
    ssh_options: tuple[str, ...] = ()


class EvolveThereRequest(WorkerRequest, frozen=True, tag="evolve_there"):
    """Request to learn for another machine; the material is on standard input."""


class SweepRequest(WorkerRequest, frozen=True, tag="sweep"):
    """Request to train several sizes, seeds or datasets. The best model of each dataset is saved.

    Attributes:
        models: Folder of the models.
        datasets: The datasets.
        sizes: Sizes of the models, or ``auto`` alone.
        seeds: Random seeds.
        budget_ms: Longest time of a prediction for ``auto``, in milliseconds.
        epochs, patience, batch, max_gap: See ``ranges``.
        processes: Most trainings at the same time; None for one per core.
        scheduler: Address of a dask cluster; empty for this machine.
        dashboard: True for the pages of dask, on loopback.
        table: True for a result with a line for each model.
        name: Name of the new model; empty for the usual name.
    """

    models: Path
    datasets: tuple[Path, ...]
    sizes: tuple[str, ...] = (choices.AUTO,)
    seeds: tuple[int, ...] = (int(ranges.SEED.default),)
    budget_ms: float = ranges.BUDGET.default
    epochs: int = int(ranges.EPOCHS.default)
    patience: int = int(ranges.PATIENCE.default)
    batch: int = int(ranges.BATCH.default)
    max_gap: float = ranges.MAX_GAP.default
    processes: int | None = None
    scheduler: str = ""
    dashboard: bool = False
    table: bool = False
    name: str = ""


class ConvertRequest(WorkerRequest, frozen=True, tag="convert"):
    """Request to convert a Keras model of this program or of IMPSY to TensorFlow Lite.

    Attributes:
        file: The Keras model.
        models: Folder of the new model.
    """

    file: Path
    models: Path


class EvaluateRequest(WorkerRequest, frozen=True, tag="evaluate"):
    """Request to compare models on the held-out part of a dataset.

    Attributes:
        dataset: The dataset.
        models: The models.
        reports: Folder of the report; None for a report as the result.
    """

    dataset: Path
    models: tuple[Path, ...]
    reports: Path | None = None


class TrainGesturesRequest(WorkerRequest, frozen=True, tag="train_gestures"):
    """Request to train a classifier of gestures.

    Attributes:
        models: Folder of the classifiers.
        places: Labelled recordings, or folders of them.
        seed: Random seed.
    """

    models: Path
    places: tuple[Path, ...]
    seed: int = int(ranges.SEED.default)


class TrainEnsembleRequest(WorkerRequest, frozen=True, tag="train_ensemble"):
    """Request to train an ensemble.

    Attributes:
        models: Folder of the models.
        scores: Gesture scores, or folders of them.
        players: Number of players of the scores; 0 for any number.
        remarks: True for a result with each remark on the scores.
        epochs, patience, units, seed: See ``ranges``.
    """

    models: Path
    scores: tuple[Path, ...]
    players: int = 0
    remarks: bool = False
    epochs: int = int(ranges.ENSEMBLE_EPOCHS.default)
    patience: int = int(ranges.ENSEMBLE_PATIENCE.default)
    units: int = int(ranges.ENSEMBLE_UNITS.default)
    seed: int = int(ranges.SEED.default)


class EvaluateEnsembleRequest(WorkerRequest, frozen=True, tag="evaluate_ensemble"):
    """Request to compare an ensemble model with Markov chains and with the real players of scores.

    Attributes:
        model: The ensemble model.
        scores: Gesture scores, or folders of them.
        players: Number of players of the scores; 0 for any number.
        temperature: Temperature of the model.
        seed: Random seed.
    """

    model: Path
    scores: tuple[Path, ...]
    players: int = 0
    temperature: float = 1.0
    seed: int = 1


class LookupTableRequest(WorkerRequest, frozen=True, tag="lookup_table"):
    """Request for the look-up table of a synth.

    Attributes:
        synth: Name of a built-in synth, or path of a Pure Data patch (``.pd``).
        table: File to write.
        parameters: Number of parameters of a patch.
        points: Grid points per parameter.
        seconds: Length of the sound at each point.
        window, hop: Samples per spectrum, and between two frames.
        processes: Processes at the same time; None for one per core.
        scheduler: Address of a dask cluster, which replaces the processes; empty for this machine.
    """

    synth: str
    table: Path
    parameters: int = 0
    points: int = 20
    seconds: float = 2.0
    window: int = 256
    hop: int = 128
    processes: int | None = None
    scheduler: str = ""


class CorpusRequest(WorkerRequest, frozen=True, tag="describe_recordings"):
    """Request for the descriptors of recordings.

    Attributes:
        folder: Folder of the recordings, with its subfolders.
        corpus: Folder of the descriptors.
        window, hop: Samples per spectrum, and between two frames.
    """

    folder: Path
    corpus: Path
    window: int = 256
    hop: int = 128


class TrainAgentRequest(WorkerRequest, frozen=True, tag="train_agent"):
    """Request to train an agent.

    Attributes:
        table: Look-up table of the synth.
        file: Agent to write.
        numbered: True to add a number to a name that is taken.
        heard: Descriptors of the input; empty for the usual ones.
        judged: Descriptors that the agent matches; empty for the usual ones.
        targets: One of ``choices.TARGETS``; empty for the usual one.
        settings: Settings of RL-impro.
        corpus: Analysed recordings, or folders of them.
        algorithm: One of ``choices.ALGORITHMS``.
        steps: Training steps of all environments together.
        cloned: Share of the steps with a teacher, 0 to 1.
        units: Units of each hidden layer.
        seed: Random seed.
        frames: Frames of the final evaluation.
        logs: Folder for TensorBoard; None for no logs.
    """

    table: Path
    file: Path
    numbered: bool = False
    heard: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    targets: str = ""
    settings: Path | None = None
    corpus: tuple[Path, ...] = ()
    algorithm: str = choices.ALGORITHMS[0]
    steps: int = int(ranges.AGENT_STEPS.default)
    cloned: float = ranges.AGENT_SHOWN.default
    units: tuple[int, ...] = (128, 128)
    seed: int = 1
    frames: int = 3000
    logs: Path | None = None


class EvaluateAgentRequest(WorkerRequest, frozen=True, tag="evaluate_agent"):
    """Request to compare agents with *seek* and *hold*.

    Attributes:
        agents: The agents.
        corpus: Analysed recordings, or folders of them.
        judged: Evaluated descriptors; empty for those of the training.
        episodes: Number of episodes.
        frames: Frames of each episode.
    """

    agents: tuple[Path, ...]
    corpus: tuple[Path, ...] = ()
    judged: tuple[str, ...] = ()
    episodes: int = 64
    frames: int = 3000


class ConvertAgentRequest(WorkerRequest, frozen=True, tag="convert_agent"):
    """Request to convert an agent of RL-impro.

    Attributes:
        archive: Agent that stable-baselines3 saved (``.zip``).
        file: Agent to write.
        lookup: Look-up table of its training.
        settings: Settings of its training.
    """

    archive: Path
    file: Path
    lookup: Path
    settings: Path


class DemoRequest(WorkerRequest, frozen=True, tag="demo"):
    """Request for shipped models, made from synthetic data.

    Attributes:
        models: Folder of the models.
        part: ``mdrnn``, ``ensemble``, or ``gestures`` for the classifier and the clips.
    """

    models: Path
    part: Literal["mdrnn", "ensemble", "gestures"]

"""Commands for files, jobs and settings."""

from typing import Final

from impsy_tui import choices, ranges
from impsy_tui.language.command_schema import KEYBOARD, Argument, ArgumentKind, Command, Source
from impsy_tui.ranges import Range

RAW_VALUE: Final = Range(-1e9, 1e9, 0.0)
"""Values of a log that are not 0 to 1."""

_KIND_OF_FILE: Final = Argument("kind", ArgumentKind.CHOICE, choices=("log", "dataset", "model"))
ATTEMPTS: Final = Range(60.0, 86400.0, 600.0, "s")
"""Time between two attempts to find a better model."""
_JOB: Final = Argument("number", ArgumentKind.WHOLE, Range(1, 1_000_000, 1), optional=True)

WORKSHOP: Final[tuple[Command, ...]] = (
    Command(
        "dataset",
        "makes a dataset from the logs of one dimension, or of all; low and high are raw values; "
        "with patterns includes events of patterns",
        "dataset 9",
        (
            Argument("dimension", ArgumentKind.WHOLE, ranges.DIMENSION, optional=True),
            Argument("low", ArgumentKind.NUMBER, RAW_VALUE, optional=True, keyword=True),
            Argument("high", ArgumentKind.NUMBER, RAW_VALUE, optional=True, keyword=True),
            Argument("with", ArgumentKind.CHOICE, choices=("patterns",), optional=True, keyword=True),
        ),
        sources=KEYBOARD,
    ),
    Command(
        "train",
        "trains a model on a dataset, by default the newest of this dimension; as names it, from continues a model, "
        "auto tries sizes",
        "train s from current",
        (
            Argument(
                "size", ArgumentKind.CHOICE, choices=(*choices.SIZES, choices.AUTO, choices.RESUME), optional=True
            ),
            Argument("on", ArgumentKind.DATASET, optional=True, keyword=True, word="dataset"),
            Argument(
                "from", ArgumentKind.MODEL, choices=(choices.CURRENT,), optional=True, keyword=True, word="model"
            ),
            Argument("as", ArgumentKind.NAME, optional=True, keyword=True, word="name"),
            Argument("epochs", ArgumentKind.WHOLE, ranges.EPOCHS, optional=True, keyword=True),
            Argument("patience", ArgumentKind.WHOLE, ranges.PATIENCE, optional=True, keyword=True),
            Argument("batch", ArgumentKind.WHOLE, ranges.BATCH, optional=True, keyword=True),
            Argument("seed", ArgumentKind.WHOLE, ranges.SEED, optional=True, keyword=True),
            Argument("budget", ArgumentKind.NUMBER, ranges.BUDGET, optional=True, keyword=True),
        ),
        sources=KEYBOARD,
    ),
    Command(
        "train gestures",
        "trains a classifier of gestures on the labelled recordings among the logs",
        "train gestures",
        (Argument("seed", ArgumentKind.WHOLE, ranges.SEED, optional=True, keyword=True),),
        sources=KEYBOARD,
    ),
    Command(
        "train ensemble",
        "trains an ensemble on the gesture scores in the folder scores, or in a folder of it",
        "train ensemble on quartets",
        (
            Argument("on", ArgumentKind.NAME, optional=True, keyword=True, word="folder"),
            Argument("players", ArgumentKind.WHOLE, ranges.ENSEMBLE_PLAYERS, optional=True, keyword=True),
            Argument("epochs", ArgumentKind.WHOLE, ranges.ENSEMBLE_EPOCHS, optional=True, keyword=True),
            Argument("patience", ArgumentKind.WHOLE, ranges.ENSEMBLE_PATIENCE, optional=True, keyword=True),
            Argument("seed", ArgumentKind.WHOLE, ranges.SEED, optional=True, keyword=True),
        ),
        sources=KEYBOARD,
    ),
    Command(
        "train agent",
        "trains an agent to steer a synth by its look-up table, the newest in the folder tables if none is named",
        "train agent fm-20 hear chroma",
        (
            Argument("table", ArgumentKind.NAME, optional=True),
            Argument("hear", ArgumentKind.NAME, choices=choices.DESCRIPTORS, optional=True, keyword=True),
            Argument("match", ArgumentKind.NAME, choices=choices.DESCRIPTORS, optional=True, keyword=True),
            Argument("targets", ArgumentKind.CHOICE, choices=choices.TARGETS, optional=True, keyword=True),
            Argument("corpus", ArgumentKind.NAME, optional=True, keyword=True),
            Argument("algorithm", ArgumentKind.CHOICE, choices=choices.ALGORITHMS, optional=True, keyword=True),
            Argument("steps", ArgumentKind.WHOLE, ranges.AGENT_STEPS, optional=True, keyword=True),
            Argument("seed", ArgumentKind.WHOLE, ranges.SEED, optional=True, keyword=True),
        ),
        sources=KEYBOARD,
    ),
    Command(
        "evolve",
        "lets the model learn from tonight, here or on a host, and plays a better one from a bar on; "
        "with size, another network",
        "evolve every 10m",
        (
            Argument("how", ArgumentKind.CHOICE, choices=("ask", "off"), optional=True),
            Argument("every", ArgumentKind.DURATION, ATTEMPTS, optional=True, keyword=True, word="time"),
            Argument("size", ArgumentKind.CHOICE, choices=choices.EVOLVING_SIZES, optional=True, keyword=True),
            Argument("from", ArgumentKind.CHOICE, choices=(choices.CURRENT,), optional=True, keyword=True),
            Argument("on", ArgumentKind.NAME, optional=True, keyword=True, word="host"),
        ),
        sources=KEYBOARD,
        player=True,
        about="mdrnn",
        undo=True,
    ),
    Command(
        "convert",
        "makes the .tflite of a model that is there as .keras, .h5 or .hdf5",
        "convert m",
        (Argument("model", ArgumentKind.MODEL),),
        sources=KEYBOARD,
    ),
    Command(
        "evaluate",
        "compares the playing of a model with yours; without a name, the model that plays",
        "evaluate m on d",
        (
            Argument("model", ArgumentKind.MODEL, optional=True),
            Argument("against", ArgumentKind.MODEL, optional=True, keyword=True, word="model"),
            Argument("on", ArgumentKind.DATASET, optional=True, keyword=True, word="dataset"),
        ),
        sources=KEYBOARD,
    ),
    Command(
        "plot",
        "draws a log, a dataset or a model as a picture in the folder plots; by default the newest log",
        "plot m",
        (Argument("name", ArgumentKind.FILE, optional=True),),
        sources=KEYBOARD,
    ),
    Command(
        "import",
        "makes a performance log of a MIDI file in the folder exchange, by the MIDI mapping of the configuration",
        "import song",
        (Argument("midi", ArgumentKind.NAME),),
        sources=KEYBOARD,
    ),
    Command(
        "export",
        "writes a log, by default the newest, into the folder exchange: a MIDI file by the mapping of the "
        "configuration, or a table",
        "export as csv",
        (
            Argument("log", ArgumentKind.LOG, optional=True),
            Argument("as", ArgumentKind.CHOICE, choices=choices.EXPORTS, optional=True, keyword=True),
        ),
        sources=KEYBOARD,
    ),
    Command(
        "cancel job",
        "ends a job, the newest if none is named; nothing of it is kept, and undo cannot bring it back",
        "cancel job 2",
        (_JOB,),
        sources=Source.CHANNEL,
    ),
    Command("keep job", "ends a job early and saves its result so far", "keep job", (_JOB,), sources=Source.CHANNEL),
    Command(
        "rename",
        "gives a log, a dataset or a model another name; a model is found as load finds it",
        "rename model m gentle",
        (_KIND_OF_FILE, Argument("name", ArgumentKind.FILE), Argument("to", ArgumentKind.NAME)),
        sources=KEYBOARD,
    ),
    Command(
        "delete",
        "moves a log, a dataset or a model into the trash; undo or restore brings it back for 30 days",
        "delete model m",
        (_KIND_OF_FILE, Argument("name", ArgumentKind.FILE)),
        sources=KEYBOARD,
        ends=True,
    ),
    Command(
        "restore",
        "brings back a deleted file from the trash; the newest if none is named",
        "restore m",
        (Argument("name", ArgumentKind.NAME, optional=True),),
        sources=KEYBOARD,
    ),
    Command("trash", "lists the deleted files that restore brings back", "trash"),
    Command("trash empty", "deletes everything in the trash for ever", "trash empty", ends=True, sources=KEYBOARD),
    Command(
        "set",
        "changes a setting in the configuration file",
        "set interaction.threshold 1.5",
        (Argument("key", ArgumentKind.NAME), Argument("value", ArgumentKind.TEXT)),
        sources=KEYBOARD,
    ),
    Command("ports", "lists MIDI inputs and outputs, and serial ports", "ports"),
)

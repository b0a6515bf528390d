"""Answers of the engine to queries on the control socket: JSON objects as ``messages`` describes them."""

from typing import Literal

import msgspec


class FileFacts(msgspec.Struct, frozen=True):
    """One file of the user.

    Attributes:
        kind: "log", "dataset" or "model".
        name: name of the file.
        folder: folder of the file.
        size: size in bytes.
        time: time of the last change, in seconds since 1970.
        dimension: dimension of the events; 0 if unknown.
        rows: number of events in the file, or of training events of a model; -1 if unknown.
        seconds: duration of the events; -1 if unknown.
        layers, units: layers of a model and units per layer; 0 if unknown.
        loss: held-out loss of a model in nats per event; None if unknown.
        problem: reason why the file cannot be used; empty if it can.
    """

    kind: str
    name: str
    folder: str
    size: int
    time: float
    dimension: int = 0
    rows: int = -1
    seconds: float = -1.0
    layers: int = 0
    units: int = 0
    loss: float | None = None
    problem: str = ""


class Files(msgspec.Struct, tag="files", frozen=True):
    """All files of the user."""

    id: int
    files: tuple[FileFacts, ...]


class LogPlot(msgspec.Struct, tag="log_picture", frozen=True):
    """Plot of a log over time in columns of equal length.

    Attributes:
        id: number of the query.
        name: name of the log.
        seconds: duration of the log.
        rows: number of rows.
        values: for each column the mean of each dimension, 0..1; None before the first value.
        played: number of the musician's events in each column.
        predicted: number of the player's events in each column.
    """

    id: int
    name: str
    seconds: float
    rows: int
    values: tuple[tuple[float | None, ...], ...]
    played: tuple[int, ...]
    predicted: tuple[int, ...]


class Setting(msgspec.Struct, frozen=True):
    """One setting.

    Attributes:
        key: dotted key, in the form of ``set``.
        value: present value in TOML.
        default: default value in TOML.
        origin: source of the value: a line of a file, an option, "live", or "default".
        help: description.
        allowed: allowed values.
    """

    key: str
    value: str
    default: str
    origin: str
    help: str
    allowed: str


class Settings(msgspec.Struct, tag="settings", frozen=True):
    """Current configuration and its file (empty for none)."""

    id: int
    file: str
    settings: tuple[Setting, ...]


class Check(msgspec.Struct, frozen=True):
    """One result of the rig check."""

    name: str
    state: Literal["ok", "warning", "error"]
    text: str


class Rig(msgspec.Struct, tag="rig", frozen=True):
    """Results of the rig check."""

    id: int
    checks: tuple[Check, ...]


class Names(msgspec.Struct, tag="names", frozen=True):
    """Names of files, scenes, set lists and cues in the form of commands.

    Tables are look-up tables of synths, corpora folders of analysed recordings, MIDI files those of the folder
    exchange, trash the files that were deleted. Places are the inputs and outputs of mappings.
    """

    id: int
    models: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    ensembles: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    midi_files: tuple[str, ...] = ()
    trash: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class SetText(msgspec.Struct, tag="set_text", frozen=True):
    """Set list as text.

    Attributes:
        id: number of the request.
        name: name of the set list.
        text: text of the file; empty in the answer to ``SaveSet``.
        version: version of the file.
        saved: False if a text was not saved, because the file has another version than the client.
    """

    id: int
    name: str
    text: str
    version: str
    saved: bool = True


class Ports(msgspec.Struct, tag="ports", frozen=True):
    """Ports of the engine's machine.

    Attributes:
        id: number of the query.
        inputs: names of MIDI inputs.
        outputs: names of MIDI outputs.
        serial: paths of serial ports.
        problem: reason why there is no MIDI; empty if there is.
    """

    id: int
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    serial: tuple[str, ...] = ()
    problem: str = ""

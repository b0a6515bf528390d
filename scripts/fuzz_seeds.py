"""Valid files of every format for the fuzzer."""

import gzip
import io
import json
import math
import struct
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
Seeds = Callable[[Path], list[bytes]]


def lines_of(*lines: str) -> Seeds:
    return lambda folder: ["\n".join(lines).encode() + b"\n"]


def files_of(*patterns: str) -> Seeds:
    return lambda folder: [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]


def packed(seeds: Seeds) -> Seeds:
    return lambda folder: [gzip.compress(seed) for seed in seeds(folder)]


def dataset(folder: Path) -> list[bytes]:
    import pickle

    import numpy as np

    perfs = np.empty(3, object)
    perfs[:] = [np.random.default_rng(n).random((4 + n, 4)).astype(kind) for n, kind in enumerate("fdf")]
    found = []
    for protocol in range(2, 6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive, archive.open("perfs.npy", "w") as entry:
            np.lib.format.write_array_header_1_0(entry, {"descr": "|O", "fortran_order": False, "shape": (3,)})
            pickle.dump(perfs, entry, protocol)
        found.append(buffer.getvalue())
    # NumPy writes performances of one length number by number.
    for kind in (float, object):
        plain = io.BytesIO()
        np.savez(plain, perfs=np.random.default_rng(1).random((2, 5, 3)).astype(kind))
        found.append(plain.getvalue())
    return found


def h5(folder: Path) -> list[bytes]:
    import h5py
    import numpy as np

    file, units, n = folder / "seed.h5", 4, 3
    with h5py.File(file, "w") as made:
        for k, i in enumerate((n, units)):
            for name, shape in (("kernel", (i, 16)), ("recurrent_kernel", (units, 16)), ("bias", (16,))):
                options = {"compression": "gzip"} if len(shape) > 1 else {}
                made.create_dataset(f"lstm{k}/lstm{k}/{name}:0", data=np.full(shape, 0.1, "f4"), **options)
        for name, width in (("mus", n), ("sigmas", n), ("pis", 1)):
            made[f"td/td/{name}/kernel:0"] = np.zeros((units, width), "f4")
            made[f"td/td/{name}/bias:0"] = np.zeros(width, "f4")
    return [file.read_bytes()]


def keras(folder: Path) -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", h5(folder)[0])
    return [buffer.getvalue()]


def checkpoint(folder: Path) -> list[bytes]:
    import numpy as np

    lists = ("weights", "averages", "optimizer", "best")
    facts = {
        "wishes": {"size": "xxs"},
        "best_loss": 1.0,
        "best_likelihood": 1.0,
        "best_epoch": 1,
        "curve": [[1.0, 2.0]],
    }
    facts |= dict.fromkeys(lists, 1)
    buffer = io.BytesIO()
    arrays = {f"{name}_0": np.zeros((2, 3), "f4") for name in lists}
    np.savez(buffer, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)
    return [buffer.getvalue()]


def wav(folder: Path) -> list[bytes]:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as made:
        made.setnchannels(2)
        made.setsampwidth(2)
        made.setframerate(44_100)
        made.writeframes(b"".join(struct.pack("<hh", int(9000 * math.sin(n / 20)), n) for n in range(1500)))
    return [buffer.getvalue()]


def flac(folder: Path) -> list[bytes]:
    import numpy as np
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.sin(np.arange(1500) / 20) / 2, 44_100, format="FLAC")
    return [buffer.getvalue()]


def log_lines(source: str = "interface") -> tuple[str, ...]:
    return tuple(f"2026-01-01T00:00:0{n}.250000,{source},0.{n},0.5,0.25" for n in range(6))


def midi(folder: Path) -> list[bytes]:
    """Returns a file with a tempo map and running status, and a file in frames."""
    import mido

    from impsy_tui.channels.midi.file_mapping import FileMapping
    from impsy_tui.channels.midi.files import FileEvent, midi_file

    entries = ("note_on", 1), ("control_change_14", 1, 7), ("pitch_bend", 1)
    events = [FileEvent(n / 4, source, (n / 9, 0.5, 0.1)) for n in range(9) for source in ("interface", "rnn")]
    found = [midi_file(events, FileMapping(entries, entries), "log")]
    for division in (96, -25 * 256 + 40):
        made, buffer = mido.MidiFile(ticks_per_beat=division), io.BytesIO()
        track = made.add_track("song")
        for number in range(8):
            track.append(mido.MetaMessage("set_tempo", tempo=400_000 + 1000 * number, time=10))
            track.append(mido.Message("note_on", note=60 + number, velocity=100, time=48))
            track.append(mido.Message("sysex", data=(1, 2, 3), time=1))
        made.save(file=buffer)
        found.append(buffer.getvalue())
    return found


def touch_lines() -> tuple[str, ...]:
    rows = (f"2026-01-01T00:00:0{n}.500000,p1,0,0.{n},0.5,0.1" for n in range(6))
    return ("time,player,finger,x,y,velocity", *rows)


def features(folder: Path) -> list[bytes]:
    from impsy_tui.ensemble.touches.features import FEATURES

    head = ",".join(("time", *FEATURES, "gesture"))
    rows = (f"2026-01-01T00:00:0{n},100,200,1.5,2.5,{n},{n},1,30,{n}" for n in range(6))
    return ["\n".join((head, *rows)).encode() + b"\n"]


def archive(folder: Path) -> list[bytes]:
    import torch

    found = []
    for hidden, last in (("q_net.q_net.0", "q_net.q_net.2"), ("mlp_extractor.policy_net.0", "action_net")):
        sizes = ((hidden, 3, 4), (last, 4, 2))
        state = {f"{name}.weight": torch.zeros(outputs, inputs) for name, inputs, outputs in sizes}
        state |= {f"{name}.bias": torch.zeros(outputs) for name, _, outputs in sizes}
        weights, buffer = io.BytesIO(), io.BytesIO()
        torch.save(state, weights)
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr("data", json.dumps({"policy_kwargs": "{'activation_fn': <class 'torch.nn.modules.ReLU'>}"}))
            made.writestr("policy.pth", weights.getvalue())
        found.append(buffer.getvalue())
    return found


def table(folder: Path) -> list[bytes]:
    from impsy_tui.agent.descriptors.names import NAMES

    head = ",".join(("param-0", "param-1", *NAMES))
    rows = (",".join(str(round(0.01 * (n + m), 3)) for m in range(2 + len(NAMES))) for n in range(4))
    return ["\n".join((head, *rows)).encode() + b"\n"]


def corpus(folder: Path) -> list[bytes]:
    import numpy as np

    from impsy_tui.agent.corpus import write_corpus
    from impsy_tui.agent.descriptors.names import NAMES

    write_corpus(folder / "c.csv", np.full((4, len(NAMES)), 0.5), 100.0)
    return [(folder / "c.csv").read_bytes()]

"""Text files that Windows programs saved with a byte order mark are read as without it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.agent.lookup_table import read_rows as read_table_rows
from impsy_tui.config import load_config
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.data.collate import collate
from impsy_tui.data.logs import log_facts, read_rows
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.ensemble.scores import read_score
from impsy_tui.language.setlist import read_set
from impsy_tui.model_files.metadata import read_metadata
from impsy_tui.paths import shipped_folder
from impsy_tui.training.gestures.labelled_recordings import read_labelled
from impsy_tui.workers.read_log import read_reel

LOG = "2026-03-01T12:00:00.000000,interface,0.1,0.2\n2026-03-01T12:00:01.000000,interface,0.3,0.4\n"
GESTURES = (
    "time,centroid_x,centroid_y,std_x,std_y,freq,movement_freq,touchdown_freq,velocity,gesture\n"
    "2026-05-01,1,2,3,4,5,6,7,8,3\n"
)
THEME = (shipped_folder("themes") / "amber.toml").read_text(encoding="utf-8")


def _theme(file: Path) -> object:
    return ThemeFolders().load(file.stem).text


def _plain(read: object) -> object:
    """Returns read values in a form that can be compared."""
    if isinstance(read, np.ndarray):
        return read.tolist()
    if isinstance(read, tuple):
        return [_plain(item) for item in read]
    return repr(read)


READERS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "configuration": ("config.toml", 'title = "T"\n', lambda file: load_config(file).config),
    "scenes": ("scenes.toml", '[few]\nmode = "duet"\n', lambda file: SceneFile(file).names()),
    "theme": ("themes/mine.toml", THEME, _theme),
    "set list": ("a.imp", "# one\ntemp 1\n", lambda file: read_set(file.read_text(encoding="utf-8"))),
    "model notes": ("m.toml", "max_gap = 3.0\n", lambda file: read_metadata(file.with_suffix(".tflite"))),
    "table": ("t.csv", "a,b\n1,2\n3,4\n", lambda file: read_table_rows(file).names),
    "gesture table": ("g.csv", GESTURES, lambda file: read_labelled(file).labels),
    "gesture score": ("s.csv", "time,p1\n0,1\n1,2\n", read_score),
    "log facts": ("a.log", LOG, log_facts),
    "log rows": ("a.log", LOG, lambda file: read_rows(file, ("interface",))),
    "dataset": ("a-3d-mdrnn.log", LOG, lambda file: collate([file], 3).performances),
    "replay": ("a.log", LOG, lambda file: read_reel(file)[1]),
}


@pytest.mark.parametrize("name", READERS)
def test_file_with_byte_order_mark_is_read_as_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    where, text, read = READERS[name]
    file = tmp_path / where
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    plain = _plain(read(file))
    file.write_text("\ufeff" + text, encoding="utf-8")
    assert _plain(read(file)) == plain

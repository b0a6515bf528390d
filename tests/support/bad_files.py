"""Entries of folders that cannot be read as files."""

import os
from pathlib import Path

NOT_UTF8 = b"m\xf6ll"


def spoil(folder: Path, ending: str) -> int:
    """Puts bad entries with this suffix into a folder; returns their number.

    They are a broken link, a folder, a pipe without a writer, a file that cannot be read, and a name in Latin-1.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"0-missing{ending}").symlink_to("nowhere")
    (folder / f"0-loop{ending}").symlink_to(f"0-loop{ending}")
    (folder / f"0-folder{ending}").mkdir()
    os.mkfifo(folder / f"0-pipe{ending}")
    (folder / f"0-broken{ending}").symlink_to("/proc/self/mem")
    with open(os.fsencode(folder) + b"/0-" + NOT_UTF8 + os.fsencode(ending), "wb") as file:
        file.write(b"\x00\xff\x80 no such file")
    return 6

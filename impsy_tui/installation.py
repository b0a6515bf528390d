"""Installation of this program, and the shell command that adds an extra."""

import json
import os
import shlex
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from impsy_tui.paths import checkout


def install_line(extra: str) -> str:
    """Returns the shell command that adds an extra, such as ``train``, to the environment of this program.

    The command works for pip in a virtual environment, uv, pipx, and for a checkout. It names the source of the
    installation (PEP 610), because the package may not be in an index.
    """
    wanted = _requirement(extra)
    folder = Path(sys.prefix)
    if (folder / "pipx_metadata.json").is_file():
        words = ["pipx", "install", "--force", *wanted]
    elif (folder / "uv-receipt.toml").is_file():
        words = ["uv", "tool", "install", "--force", *wanted]
    else:
        return pip_line(*wanted)
    return shlex.join(words)


def program() -> str:
    """Returns the shell word for this program: ``impsy-tui``, or its path if PATH finds another one."""
    called = Path(sys.argv[0])
    if called.name != "impsy-tui":
        return "impsy-tui"
    found = shutil.which(called.name)
    return called.name if found is not None and Path(found).samefile(called) else os.path.relpath(called)


def pip_line(*words: str) -> str:
    """Returns the shell command that installs into the environment of this program, with pip or, without it, uv."""
    if find_spec("pip") is None:
        return shlex.join(["uv", "pip", "install", "--python", sys.executable, *words])
    return shlex.join([sys.executable, "-m", "pip", "install", *words])


def needs_extra(task: str, library: str, extra: str) -> str:
    """Returns the message that a task needs a library of an extra, with the line that installs it here."""
    return f"{task} needs {library}, which is not installed here. To install it, type: {install_line(extra)}"


def _requirement(extra: str) -> list[str]:
    """Returns the words that name this program with an extra."""
    try:
        origin = json.loads(distribution("impsy-tui").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:  # run from a checkout that is not installed
        origin = {"url": (checkout() or Path()).as_uri(), "dir_info": {"editable": True}}
    url = str(origin.get("url", ""))
    if "dir_info" in origin:
        place = f"{unquote(urlsplit(url).path)}[{extra}]"
        return ["-e", place] if origin["dir_info"].get("editable") else [place]
    if "vcs_info" in origin:
        return [f"impsy-tui[{extra}] @ {origin['vcs_info']['vcs']}+{url}"]
    return [f"impsy-tui[{extra}] @ {url}"] if url else [f"impsy-tui[{extra}]"]

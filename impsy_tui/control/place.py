"""Where the control socket is: the same place for every process of one user.

The runtime folder of a login session (``XDG_RUNTIME_DIR``) is set over SSH and not in a system
service, or the other way round, so it cannot be where the two meet. A folder under ``/tmp``
named after the user id can; it is used only if it belongs to that user alone.
"""

import os
import stat
from pathlib import Path


class PlaceProblem(Exception):
    """The folder of the socket cannot be trusted or made; the message says why."""


def default_socket() -> Path:
    """The socket of this user's engine, unless another is named."""
    return Path(f"/tmp/impsy-tui-{os.getuid()}/engine.sock")


def prepare_folder(socket: Path) -> None:
    """Make the folder that a socket is to stand in, readable by this user alone.

    A folder that is there already is taken as it is if it is named by the user; the default one
    must belong to this user and to nobody else, for anybody can make folders in ``/tmp``.

    Raises:
        PlaceProblem: it cannot be made, or belongs to somebody else.
    """
    folder = socket.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise PlaceProblem(f"{folder} cannot be made: {error.strerror}; name another with --socket") from None
    if folder != default_socket().parent:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PlaceProblem(f"{folder} belongs to somebody else; name another place with --socket")
    if found.st_mode & 0o077:
        folder.chmod(0o700)

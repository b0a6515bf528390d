"""Path of the control socket, and its lock.

The first choice is ``~/.local/state/impsy-tui``. This folder is the same in an SSH session and in a system service.
It stays when the last session ends, unlike ``XDG_RUNTIME_DIR``. If a card is read-only or full, the engine takes the
runtime folder of the user, or else a folder in ``/tmp``. A system service may write
to none of these: systemd makes ``/run/impsy-tui-UID`` for it (``RuntimeDirectory=``). Clients try all of them. A
folder is used only if it belongs to the user alone, because other users can make folders too.
"""

import errno
import fcntl
import os
import pwd
import stat
import time
from pathlib import Path
from typing import Final

from impsy_tui.errors import SocketInUseError, UserError

_NAME: Final = "engine.sock"
_RUN: Final = Path("/run")
_LONGEST: Final = 100
"""Most characters of a socket path on every system."""
_ATTEMPTS: Final = 5
_PAUSE: Final = 0.02
"""Seconds between attempts at a lock; a client that checks it holds it for a moment."""


def places(user: int | None = None) -> list[Path]:
    """Returns the possible sockets of a user's engine, the preferred one first.

    Args:
        user: id of the user; None for the user of this process.
    """
    uid = os.getuid() if user is None else user
    folders = [_home(uid) / ".local" / "state" / "impsy-tui"]
    runtime = [os.environ.get("XDG_RUNTIME_DIR", "")] if user is None else []
    runtime.append(f"/run/user/{uid}")
    service = service_folder(uid)
    folders += [Path(name) / "impsy-tui" for name in runtime if name.startswith("/") and _is_of(Path(name), uid)]
    # The engine of the service takes this folder first. For clients, the folder exists only while the service runs.
    if user is None and os.environ.get("RUNTIME_DIRECTORY") == str(service):
        folders.insert(0, service)
    elif _is_of(service, uid):
        folders.append(service)
    folders.append(Path(f"/tmp/impsy-tui-{uid}"))
    return [folder / _NAME for folder in dict.fromkeys(folders)]


def service_folder(user: int) -> Path:
    """Returns the folder that systemd makes for the socket of a user's system service."""
    return _RUN / f"impsy-tui-{user}"


def services_of_others() -> list[str]:
    """Returns the names of the other users whose engine runs as a system service."""
    found = []
    for folder in sorted(_RUN.glob("impsy-tui-*")):
        user = folder.name.rpartition("-")[2]
        if user.isdecimal() and int(user) != os.getuid() and _is_of(folder, int(user)):
            try:
                found.append(pwd.getpwuid(int(user)).pw_name)
            except (KeyError, OverflowError):
                found.append(user)
    return found


def find_socket(named: Path | None = None) -> Path | None:
    """Returns the socket of this user's engine; None if no engine runs.

    Args:
        named: socket that the user names, which is used unchanged.
    """
    if named is not None:
        return named
    return next((socket for socket in places() if _runs(socket, os.getuid())), None)


def socket_of_sudo_user() -> Path | None:
    """Returns the engine's socket of the user behind ``sudo``; None if root has an engine."""
    user = sudo_user()
    if user is None or find_socket() is not None:
        return None
    return next((socket for socket in places(user.pw_uid) if _runs(socket, user.pw_uid)), None)


def sudo_user() -> pwd.struct_passwd | None:
    """Returns the user behind ``sudo``; None without one."""
    try:
        user = pwd.getpwuid(int(os.environ.get("SUDO_UID", "")))
    except (ValueError, KeyError, OverflowError):
        return None
    return user if os.getuid() == 0 and user.pw_uid else None


def user_name() -> str:
    """Returns the user name of this process."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def holder(socket: Path) -> int | None:
    """Returns the process id of the engine that holds a socket, even if it does not answer; None without an engine.

    The id is 0 if the engine could not write it to a full disk.
    """
    try:
        lock = os.open(socket.with_suffix(".lock"), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno != errno.EWOULDBLOCK:
            return None
        written = os.read(lock, 20).decode(errors="replace").strip()
        return int(written) if written.isdecimal() else 0
    else:
        return None
    finally:
        os.close(lock)


def take(named: Path | None = None) -> tuple[Path, int]:
    """Takes the lock next to a socket; the lock ends with its process.

    Args:
        named: socket; None for the first possible one.

    Returns:
        The socket's path, and the descriptor of its lock.

    Raises:
        SocketInUseError: another engine runs.
        UserError: no socket can be made.
    """
    choices = places() if named is None else [named]
    for socket in choices:
        if (named is not None or not _distrust(socket.parent, os.getuid())) and holder(socket) is not None:
            raise _taken(socket)
    problems = []
    for socket in choices:
        try:
            _prepare(socket, is_named=named is not None)
            return socket, _lock(socket)
        except SocketInUseError:
            raise
        except UserError as problem:
            problems.append(str(problem))
    raise UserError("; ".join([*problems, "name another place with --socket"]))


def _prepare(socket: Path, *, is_named: bool) -> None:
    """Makes the folder of a socket; does not change an existing folder that the user names."""
    folder = socket.parent
    if len(os.fsencode(socket)) > _LONGEST:
        raise UserError(f"{socket} is too long for a socket: at most {_LONGEST} characters")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_named:
            return
        if problem := _distrust(folder, os.getuid(), strict=False):
            raise UserError(problem)
        folder.chmod(0o700)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}") from None


def _lock(socket: Path) -> int:
    try:
        lock = os.open(
            socket.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600
        )
    except OSError as error:
        raise UserError(f"{socket.parent} cannot be written to: {error.strerror}") from None
    try:
        if not stat.S_ISREG(os.fstat(lock).st_mode):
            raise UserError(f"{socket.with_suffix('.lock')} is not a file")
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno != errno.EWOULDBLOCK:
                    raise UserError(f"{socket.parent} cannot be locked: {error.strerror}") from None
                if attempt == _ATTEMPTS:
                    raise _taken(socket) from None
                time.sleep(_PAUSE)
    except BaseException:
        os.close(lock)
        raise
    try:
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
    except OSError:
        pass  # a full disk: the lock holds without the number
    return lock


def _taken(socket: Path) -> SocketInUseError:
    return SocketInUseError(
        f"an engine runs already (process {holder(socket) or 'unknown'}, at {socket}); "
        "end it with impsy-tui shutdown, or give this one another --socket"
    )


def _runs(socket: Path, user: int) -> bool:
    """Returns True if an engine of this user holds a socket."""
    return not _distrust(socket.parent, user) and holder(socket) is not None


def _distrust(folder: Path, user: int, *, strict: bool = True) -> str:
    """Returns the reason why a folder is not private to this user; empty if it is.

    Args:
        folder: the folder.
        user: id of the user.
        strict: True to refuse also a folder of the user that others can enter.
    """
    try:
        found = folder.lstat()
    except OSError as error:
        return f"{folder}: {error.strerror}"
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user:
        return f"{folder} belongs to another user"
    return f"{folder} is open to other users" if strict and found.st_mode & 0o077 else ""


def _home(uid: int) -> Path:
    """Returns the home of a user: ``HOME`` if it belongs to the user, because ``sudo`` can keep another one."""
    named = Path(os.environ.get("HOME", ""))
    if uid == os.getuid() and named.is_absolute() and _is_of(named, uid):
        return named
    try:
        return Path(pwd.getpwuid(uid).pw_dir)
    except KeyError:
        return named if uid == os.getuid() and named.is_absolute() else Path("/nonexistent")


def _is_of(folder: Path, uid: int) -> bool:
    try:
        return folder.stat().st_uid == uid
    except (OSError, ValueError):
        return False

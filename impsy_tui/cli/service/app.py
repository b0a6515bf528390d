"""Shell commands ``service install``, ``uninstall``, ``status`` and ``logs``."""

import grp
import os
import pwd
import shlex
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from impsy_tui.cli.example_files import config_file
from impsy_tui.cli.options import ConfigOption, LogdirOption
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.cli.service.systemd import Systemd, installed, let_linger, version
from impsy_tui.cli.service.unit import NAME, ServiceUnit
from impsy_tui.errors import UserError
from impsy_tui.installation import program

app = typer.Typer(no_args_is_help=True, help="The engine as a systemd service, which starts with the machine.")

SystemOption = Annotated[
    bool | None,
    typer.Option(
        "--system/--user",
        help="Service of the machine, or of this user.",
        show_default="--system for root, else --user; the installed one",
    ),
]
_DEVICE_GROUPS: Final = ("audio", "dialout")
_NONE: Final = "no service is installed: impsy-tui service install"


@app.command()
def install(
    config: ConfigOption = None,
    logdir: LogdirOption = Path("logs"),
    system: SystemOption = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the unit and change nothing.")] = False,
) -> None:
    """Install and start the service in this folder. It resumes the last session at each start.

    A system service runs as the user behind sudo, or else as the owner of this folder.
    """
    manager = Systemd(os.getuid() == 0 if system is None else system)
    unit = _unit(manager, config_file(config).absolute(), logdir.absolute())
    if only_print:
        say(unit.text().rstrip())
        return
    if manager.system and os.getuid():
        fail(f"a system service needs root. Type: sudo {_this_command()}")
    try:
        manager.write(unit.text())
        manager.run("daemon-reload")
        manager.run("enable", "--quiet", NAME)
        say(f"made  {manager.unit_file}")
        manager.run("restart", NAME)
    except UserError as problem:
        fail(f"{problem}\n{program()} service logs shows the output of the engine")
    say(f"the engine runs as a service: {program()} opens a console on it")
    advice = "" if manager.system else let_linger(pwd.getpwuid(os.getuid()).pw_name)
    if advice:
        say(advice)


@app.command()
def uninstall(system: SystemOption = None) -> None:
    """Stop the service and remove it. Logs, models and the saved session stay."""
    manager = _manager(system)
    if not manager.is_installed:
        fail(_NONE)
    if manager.system and os.getuid():
        fail(f"this is a system service. Type: sudo {_this_command()}")
    try:
        manager.run("disable", "--quiet", "--now", NAME)
        manager.remove()
        manager.run("daemon-reload")
    except UserError as problem:
        fail(str(problem))
    say(f"removed  {manager.unit_file}")


@app.command()
def status(system: SystemOption = None) -> None:
    """Show the state of the service; exit code 3 if it does not run."""
    manager = _manager(system)
    _show(manager, "systemctl", "status", "--no-pager", NAME)


@app.command()
def logs(
    system: SystemOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="New lines shown until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Number of lines.")] = 100,
) -> None:
    """Show the output of the service's engine."""
    words = ["--no-pager", "-o", "short-iso", "-n", str(lines), *(["-f"] if follow else []), "-u", NAME]
    manager = _manager(system)
    _show(manager, "journalctl", *words)


def _manager(system: bool | None) -> Systemd:
    if system is not None:
        return Systemd(system)
    return installed() or fail(_NONE)


def _show(manager: Systemd, command: str, *words: str) -> None:
    if not manager.is_installed:
        fail(_NONE)
    try:
        code = manager.show(command, *words)
    except UserError as problem:
        fail(str(problem))
    raise typer.Exit(code)


def _unit(manager: Systemd, config: Path, logs: Path) -> ServiceUnit:
    if not config.is_file():
        fail(f"{config}: no such file")
    folder = Path.cwd()
    command = (sys.executable, "-m", "impsy_tui", "run", "--resume", "-c", str(config), "-l", str(logs))
    if not manager.system:
        return ServiceUnit(command, folder, None, systemd=version())
    user = _user(folder)
    # The settings page writes the configuration, and a log folder elsewhere has its scenes next to it.
    writable = [] if config.parent.is_relative_to(folder) or not _belongs(config.parent, user) else [config.parent]
    writable += [] if logs.is_relative_to(folder) else [logs.parent]
    return ServiceUnit(
        command,
        folder,
        (user.pw_name, user.pw_uid),
        tuple(name for name in _DEVICE_GROUPS if _has_group(name)),
        tuple(writable),
        version(),
    )


def _user(folder: Path) -> pwd.struct_passwd:
    """Returns the user of a system service: the user behind sudo, or the owner of the folder."""
    number = os.getuid() or int(os.environ.get("SUDO_UID", "0") or 0) or folder.stat().st_uid
    try:
        return pwd.getpwuid(number)
    except (KeyError, OverflowError):
        return fail(f"the user {number} has no name on this machine: log in as the user who plays, and use sudo")


def _belongs(folder: Path, user: pwd.struct_passwd) -> bool:
    return folder.stat().st_uid == user.pw_uid


def _has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _this_command() -> str:
    """Returns the command line with the full path of the program, because ``sudo`` has another PATH."""
    return shlex.join([sys.executable, "-m", "impsy_tui", *sys.argv[1:]])

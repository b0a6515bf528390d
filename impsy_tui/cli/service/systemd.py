"""Systemd on this machine: places of units, and its commands."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from impsy_tui.cli.service.unit import NAME
from impsy_tui.errors import UserError
from impsy_tui.paths import user_folder

_SYSTEM_UNITS: Final = Path("/etc/systemd/system")


@dataclass(frozen=True, slots=True)
class Systemd:
    """Manager of services.

    Attributes:
        system: True for the manager of the machine, False for the manager of this user.
    """

    system: bool

    @property
    def unit_file(self) -> Path:
        """File of the engine's unit."""
        if self.system:
            return _SYSTEM_UNITS / NAME
        # systemd looks in $XDG_CONFIG_HOME of its own environment, which is the login's.
        return user_folder("XDG_CONFIG_HOME", ".config") / "systemd" / "user" / NAME

    @property
    def is_installed(self) -> bool:
        """True if the unit file exists."""
        return self.unit_file.is_file()

    def write(self, text: str) -> None:
        """Writes the unit file.

        Raises:
            UserError: The file cannot be written.
        """
        file = self.unit_file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            made = file.with_suffix(".new")
            made.write_text(text, encoding="utf-8")
            made.chmod(0o644)
            made.replace(file)
        except OSError as error:
            raise UserError(f"{file} cannot be written: {error.strerror or error}") from None

    def remove(self) -> None:
        """Removes the unit file.

        Raises:
            UserError: The file cannot be removed.
        """
        try:
            self.unit_file.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"{self.unit_file} cannot be removed: {error.strerror or error}") from None

    def run(self, *words: str) -> None:
        """Runs ``systemctl``.

        Raises:
            UserError: systemd is missing, or refuses.
        """
        command = self._command("systemctl", *words)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip() or f"exit code {done.returncode}"
            raise UserError(f"{' '.join(command)}: {said}")

    def show(self, program: str, *words: str) -> int:
        """Runs ``systemctl`` or ``journalctl`` in this terminal; returns its exit code.

        Raises:
            UserError: systemd is missing.
        """
        command = self._command(program, *words)
        try:
            return subprocess.run(command, check=False).returncode
        except KeyboardInterrupt:
            return 0

    def _command(self, program: str, *words: str) -> list[str]:
        if shutil.which(program) is None:
            raise UserError(f"{program} is not installed: services need systemd")
        return [program, *([] if self.system else ["--user"]), *words]


def installed() -> Systemd | None:
    """Returns the manager that has the engine's unit, this user's first; None without one."""
    return next((one for one in (Systemd(False), Systemd(True)) if one.is_installed), None)


def version() -> int:
    """Returns the version of systemd; 0 without systemd."""
    if shutil.which("systemctl") is None:
        return 0
    said = subprocess.run(["systemctl", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"systemd (\d+)", said)
    return int(found[1]) if found else 0


def let_linger(user: str) -> str:
    """Lets the services of a user start without a login; returns the advice if that is refused."""
    by_hand = f"To start it without a login, type: sudo loginctl enable-linger {user}"
    if shutil.which("loginctl") is None:
        return by_hand
    done = subprocess.run(["loginctl", "enable-linger", user], capture_output=True, check=False)
    return by_hand if done.returncode else ""

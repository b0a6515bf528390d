"""Text of the systemd unit that runs the engine."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAME: Final = "impsy-tui.service"
WATCHDOG: Final = 5
"""Seconds without a sign of the event loop after which systemd starts the engine again."""
_STEPS_SINCE: Final = 254
"""First version of systemd that waits longer after each failed start."""
_SANDBOX: Final = (
    "ProtectSystem=strict",
    "PrivateTmp=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectControlGroups=yes",
    "RestrictSUIDSGID=yes",
)
"""Limits of the system service. The unit of a user cannot have them: they need privileges."""


@dataclass(frozen=True, slots=True)
class ServiceUnit:
    """Systemd unit of the engine.

    Attributes:
        command: Command line that runs the engine.
        folder: Working folder, which the engine writes to.
        user: Name and id of the user of a system service; None for a service of the user's own manager.
        groups: Groups of the sound and serial devices on this machine.
        writable: Other folders that the engine writes to.
        systemd: Version of systemd.
    """

    command: tuple[str, ...]
    folder: Path
    user: tuple[str, int] | None
    groups: tuple[str, ...] = ()
    writable: tuple[Path, ...] = ()
    systemd: int = 0

    def text(self) -> str:
        """Returns the unit file."""
        return "\n".join([*self._head(), "", *self._service(), "", *self._install(), ""])

    def _head(self) -> list[str]:
        return [
            "# Written by impsy-tui service install, which replaces this file.",
            "[Unit]",
            "Description=impsy-tui engine",
            # A channel waits for a device or a network that is missing.
            *(["After=sound.target usb-gadget.target systemd-udev-trigger.service"] if self.user else []),
            f"RequiresMountsFor={_quoted(str(self.folder))}",
            "StartLimitIntervalSec=0",
        ]

    def _service(self) -> list[str]:
        lines = [
            "[Service]",
            "Type=notify",
            "NotifyAccess=main",
            f"ExecStart={' '.join(map(_argument, self.command))}",
            f"WorkingDirectory={_specifiers(str(self.folder))}",
            "StandardInput=null",
            "Environment=PYTHONUNBUFFERED=1",
            "Restart=on-failure",
            "RestartSec=1",
            *(["RestartSteps=5", "RestartMaxDelaySec=60"] if self.systemd >= _STEPS_SINCE else []),
            "TimeoutStartSec=180",
            "TimeoutStopSec=15",
            f"WatchdogSec={WATCHDOG}",
            # A loop that hangs cannot turn its notes off; the next engine does it when it opens the outputs.
            "WatchdogSignal=SIGKILL",
            # The engine ends its log writer and its other processes itself, after the last event.
            "KillMode=mixed",
            "LimitRTPRIO=1",
            "NoNewPrivileges=yes",
        ]
        if self.user is None:
            return lines
        name, number = self.user
        lines += [f"User={_specifiers(name)}", f"RuntimeDirectory=impsy-tui-{number}", "RuntimeDirectoryMode=0700"]
        if self.groups:
            lines.append(f"SupplementaryGroups={' '.join(self.groups)}")
        places = dict.fromkeys((self.folder, *self.writable))
        return [*lines, *_SANDBOX, f"ReadWritePaths={' '.join(_quoted(str(place)) for place in places)}"]

    def _install(self) -> list[str]:
        return ["[Install]", f"WantedBy={'multi-user.target' if self.user else 'default.target'}"]


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Returns a word of a list in a unit (``systemd.syntax(7)``)."""
    escaped = _specifiers(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if re.search(r"[\s\"'\\;]", escaped) else escaped


def _argument(word: str) -> str:
    return _quoted(word).replace("$", "$$") if word else '""'

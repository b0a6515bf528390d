"""Address of an engine on another machine, in the form of ``--remote``."""

import ipaddress
import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """Machine, and the folder of the set on it.

    Attributes:
        host: machine in the form of ``ssh``: ``user@host``, a name of its configuration, or ``ssh://user@host:port``.
        folder: absolute path, or path below the home of the user there; empty for the home.
    """

    host: str
    folder: str = ""

    @classmethod
    def parse(cls, text: str) -> "RemoteAddress":
        """Returns the parts of ``[USER@]HOST[:FOLDER]``; an IPv6 address before a folder stands in brackets."""
        user, at, _ = text.partition(":")[0].rpartition("@")
        rest = text[len(user + at) :]
        if text.startswith("ssh://") or _is_ipv6(rest):
            return cls(text)
        if rest.startswith("["):
            host, _, rest = rest[1:].partition("]")
            folder = rest.removeprefix(":")
        else:
            host, _, folder = rest.partition(":")
        return cls(user + at + host, _below_home(folder))

    @property
    def quoted(self) -> str:
        """Returns the address for a shell command on this machine."""
        host = self.host
        if self.folder and ":" in host:
            user, at, number = host.rpartition("@")
            host = f"{user}{at}[{number}]"
        return shlex.quote(f"{host}:{self.folder}" if self.folder else host)

    @property
    def where(self) -> str:
        """Returns the folder for a message."""
        return self.folder or "the home folder"


def _below_home(folder: str) -> str:
    """Returns a folder for ``cd``, relative to the home: a shell does not expand a tilde after a colon."""
    if folder == "~":
        return ""
    return folder.removeprefix("~/")


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True

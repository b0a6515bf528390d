"""The address of an engine on another machine, as the performer types it."""

import ipaddress
import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """A machine, and the folder of the set there.

    Attributes:
        host: as ``ssh`` takes it: ``user@host``, a name from its configuration, or ``ssh://user@host:port``.
        folder: absolute, or below the home of the user there; empty for that home.
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
        """The address, for a line of the shell on this side."""
        host = self.host
        if self.folder and ":" in host:
            user, at, number = host.rpartition("@")
            host = f"{user}{at}[{number}]"
        return shlex.quote(f"{host}:{self.folder}" if self.folder else host)

    @property
    def where(self) -> str:
        """The folder, for the eye."""
        return self.folder or "the home folder"


def _below_home(folder: str) -> str:
    """A folder as ``cd`` takes it, which begins at the home: a tilde is not expanded behind a colon."""
    if folder == "~":
        return ""
    return folder.removeprefix("~/")


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True

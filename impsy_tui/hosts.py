"""Check of the address or name of a machine."""

import ipaddress
import re
from typing import Final

HOSTS: Final = "an address such as 192.168.1.20, or a name such as stage.local, without a port"
"""Allowed addresses and names, in words."""
_LABEL: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def is_host(text: str) -> bool:
    """Returns True for an IP address, and for a name whose last part is not a number."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        return len(text) < 254 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return True

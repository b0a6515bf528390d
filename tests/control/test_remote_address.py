"""Addresses of engines on other machines."""

import shlex

import pytest

from impsy_tui.control.remote_address import RemoteAddress


@pytest.mark.parametrize(
    ("text", "host", "folder"),
    [
        ("stage.local", "stage.local", ""),
        ("pi@stage.local", "pi@stage.local", ""),
        ("pi@stage.local:", "pi@stage.local", ""),
        ("pi@stage.local:~", "pi@stage.local", ""),
        ("pi@stage.local:~/my set", "pi@stage.local", "my set"),
        ("pi@stage.local:/srv/a:b@c", "pi@stage.local", "/srv/a:b@c"),
        ("me@home.org@stage:set", "me@home.org@stage", "set"),
        ("::1", "::1", ""),
        ("pi@fe80::1", "pi@fe80::1", ""),
        ("pi@[fe80::1]:set", "pi@fe80::1", "set"),
        ("[::1]", "::1", ""),
        ("ssh://pi@stage.local:2222", "ssh://pi@stage.local:2222", ""),
    ],
)
def test_remote_address_is_host_and_folder(text: str, host: str, folder: str) -> None:
    address = RemoteAddress.parse(text)
    assert (address.host, address.folder) == (host, folder)
    (word,) = shlex.split(address.quoted)
    assert RemoteAddress.parse(word) == address

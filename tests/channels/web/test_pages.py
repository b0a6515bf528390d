"""Pages that the WebSocket channel serves."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
import websockets

from impsy_tui.channels.web import pages
from impsy_tui.channels.web.channel import WebSocketChannel
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.web_listener import FADERS, KEYS, answers, get, port_of, with_channel


def test_page_is_served_with_its_mapping_and_may_load_nothing_else() -> None:
    ((status, headers, page),) = answers(("GET", "/"))
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers
    assert "<title>impsy faders</title>" in page
    assert "{{" not in page
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    found = re.search(r'id="mapping">(.*?)</script>', page)
    assert found is not None
    assert json.loads(found[1])["input"] == [list(entry) for entry in FADERS]


@pytest.mark.parametrize("touches", [False, True])
def test_page_shows_a_changed_source_without_reading_a_file(
    touches: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(pages.__file__).parent / "static"
    copies = [
        Path(shutil.copy(file, tmp_path)) for suffix in ("html", "css", "js") for file in folder.glob(f"*.{suffix}")
    ]
    monkeypatch.setattr(pages, "_FOLDER", tmp_path)

    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        for copy in copies:
            copy.unlink()
        channel.set_sources("websocket", ("cc 1 1", "bend 3, cc 1 9"))
        path = "faders" if touches else ""
        _, _, page = await asyncio.to_thread(get, f"http://127.0.0.1:{port_of(url)}/{path}")
        assert '"input":[["control_change",1,1],["pitch_bend",3]]' in page

    with_channel(play, touches=touches)


def test_mapping_cannot_end_the_script_that_it_stands_in() -> None:
    ((_, _, page),) = answers(("GET", "/"), input=(("</script><script>alert(1)</script>&", 1),), output=())
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 2


def test_there_is_one_page() -> None:
    page, asked, other = answers(("GET", "/"), ("GET", "/?a=1"), ("GET", "/etc/passwd"))
    assert asked[2] == page[2]
    assert other[0] == 404


@pytest.mark.skipif(int(websockets.__version__.split(".")[0]) < 17, reason="websockets before 17 knows GET alone")
def test_page_server_refuses_other_methods() -> None:
    page, head, delete = answers(("GET", "/"), ("HEAD", "/"), ("DELETE", "/"))
    assert head[2] == ""
    assert head[1]["ETag"] == page[1]["ETag"]
    assert head[1]["Content-Length"] == str(len(page[2].encode()))
    assert delete[0] == 405
    assert delete[1]["Allow"] == "GET, HEAD"


def test_page_server_changes_the_page_with_the_mapping() -> None:
    one, other = answers(("GET", "/"))[0], answers(("GET", "/"), input=KEYS)[0]
    assert one[1]["ETag"] != other[1]["ETag"]


def test_page_has_the_first_target_of_each_dimension() -> None:
    async def play(channel: WebSocketChannel, hearing: Hearing, url: str) -> None:
        channel.set_targets("websocket", ("cc 1 74 0 100, bend 2", "", "pressure 1"))
        _, _, page = await asyncio.to_thread(get, f"http://127.0.0.1:{port_of(url)}/")
        assert '"output":[["control_change",1,74,0,100],["unused"],["channel_pressure",1]]' in page

    with_channel(play)

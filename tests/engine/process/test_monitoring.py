"""Monitoring of an engine from elsewhere: status page, heartbeat, commands of the staff."""

import asyncio
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from impsy_tui.channels.osc.packet import read_packet
from tests.support.engine.processes import Start
from tests.support.ports import free_port, free_tcp_port
from tests.support.waiting import wait_until

TOKEN = "correct horse battery"


def config(port: int, more: str = "") -> str:
    return f"""title = "Foyer"
[model]
dimension = 4
[osc]
server_port = {free_port()}
[websocket]
server_port = {port}
input = [["control_change", 1, 1], ["control_change", 1, 2], ["control_change", 1, 3]]
{more}
"""


def with_token(folder: Path, port: int, mode: int = 0o600) -> str:
    (folder / "token").write_text(f"{TOKEN}\n")
    (folder / "token").chmod(mode)
    return config(port, 'staff_token_file = "token"')


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def visit(port: int, work: Callable[[ClientConnection], Awaitable[None]], **more: Any) -> None:
    async def run() -> None:
        async with asyncio.timeout(60), connect(f"ws://127.0.0.1:{port}/staff", **more) as client:
            await work(client)

    asyncio.run(run())


async def ask(client: ClientConnection, line: str) -> dict[str, Any]:
    await client.send(line)
    answer: dict[str, Any] = json.loads(await client.recv())
    return answer


def test_status_page_tells_the_state_without_secrets(start_engine: Start, tmp_path: Path) -> None:
    port = free_tcp_port()
    engine = start_engine(with_token(tmp_path, port))
    status, text = get(port, "/status")
    found = json.loads(text)
    assert (status, found["state"], found["title"], found["silence"]) == (200, "playing", "Foyer", -1.0)
    assert [channel["name"] for channel in found["channels"]] == ["osc", "websocket"]
    assert (found["waiting"], found["log"], found["players"][0]["mode"]) == (0, True, "callresponse")
    for secret in (TOKEN, str(tmp_path), "127.0.0.1", str(port)):
        assert secret not in text
    engine.command("send", "pause")
    wait_until(lambda: json.loads(get(port, "/status")[1])["state"] == "paused")
    assert get(port, "/status", Host="attacker.example")[0] == 403


def test_heartbeat_tells_the_state_at_regular_times(start_engine: Start) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(60)
        heartbeat = f"[heartbeat]\nclient_port = {listener.getsockname()[1]}\nevery = 1\n"
        engine = start_engine(config(free_tcp_port(), heartbeat))
        beats = [read_packet(listener.recv(1024))[0] for _ in range(3)]
        assert {beat.address for beat in beats} == {"/impsy/heartbeat"}
        assert [beat.arguments[0] for beat in beats] == ["playing"] * 3
        uptimes = [beat.arguments[1] for beat in beats]
        assert uptimes == sorted(uptimes)
        assert uptimes[-1] > uptimes[0]
        engine.command("send", "pause")
        while (beat := read_packet(listener.recv(1024))[0]).arguments[0] != "paused":
            pass
        assert beat.arguments[2:] == (0, 0)


def test_staff_gives_some_commands_after_the_token(start_engine: Start, tmp_path: Path) -> None:
    port = free_tcp_port()
    engine = start_engine(with_token(tmp_path, port))
    engine.command("send", 'scene save dark; scene save "two words"')

    async def work(client: ClientConnection) -> None:
        await client.send(TOKEN)
        assert json.loads(await client.recv()) == {"choices": {"scenes": ["dark", '"two words"'], "set": ""}}
        assert (await ask(client, "mode battle"))["ok"]
        assert (await ask(client, 'scene "two words"'))["ok"]
        assert (await ask(client, "mode duet; pause"))["ok"]
        for line in ("shutdown", "temp 1", "after 1s shutdown", "def x = panic", "load m", "pause; delete log a"):
            refused = await ask(client, line)
            assert not refused["ok"]
            assert "is not for the staff. Allowed are mode, scene, next" in refused["text"]
        assert "did you mean" in (await ask(client, "moed battle"))["text"]
        for line in ("pause", "resume", "pause"):  # a line each fifth of a second is taken, and none is lost
            await client.send(line)
        assert [json.loads(await client.recv())["ok"] for _ in range(3)] == [True] * 3

    visit(port, work)
    assert "duet" in engine.command("status").stdout


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "http://attacker.example", "http://localhost:1"])
def test_staff_connects_from_its_own_page_only(start_engine: Start, tmp_path: Path, origin: str) -> None:
    port = free_tcp_port()
    start_engine(with_token(tmp_path, port))
    own = "{port}" in origin

    async def work(client: ClientConnection) -> None:
        await client.send(TOKEN)
        assert "choices" in json.loads(await client.recv())

    if own:
        visit(port, work, origin=origin.format(port=port))
    else:
        with pytest.raises(InvalidStatus, match="403"):
            visit(port, work, origin=origin)


def test_staff_with_a_wrong_token_is_refused_and_must_wait(start_engine: Start, tmp_path: Path) -> None:
    port = free_tcp_port()
    engine = start_engine(with_token(tmp_path, port))

    async def refused(client: ClientConnection, token: str | bytes) -> int:
        await client.send(token)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    async def attack(client: ClientConnection) -> None:
        assert await refused(client, "wrong") == 4401

    async def right_too_early(client: ClientConnection) -> None:
        assert await refused(client, TOKEN) == 4429

    visit(port, attack)
    visit(port, right_too_early)
    wait_until(lambda: "sent a wrong token to the staff page: refused" in engine.said())
    assert TOKEN not in engine.said()

    async def later(client: ClientConnection) -> None:
        await client.send(TOKEN)
        assert "choices" in json.loads(await client.recv())

    def opens() -> bool:
        try:
            visit(port, later)
        except ConnectionClosed:
            return False
        return True

    wait_until(opens)


@pytest.mark.parametrize(
    ("token", "mode", "problem"),
    [("short", 0o600, "shorter than 16 characters"), (TOKEN, 0o644, "may be read by other users: chmod 600 token")],
)
def test_staff_page_is_missing_without_a_safe_token(
    start_engine: Start, tmp_path: Path, token: str, mode: int, problem: str
) -> None:
    port = free_tcp_port()
    text = with_token(tmp_path, port, mode)
    (tmp_path / "token").write_text(token)
    engine = start_engine(text)
    assert problem in engine.said()
    assert get(port, "/staff")[0] == 404
    assert get(port, "/status")[0] == 200


def test_staff_page_is_missing_without_a_token(start_engine: Start) -> None:
    port = free_tcp_port()
    start_engine(config(port))
    assert get(port, "/staff")[0] == 404
    with pytest.raises(InvalidStatus, match="403"):
        visit(port, lambda client: client.send(TOKEN))


def test_staff_token_may_come_from_the_environment(start_engine: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPSY_TUI_STAFF_TOKEN", TOKEN)
    port = free_tcp_port()
    start_engine(config(port))

    async def work(client: ClientConnection) -> None:
        await client.send(TOKEN)
        assert "choices" in json.loads(await client.recv())

    visit(port, work)

"""`awaithumans dev` on a machine that has never seen it."""

import asyncio
import base64
import json
import stat
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from awaithumans.server.outbox.signing import webhook_key
from tests.support.bodies import refund
from tests.support.process import DevProcess, ServerProcess, run
from tests.support.receiver import receiver

SERVING_WITHIN = 5.0


@pytest.fixture
def dev(tmp_path: Path) -> Any:
    server = DevProcess(tmp_path)
    yield server
    server.kill()


def discovery(home: Path) -> dict[str, Any]:
    return json.loads((home / ".awaithumans-dev.json").read_text())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.quiet
def test_it_generates_everything_and_says_where_the_server_is(dev: DevProcess) -> None:
    began = time.monotonic()
    dev.start()
    serving = time.monotonic() - began
    print(f"\n`awaithumans dev` in an empty home: serving after {serving:.2f} s")
    assert serving <= SERVING_WITHIN
    found = discovery(dev.home)
    assert found.keys() == {"url", "admin_api_token", "pid"}
    assert found["url"] == f"http://localhost:{dev.port}"
    assert found["pid"] == dev.pid
    assert len(found["admin_api_token"]) >= 32
    headers = {"Authorization": f"Bearer {found['admin_api_token']}"}
    made = httpx.post(f"{dev.url}/api/tasks", json=refund(), headers=headers, timeout=40)
    assert made.status_code == 201
    data = dev.home / ".awaithumans"
    assert mode(data) == 0o700
    assert mode(dev.home / ".awaithumans-dev.json") == 0o600
    assert mode(data / "dev.json") == 0o600
    assert mode(data / "awaithumans.db") == 0o600


def test_it_prints_what_to_do_next(dev: DevProcess) -> None:
    dev.start()
    shown = dev.printed("Press Ctrl-C")
    assert f"serving on http://localhost:{dev.port}" in shown
    assert f"http://localhost:{dev.port}/setup?token=" in shown
    assert "awaithumans inbox" in shown
    assert f"http://localhost:{dev.port}/api/docs" in shown
    assert str(dev.home / ".awaithumans" / "awaithumans.db") in shown
    assert discovery(dev.home)["admin_api_token"] not in shown


def test_the_setup_link_makes_the_first_operator_once(dev: DevProcess) -> None:
    dev.start()
    token = dev.printed("data ").split("/setup?token=")[1].split()[0]
    body = {"token": token, "email": "olga@example.com", "password": "correct horse battery"}
    made = httpx.post(f"{dev.url}/api/setup/operator", json=body, timeout=40)
    assert made.status_code == 201
    assert httpx.post(f"{dev.url}/api/setup/operator", json=body, timeout=40).status_code == 409
    assert dev.stop() == 0
    dev.log.write_text("")
    dev.start()
    assert "/setup?token=" not in dev.printed("Press Ctrl-C")


def test_the_discovery_file_goes_with_the_server_and_the_token_stays(dev: DevProcess) -> None:
    dev.start()
    first = discovery(dev.home)
    assert dev.stop() == 0
    assert not (dev.home / ".awaithumans-dev.json").exists()
    dev.start()
    assert discovery(dev.home)["admin_api_token"] == first["admin_api_token"]
    dev.kill()
    assert discovery(dev.home)["admin_api_token"] == first["admin_api_token"]
    dev.start()
    assert discovery(dev.home)["pid"] == dev.pid


def test_the_discovery_file_of_another_server_is_left_alone(dev: DevProcess) -> None:
    dev.start()
    theirs = json.dumps({"url": "http://localhost:1", "admin_api_token": "x", "pid": 1})
    (dev.home / ".awaithumans-dev.json").write_text(theirs)
    assert dev.stop() == 0
    assert (dev.home / ".awaithumans-dev.json").read_text() == theirs


@pytest.mark.parametrize("content", ["[]", "null", "half a {", ""])
def test_a_discovery_file_that_holds_something_else_does_not_matter(
    dev: DevProcess, content: str
) -> None:
    file = dev.home / ".awaithumans-dev.json"
    file.write_text(content)
    dev.start()
    assert discovery(dev.home)["pid"] == dev.pid
    file.write_text(content)
    assert dev.stop() == 0
    assert "Traceback" not in dev.output()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"admin_api_token": "only this one"}',
        b'{"admin_api_token": 5, "payload_key": null}',
        b'{"admin_api_token": "", "payload_key": ""}',
    ],
)
def test_a_corrupt_file_of_keys_is_replaced(dev: DevProcess, content: bytes) -> None:
    keys = dev.home / ".awaithumans" / "dev.json"
    keys.parent.mkdir()
    keys.write_bytes(content)
    dev.start()
    made = json.loads(keys.read_text())
    assert made.keys() == {"admin_api_token", "payload_key"}
    assert discovery(dev.home)["admin_api_token"] == made["admin_api_token"]
    assert len(made["admin_api_token"]) >= 32
    assert mode(keys) == 0o600
    assert [file.name for file in keys.parent.glob("dev.json*")] == ["dev.json"]
    assert "Traceback" not in dev.output()


def test_a_token_that_is_set_wins_over_the_generated_one(tmp_path: Path) -> None:
    dev = DevProcess(tmp_path, AWAITHUMANS_ADMIN_API_TOKEN="a token of my own").start()
    try:
        assert discovery(tmp_path)["admin_api_token"] == "a token of my own"
    finally:
        dev.kill()


def test_a_home_that_cannot_be_written_is_a_warning_that_says_what_to_do(tmp_path: Path) -> None:
    dev = DevProcess(tmp_path, HOME="/proc/nope", AWAITHUMANS_DATA_DIR=str(tmp_path / "data"))
    try:
        dev.start()
        (warning,) = [line for line in dev.output().splitlines() if "warning" in line]
        assert "can't write /proc/nope/.awaithumans-dev.json" in warning
        assert "AWAITHUMANS_URL and AWAITHUMANS_ADMIN_API_TOKEN" in warning
        assert dev.stop() == 0
    finally:
        dev.kill()


def test_a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on(
    dev: DevProcess,
) -> None:
    dev.start()
    second = run(dev.home, "dev", "--port", str(ServerProcess(dev.home).port))
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert "Another server runs on" in line
    assert "AWAITHUMANS_DATA_DIR" in line
    assert discovery(dev.home)["pid"] == dev.pid
    assert httpx.get(f"{dev.url}/api/ready").status_code == 200


async def test_webhooks_go_to_this_machine_signed_with_a_key_that_stays(dev: DevProcess) -> None:
    async with receiver() as there:
        for _ in range(2):
            await asyncio.to_thread(dev.start)
            headers = {"Authorization": f"Bearer {discovery(dev.home)['admin_api_token']}"}
            async with httpx.AsyncClient(base_url=dev.url, headers=headers, timeout=40) as client:
                made = await client.post("/api/tasks", json=refund(callback_url=there.url))
                await client.post(f"/api/tasks/{made.json()['id']}/cancel")
            await there.got(len(there.calls) + 1, within=20)
            await asyncio.to_thread(dev.stop)
    key = json.loads((dev.home / ".awaithumans" / "dev.json").read_text())["payload_key"]
    secret = base64.b64encode(webhook_key(base64.urlsafe_b64decode(key))).decode()
    for call in there.calls:
        Webhook(f"whsec_{secret}").verify(call.body, call.headers)

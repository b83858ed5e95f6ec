"""What people and agents have survives the server's end, and so does what was refused to them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.bodies import APPROVED, refund
from tests.support.process import ServerProcess

_PASSWORD = "correct horse battery"
_SUE = {"email": "sue@example.com", "password": _PASSWORD}


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path).start()
    with process.client() as client:
        assert client.post("/api/admin/users", json=_SUE).status_code == 201
    yield process
    process.kill()


def _login(server: ServerProcess, password: str = _PASSWORD, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = _SUE | {"password": password}
    return httpx.post(f"{server.url}/api/auth/login", json=body, headers=named, timeout=40)


def _restart(server: ServerProcess) -> None:
    server.kill()
    server.start()


def test_a_session_and_a_key_are_good_after_a_power_cut(plain: ServerProcess) -> None:
    with plain.client() as client:
        key = client.post("/api/admin/keys", json={"name": "agent"}).json()["key"]
        revoked = client.post("/api/admin/keys", json={"name": "old"}).json()
        client.delete(f"/api/admin/keys/{revoked['id']}")
        task = client.post("/api/tasks", json=refund(assign_to={"email": "sue@example.com"})).json()
    cookies = dict(_login(plain).cookies)
    gone = dict(_login(plain).cookies)
    httpx.post(f"{plain.url}/api/auth/logout", cookies=gone)
    _restart(plain)
    with httpx.Client(base_url=plain.url, cookies=cookies) as sue:
        done = sue.post(f"/api/tasks/{task['id']}/complete", json=APPROVED)
        assert (done.status_code, done.json()["completed_by_email"]) == (200, "sue@example.com")
    assert httpx.get(f"{plain.url}/api/auth/me", cookies=gone).status_code == 401
    for token, status in ((key, 200), (revoked["key"], 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{plain.url}/api/auth/me", headers=headers).status_code == status


def test_the_failures_of_before_a_power_cut_count_and_a_known_browser_gets_in(
    plain: ServerProcess,
) -> None:
    known = dict(_login(plain).cookies)
    for number in range(10):
        assert _login(plain, "wrong", X_Forwarded_For=f"192.0.2.{number}").status_code == 401
    _restart(plain)
    refused = _login(plain, X_Forwarded_For="192.0.2.99")
    assert (refused.status_code, refused.json()["error_code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    login = httpx.post(f"{plain.url}/api/auth/login", json=_SUE, cookies=known, timeout=40)
    assert login.status_code == 200


def test_a_trusted_proxy_tells_who_is_who(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, AWAITHUMANS_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8").start()
    try:
        with server.client() as client:
            client.post("/api/admin/users", json=_SUE)
        for number in range(10):
            forwarded = f"192.0.2.{number}, 198.51.100.7, 10.0.0.3"
            assert _login(server, "wrong", X_Forwarded_For=forwarded).status_code == 401
        assert _login(server, X_Forwarded_For="198.51.100.7").status_code == 429
        assert _login(server, X_Forwarded_For="203.0.113.9").status_code == 200
    finally:
        server.kill()

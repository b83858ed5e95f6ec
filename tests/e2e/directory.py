"""The people of a server, as its API sees them."""

import json
from typing import Any

import httpx

from tests.e2e.terminal import without_terminal
from tests.support.process import ServerProcess

PASSWORD = "correct horse battery staple"


def look(server: ServerProcess, email: str) -> dict[str, Any] | None:
    """Return the person with this address, if there is one."""
    with server.client() as client:
        found = client.get("/api/admin/users", params={"email": email}).raise_for_status()
    return next(iter(found.json()["items"]), None)


def add(server: ServerProcess, email: str, *more: str) -> dict[str, Any]:
    """Add a person with the command; return what it prints."""
    done = without_terminal(server, "add-user", "--email", email, "--json", *more)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def signs_in(server: ServerProcess, email: str, password: str) -> bool:
    """Say whether this person gets in with this password."""
    sent = {"email": email, "password": password}
    return httpx.post(f"{server.url}/api/auth/login", json=sent, timeout=40).status_code == 200

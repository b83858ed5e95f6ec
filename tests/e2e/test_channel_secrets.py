"""What channels and verifiers get in with, and what messages let in with, stays secret (S10)."""

import json
import re
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from awaithumans.server.clock import SystemClock
from tests.e2e.watched import Watched, new_secret, set_up, try_everything, watched_server
from tests.support.bodies import APPROVED, refund, yes_or_no
from tests.support.slack_requests import block_action, form, signed

_SLACK, _EMAIL, _LINKS = "/api/channels/slack", "/api/channels/email", "/api/links"
_VENDORS = {
    "claude": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "azure_openai": "AZURE_OPENAI_API_KEY",
}
_SETTINGS = (
    *("SMTP_PASSWORD", "RESEND_API_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    *("SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET"),
)

# These are sent at once; a secret of the client is with a code of an installation alone.
_TOKENS = ("AWAITHUMANS_SLACK_BOT_TOKEN", "AWAITHUMANS_SLACK_APP_TOKEN")


class _Echo(BaseHTTPRequestHandler):
    """A vendor that refuses everything, and repeats what it was sent, secrets and all."""

    heard: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Refuse what was sent."""
        sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = f"{self.path} {self.headers} {sent}"
        self.heard.append(told)
        words: dict[str, Any] = {"message": told, "type": told, "code": told, "status": told}
        body = json.dumps({"ok": False, **words, "name": told, "error": words}).encode()
        self.send_response(400)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 -- the library's name

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 -- the library's name
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of a vendor that repeats what it was sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _given(echo: str) -> dict[str, str]:
    """Return settings with a secret wherever one can be, and every vendor at one address."""
    names = [f"AWAITHUMANS_{name}" for name in _SETTINGS] + list(_VENDORS.values())
    secrets = {name: f"canary-setting-{number}-4711" for number, name in enumerate(names)}
    secrets["AWAITHUMANS_SLACK_BOT_TOKEN"] = "xoxb-canary-4711"
    secrets["AWAITHUMANS_SLACK_APP_TOKEN"] = "xapp-canary-4711"
    vendors = ("RESEND", "SLACK", "ANTHROPIC", "OPENAI", "GEMINI", "AZURE_OPENAI")
    return secrets | {
        "AWAITHUMANS_EMAIL_TRANSPORT": "file",
        "AWAITHUMANS_EMAIL_FROM": "reviews@example.com",
        "AWAITHUMANS_EMAIL_REPLY_TO": "answers@example.com",
        "AWAITHUMANS_SLACK_CLIENT_ID": "111.222",
        "AWAITHUMANS_LOG_LEVEL": "debug",
        **{f"AWAITHUMANS_{name}_URL": echo for name in vendors},
    }


@pytest.fixture
def watched(tmp_path: Path, echo: str) -> Iterator[Watched]:
    given = _given(echo)
    with watched_server(tmp_path, **given) as made:
        made.secrets |= {value for value in given.values() if "canary" in value}
        yield made


def _senders(watched: Watched, operator: httpx.Client) -> None:
    """Add senders with secrets, look at them, try them, and remove one."""
    ids: list[str] = []
    for number in range(3):
        password, key = new_secret(watched, "smtp"), new_secret(watched, "resend")
        watched.secrets.add(b64encode(password.encode()).decode())
        smtp = {"host": "127.0.0.1", "port": 9, "security": "none", "username": "u"}
        both: tuple[dict[str, Any], ...] = (
            {"transport": "smtp", "smtp": {**smtp, "password": password}},
            {"transport": "resend", "resend": {"api_key": key}},
        )
        for one in both:
            name = f"{one['transport']}{number}"
            body = {"name": name, "sender": "a@example.com", **one}
            made = operator.post(f"{_EMAIL}/identities", json=body)
            assert made.status_code == 201, made.text
            ids.append(made.json()["id"])
            assert operator.post(f"{_EMAIL}/identities", json=body).status_code == 409
            wrong = {**body, "name": f"{name}b", "sender": password}
            assert operator.post(f"{_EMAIL}/identities", json=wrong).status_code == 422
            tried = {"to": "sue@example.com", "identity": name}
            told = operator.post(f"{_EMAIL}/test", json=tried)
            assert (told.status_code, told.json()["ok"]) == (200, False)
            assert operator.get(f"{_EMAIL}/identities/{ids[-1]}").status_code == 200
    assert operator.get(f"{_EMAIL}/identities").status_code == 200
    assert operator.delete(f"{_EMAIL}/identities/{ids[0]}").status_code == 204


def _asked(watched: Watched, operator: httpx.Client) -> list[str]:
    """Have people asked in each way, and models; return the tasks, when all of it was tried."""
    notify = ["email:sue@example.com", "email+resend1:sue@example.com", "slack:#refunds"]
    tasks: list[str] = []
    for provider in _VENDORS:
        config = {"provider": provider, "model": "m", "instructions": "x", "max_attempts": 2}
        for body in (refund(verifier_config=config), yes_or_no(notify=notify)):
            made = operator.post("/api/tasks", json=body | {"notify": notify})
            assert made.status_code == 201, made.text
            tasks.append(f"/api/tasks/{made.json()['id']}")
        assert operator.post(f"{tasks[-2]}/complete?wait=0", json=APPROVED).status_code == 200
    _until(lambda: all(_tried(operator, task) for task in tasks))
    return tasks


def _tried(operator: httpx.Client, task: str) -> bool:
    told = operator.get(task).json()["notifications"]
    return len(told) == 3 and all(one["attempts"] for one in told)


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _in_mails(watched: Watched) -> tuple[list[str], list[str], list[str]]:
    """Return the secrets of the links to open and to answer, and the addresses of replies."""
    mails = [path.read_text() for path in (watched.server.home / "data" / "mails").iterdir()]
    found = [
        sorted({each for mail in mails for each in re.findall(pattern, mail)})
        for pattern in (r"/api/links/([\w-]+)", r"/email/action/([\w-]+)", r"answers\+([\w-]+)@")
    ]
    for secrets in found:
        watched.secrets |= set(secrets)
    return found[0], found[1], found[2]


def _enter_with(watched: Watched, stranger: httpx.Client, secret: str) -> None:
    """Send a secret of a link or of an address wherever somebody might."""
    for path in (f"{_LINKS}/{secret}", f"{_EMAIL}/action/{secret}"):
        for rest in ("", "?choice=9", "/more", f"/{secret}"):
            for method in ("GET", "HEAD", "PUT"):
                stranger.request(method, path + rest)
    for path in ("/api/auth/me", "/api/tasks", f"/task/{secret}", f"/{secret}"):
        watched.bearer(secret).get(path)


def _from_slack(stranger: httpx.Client, secret: str, signing: str) -> None:
    """Send what Slack could have sent, and nearly did, with a secret everywhere."""
    press = block_action({"action_id": secret, "value": secret}, response_url=secret)
    for body in (
        form(press),
        form({"type": secret}),
        secret.encode(),
        b"payload=" + secret.encode(),
    ):
        for proof in (signed(body, signing, SystemClock().now()), {"X-Slack-Signature": secret}):
            for path in ("interactions", "events"):
                stranger.post(f"{_SLACK}/{path}", content=body, headers=proof)
    for path in (f"code={secret}&state={secret}", f"error={secret}&state={secret}"):
        stranger.get(f"{_SLACK}/oauth/callback?{path}")


def test_no_secret_of_a_channel_or_a_verifier_comes_out(watched: Watched) -> None:
    operator, stranger = set_up(watched), watched.browser()
    _senders(watched, operator)
    tasks = _asked(watched, operator)
    opening, answering, replying = _in_mails(watched)
    assert min(map(len, (opening, answering, replying))) >= 4
    for secret in (*opening, *answering, *replying):
        _enter_with(watched, stranger, secret)
    for token in replying:
        mail = f"From: sue@example.com\r\nTo: answers+{token}@example.com\r\n\r\nYes".encode()
        watched.bearer(_admin(watched)).post(
            f"{_EMAIL}/inbound", content=mail, headers={"content-type": "message/rfc822"}
        )
    for token in opening[:2]:
        assert stranger.post(f"{_LINKS}/{token}").status_code == 303
    for token in answering[:2]:
        assert stranger.post(f"{_EMAIL}/action/{token}?choice=0").status_code in (200, 409)
    signing = watched.server.environment["AWAITHUMANS_SLACK_SIGNING_SECRET"]
    for client in (stranger, operator):
        _from_slack(client, new_secret(watched, "slack"), signing)
        try_everything(watched, client, tasks[0].rpartition("/")[2])
    for path in (*tasks, *(f"{task}/audit" for task in tasks), "/api/status", "/metrics"):
        assert operator.get(path).status_code == 200
    for one in operator.get("/api/admin/webhook-deliveries?limit=200").json()["items"]:
        assert operator.get(f"/api/admin/webhook-deliveries/{one['id']}").status_code == 200
    operator.post(f"{_SLACK}/test", json={"target": "slack:#refunds"})
    operator.get(f"{_SLACK}/installations/T0ACME0/members")
    assert operator.get(f"{_SLACK}/installations").status_code == 200
    assert len(watched.secrets) >= 30
    # Vendors were told their secrets: there was something to repeat.
    used = [watched.server.environment[name] for name in (*_VENDORS.values(), *_TOKENS)]
    _until(lambda: all(any(each in told for told in _Echo.heard) for each in used))
    assert watched.leaks() == []
    assert watched.server.stop() == 0
    assert watched.leaks() == []
    assert "Traceback" not in watched.server.output()


def _admin(watched: Watched) -> str:
    return watched.server.environment["AWAITHUMANS_ADMIN_API_TOKEN"]

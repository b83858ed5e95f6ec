"""Named senders: added, chosen, removed; their secrets are kept sealed and shown to nobody."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.mailing import Mailing, links_in, mailing
from tests.support.process import PAYLOAD_KEY
from tests.support.resend import API_KEY, resend_api
from tests.support.smtp import MailServer, smtp_server

PATH = "/api/channels/email/identities"
PASSWORD = "canary-smtp-password-4711"
OTHER_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
UNSET: dict[str, Any] = dict.fromkeys(
    ("email_transport", "email_from", "smtp_host", "smtp_port", "smtp_security")
) | {"smtp_security": "starttls"}


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where the server keeps its data."""
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


@asynccontextmanager
async def without_default(folder: Path, **settings: Any) -> AsyncGenerator[Mailing]:
    async with mailing(folder, **(UNSET | settings)) as there:
        yield there


def by_smtp(name: str, mails: MailServer, **changes: Any) -> dict[str, Any]:
    smtp = {"host": mails.host, "port": mails.port, "security": "none"}
    sender = f"{name.title()} <{name}@example.com>"
    return {"name": name, "sender": sender, "transport": "smtp", "smtp": smtp} | changes


async def added(there: Mailing, body: dict[str, Any]) -> dict[str, Any]:
    answer = await there.served.client.post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_only_sender_is_the_default_until_there_is_another(
    tmp_path: Path, stored: dict[str, Any]
):
    async with without_default(tmp_path / "data", **stored) as there:
        support = await added(there, by_smtp("support", there.mails))
        assert support["is_default"] is True
        assert support["detail"] == f"127.0.0.1:{there.mails.port}, none"
        listed = (await there.served.client.get(PATH)).json()
        assert listed == {"items": [support], "default_sender": "Support <support@example.com>"}
        path = await there.asks("email:sue@example.com")
        await there.told(path, "delivered")
        sales = await added(there, by_smtp("sales", there.mails))
        assert sales["is_default"] is False
        listed = (await there.served.client.get(PATH)).json()
        assert [one["name"] for one in listed["items"]] == ["sales", "support"]
        assert listed["default_sender"] is None
        path = await there.asks("email:sue@example.com", "email+Sales:sue@example.com")
        guessed, named = await there.told(path, "abandoned", "delivered")
        assert "none is the default" in guessed["last_error"]
        assert (named["target"], named["attempts"]) == ("email+Sales:sue@example.com", 1)
        gone = await there.served.client.delete(f"{PATH}/{sales['id']}")
        assert gone.status_code == 204
        assert (await there.served.client.get(f"{PATH}/{sales['id']}")).status_code == 404
        assert (await there.served.client.delete(f"{PATH}/{sales['id']}")).status_code == 404
        path = await there.asks("email+sales:sue@example.com")
        (removed,) = await there.told(path, "abandoned")
        assert "there is no sender named sales" in removed["last_error"]
        (line,) = await there.history(path, "notification_failed")
        assert "there is no sender named sales" in line["extra_data"]["reason"]
    assert [mail.sender for mail in there.mails.mails] == [
        "support@example.com",
        "sales@example.com",
    ]


async def test_the_environments_sender_is_the_default_whoever_else_there_is(
    tmp_path: Path, stored: dict[str, Any]
):
    async with mailing(tmp_path / "data", **stored) as there, smtp_server() as other:
        named = await added(there, by_smtp("support", other))
        assert named["is_default"] is False
        path = await there.asks("email:sue@example.com", "email+support:joe@example.com")
        await there.told(path, "delivered", "delivered")
        tried = await there.served.client.post(
            "/api/channels/email/test", json={"to": "ann@example.com", "identity": "support"}
        )
        assert tried.json()["ok"] is True
    assert [mail.recipients for mail in there.mails.mails] == [("sue@example.com",)]
    assert [mail.recipients for mail in other.mails] == [("joe@example.com",), ("ann@example.com",)]


async def test_a_name_is_taken_once(tmp_path: Path, stored: dict[str, Any]):
    async with without_default(tmp_path / "data", **stored) as there:
        await added(there, by_smtp("support", there.mails))
        again = await there.served.client.post(PATH, json=by_smtp("support", there.mails))
    assert (again.status_code, again.json()["error_code"]) == (409, "EMAIL_IDENTITY_EXISTS")


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"sender": "nobody at all"}, ["body", "sender"]),
        ({"smtp": None}, ["body", "smtp"]),
        ({"transport": "resend"}, ["body", "resend"]),
        ({"transport": "resend", "resend": {"api_key": "a b"}}, ["body", "resend", "api_key"]),
        ({"smtp": {"host": "a b"}}, ["body", "smtp", "host"]),
        ({"smtp": {"host": "a.example", "username": "me"}}, ["body", "smtp", "password"]),
        (
            {"smtp": {"host": "a.example", "security": "none", "username": "me", "password": "x"}},
            ["body", "smtp", "security"],
        ),
    ],
)
async def test_a_sender_that_could_send_nothing_is_refused_field_by_field(
    tmp_path: Path, changes: dict[str, Any], loc: list[str]
):
    async with without_default(tmp_path / "data") as there:
        answer = await there.served.client.post(
            PATH, json=by_smtp("support", there.mails, **changes)
        )
        assert (await there.served.client.get(PATH)).json()["items"] == []
    assert (answer.status_code, answer.json()["error_code"]) == (422, "EMAIL_IDENTITY_INVALID")
    assert [error["loc"] for error in answer.json()["errors"]] == [loc]


@pytest.mark.parametrize(
    "changes",
    [
        {"transport": "file", "file": {"folder": "/etc"}},
        {"transport": "log"},
        {"transport": "resend", "resend": {"api_key": "re_1", "base_url": "http://169.254.1.1"}},
        {"name": "Support"},
        {"name": "sup port"},
    ],
)
async def test_what_would_write_or_reach_anywhere_is_no_sender(
    tmp_path: Path, changes: dict[str, Any]
):
    async with without_default(tmp_path / "data") as there:
        body = by_smtp("support", there.mails) | changes
        answer = await there.served.client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "VALIDATION_ERROR")


async def test_without_a_key_no_secret_is_taken(tmp_path: Path):
    async with without_default(tmp_path / "data", payload_key=None) as there:
        answer = await there.served.client.post(PATH, json=by_smtp("support", there.mails))
    assert (answer.status_code, answer.json()["error_code"]) == (501, "FEATURE_NOT_AVAILABLE")


async def test_keys_can_be_rotated_and_a_lost_one_is_said(tmp_path: Path):
    login = ("me", PASSWORD)
    async with smtp_server("none", login=login) as mails:
        smtp = {"host": mails.host, "port": mails.port, "security": "none"}
        body = by_smtp("support", mails, smtp=smtp | {"username": "me", "password": PASSWORD})
        async with without_default(tmp_path / "data") as there:
            await added(there, body)
        async with without_default(
            tmp_path / "data", payload_key=f"{OTHER_KEY},{PAYLOAD_KEY}"
        ) as there:
            await there.told(await there.asks(), "delivered")
        (mail,) = mails.mails
        assert mail.signed_in
        async with without_default(tmp_path / "data", payload_key=OTHER_KEY) as there:
            (told,) = await there.told(await there.asks(), "abandoned")
            assert "payload key" in told["last_error"]
            (shown,) = (await there.served.client.get(PATH)).json()["items"]
            assert "payload key" in shown["detail"]
            gone = await there.served.client.delete(f"{PATH}/{shown['id']}")
            assert gone.status_code == 204


async def test_resend_is_where_the_setting_says_and_a_second_attempt_counts_as_the_first(
    tmp_path: Path,
):
    async with (
        resend_api() as vendor,
        without_default(tmp_path / "data", resend_url=vendor.base_url) as there,
    ):
        made = await added(
            there,
            {
                "name": "bulk",
                "sender": "Bulk <bulk@example.com>",
                "transport": "resend",
                "resend": {"api_key": API_KEY},
            },
        )
        assert made["detail"].startswith("Resend at 127.0.0.1:")
        path = await there.asks()
        (told,) = await there.told(path, "delivered")
        assert list(vendor.sent) == [told["delivery_id"]]
        # As if the process had died before it could say so.
        await there.served.store.write(lambda tx: _forget(tx, told["delivery_id"]))
        there.later(61)
        await there.told(path, "delivered")
        assert len(vendor.calls) == 2
        assert len(vendor.sent) == 1


def _forget(tx: Any, delivery_id: str) -> None:
    before = tx.delivery(delivery_id)
    after = replace(
        before, status="pending", attempts=0, next_attempt_at=before.since, delivered_at=None
    )
    assert tx.save_delivery(before, after)


async def test_secrets_are_nowhere_to_be_read(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """S10: passwords, keys, and what opens the links in mails."""
    caplog.set_level("DEBUG")
    # The other side of the conversation: what it writes down is not ours.
    caplog.set_level("WARNING", "mail.log")
    seen: list[str] = []

    async def note(response: httpx.Response) -> None:
        seen.append((await response.aread()).decode())

    async with (
        resend_api() as vendor,
        without_default(tmp_path / "data", resend_url=vendor.base_url) as there,
    ):
        there.served.client.event_hooks["response"].append(note)
        smtp = {"host": there.mails.host, "port": there.mails.port, "security": "none"}
        await added(
            there,
            by_smtp("support", there.mails, smtp=smtp | {"username": "me", "password": PASSWORD}),
        )
        bulk = {"name": "bulk", "sender": "b@example.com", "transport": "resend"}
        await added(there, bulk | {"resend": {"api_key": "re_canary_4711"}})
        # The one takes no password, the other knows the key not: both say so.
        targets = ("email+support:sue@example.com", "email+bulk:sue@example.com")
        path = await there.asks(*targets)
        while len(await there.history(path, "notification_failed")) < len(targets):
            await asyncio.sleep(0.02)
        async with smtp_server() as open_to_all:
            await added(there, by_smtp("open", open_to_all))
            quoted = await there.asks("email+open:sue@example.com")
            (mail,) = await open_to_all.got()
            tokens = {link.rpartition("/")[2].partition("?")[0] for link in links_in(mail)}
            await there.told(quoted, "delivered")
        for where in (PATH, path, f"{path}/audit", quoted, f"{quoted}/audit", "/api/status"):
            await there.served.client.get(where)
        listed = await there.served.client.get("/api/admin/webhook-deliveries")
        for one in listed.json()["items"]:
            await there.served.client.get(f"/api/admin/webhook-deliveries/{one['id']}")
        for bad in ({"name": "support"}, {"smtp": smtp | {"username": "me"}}):
            body = by_smtp("x", there.mails, smtp=smtp | {"password": PASSWORD})
            await there.served.client.post(PATH, json=body | bad)
    assert vendor.sent == {}
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").glob("*.db*"))
    for secret in (PASSWORD, "re_canary_4711", *tokens):
        assert secret not in caplog.text
        assert not any(secret in text for text in seen)
        assert secret.encode() not in kept
    assert len(tokens) == 2

"""Mails of real server processes: two on one database, kill -9, and starts by half."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from tests.support.bodies import refund
from tests.support.mailing import LEASE, SENDER
from tests.support.postgres import Postgres
from tests.support.process import ServerProcess, run
from tests.support.smtp import MailServer, smtp_server


def environment(mails: MailServer) -> dict[str, str]:
    return {
        "AWAITHUMANS_EMAIL_TRANSPORT": "smtp",
        "AWAITHUMANS_EMAIL_FROM": SENDER,
        "AWAITHUMANS_SMTP_HOST": mails.host,
        "AWAITHUMANS_SMTP_PORT": str(mails.port),
        "AWAITHUMANS_SMTP_SECURITY": "none",
    }


async def test_two_servers_send_each_mail_once(tmp_path: Path, databases: Postgres):
    wanted = 60
    with databases.empty() as url:
        async with smtp_server() as mails:
            servers: list[ServerProcess] = []
            for name in ("one", "other"):
                (tmp_path / name).mkdir()
                settings = environment(mails) | {"AWAITHUMANS_DATABASE_URL": url}
                servers.append(ServerProcess(tmp_path / name, **settings))
            try:
                for server in servers:
                    server.launch()
                for server in servers:
                    await asyncio.to_thread(server.wait_until_ready, 60)
                async with servers[0].async_client() as one, servers[1].async_client() as other:
                    for number in range(wanted):
                        body = refund(notify=[f"email:person{number}@example.com"])
                        made = await (one, other)[number % 2].post("/api/tasks", json=body)
                        assert made.status_code == 201, made.text
                    await mails.got(wanted, within=60)
                    await _until_nothing_is_owed(one)
            finally:
                for server in servers:
                    server.kill()
    assert sorted(mail.recipients[0] for mail in mails.mails) == sorted(
        f"person{number}@example.com" for number in range(wanted)
    )
    assert all("Traceback" not in server.output() for server in servers)


async def _until_nothing_is_owed(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + 30
    while (await client.get("/api/status")).json()["outbox"]["pending"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_a_mail_that_a_process_was_killed_over_is_sent_by_the_next(tmp_path: Path):
    async with smtp_server(hangs_at="recipient") as mails:
        server = await asyncio.to_thread(ServerProcess(tmp_path, **environment(mails)).start, 60)
        try:
            async with server.async_client() as client:
                body = refund(notify=["email:sue@example.com"])
                task_id = (await client.post("/api/tasks", json=body)).json()["id"]
                deadline = time.monotonic() + 10
                while not mails.connections:
                    assert time.monotonic() < deadline
                    await asyncio.sleep(0.02)
            server.kill()
            mails.hangs_at = None
            await asyncio.to_thread(server.start, 60)
            (mail,) = await mails.got(within=LEASE + 15)
            async with server.async_client() as client:
                while (await client.get(f"/api/tasks/{task_id}")).json()["status"] != "notified":
                    assert time.monotonic() < deadline + LEASE + 30
                    await asyncio.sleep(0.05)
        finally:
            server.kill()
    assert mail.recipients == ("sue@example.com",)
    assert len(mails.mails) == 1


KEYS = {
    "AWAITHUMANS_ADMIN_API_TOKEN": "test-admin-token-0123456789",
    "AWAITHUMANS_PAYLOAD_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "AWAITHUMANS_PUBLIC_URL": "https://humans.example.com",
}


@pytest.mark.parametrize("command", ["serve", "dev", "doctor"])
@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"EMAIL_TRANSPORT": "smtp"}, "EMAIL_FROM"),
        ({"EMAIL_TRANSPORT": "smtp", "EMAIL_FROM": SENDER}, "SMTP_HOST"),
        ({"EMAIL_TRANSPORT": "resend", "EMAIL_FROM": SENDER}, "RESEND_API_KEY"),
        ({"SMTP_HOST": "mail.example.com"}, "EMAIL_TRANSPORT"),
        ({"EMAIL_REPLY_TO": "no address"}, "EMAIL_REPLY_TO"),
    ],
)
def test_nothing_starts_with_email_set_up_by_half(
    tmp_path: Path, command: str, given: dict[str, str], named: str
):
    settings = KEYS | {f"AWAITHUMANS_{name}": value for name, value in given.items()}
    done = run(tmp_path, command, AWAITHUMANS_PORT="39871", **settings)
    assert done.returncode == 1
    assert f"AWAITHUMANS_{named}" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr

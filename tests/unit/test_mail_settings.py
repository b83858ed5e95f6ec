"""The settings of email make the default sender, or each that is missing is named."""

from pathlib import Path
from typing import Any

import pytest

from awaithumans.server.app.mail import default_sender, reply_addresses
from awaithumans.server.config import ConfigurationError, load
from tests.support.process import PAYLOAD_KEY

SENDER = "Reviews <reviews@example.com>"
SMTP: dict[str, Any] = {"email_transport": "smtp", "email_from": SENDER, "smtp_host": "a.example"}


def test_each_transport_has_its_settings(tmp_path: Path):
    assert default_sender(load()) is None
    login = {"smtp_username": "me", "smtp_password": "secret"}
    smtp = default_sender(load(**SMTP, **login, smtp_security="tls"))
    assert smtp is not None
    assert smtp.settings == {
        "host": "a.example",
        "port": 465,
        "security": "tls",
        "username": "me",
        "password": "secret",
    }
    url = "https://proxy.example"
    resend = default_sender(
        load(email_transport="resend", email_from=SENDER, resend_api_key="re_1", resend_url=url)
    )
    assert resend is not None
    assert resend.settings == {"api_key": "re_1", "base_url": url}
    file = default_sender(load(email_transport="file", email_from=SENDER, data_dir=tmp_path))
    assert file is not None
    assert file.settings == {"folder": str(tmp_path / "mails")}
    log = default_sender(load(email_transport="log", email_from=SENDER))
    assert log is not None
    assert "secret" not in repr(smtp) + repr(resend)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"email_transport": "smtp"}, ["EMAIL_FROM"]),
        ({"email_from": SENDER}, ["EMAIL_FROM", "EMAIL_TRANSPORT"]),
        ({"smtp_password": "canary"}, ["SMTP_PASSWORD", "EMAIL_TRANSPORT"]),
        ({**SMTP, "smtp_host": None}, ["SMTP_HOST"]),
        ({**SMTP, "email_from": "nobody"}, ["EMAIL_FROM"]),
        ({**SMTP, "smtp_username": "me"}, ["SMTP_PASSWORD"]),
        (
            {**SMTP, "smtp_username": "me", "smtp_password": "canary", "smtp_security": "none"},
            ["SMTP_SECURITY"],
        ),
        ({"email_transport": "resend", "email_from": SENDER}, ["RESEND_API_KEY"]),
        (
            {
                "email_transport": "resend",
                "email_from": SENDER,
                "resend_api_key": "canary",
                "resend_url": "http://proxy.example",
            },
            ["RESEND_URL"],
        ),
    ],
)
def test_what_is_set_by_half_is_named(given: dict[str, Any], named: list[str]):
    with pytest.raises(ConfigurationError) as raised:
        default_sender(load(**given))
    for name in named:
        assert f"AWAITHUMANS_{name} " in str(raised.value) + " "
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    "mailbox",
    [
        *("nobody", "a+b@example.com", "Answers <a@example.com>", f"{'a' * 19}@example.com"),
        "a@example.com, b@example.com",
    ],
)
def test_a_mailbox_for_replies_has_room_for_what_proves_them(mailbox: str):
    with pytest.raises(ConfigurationError, match="EMAIL_REPLY_TO"):
        reply_addresses(load(email_reply_to=mailbox, payload_key=PAYLOAD_KEY))


def test_replies_need_a_key():
    assert reply_addresses(load()) is None
    assert reply_addresses(load(email_reply_to="a@example.com", payload_key=PAYLOAD_KEY))
    with pytest.raises(ConfigurationError, match="PAYLOAD_KEY"):
        reply_addresses(load(email_reply_to="a@example.com"))

"""A sender's settings are checked, kept sealed, and made into a way to send."""

from pathlib import Path
from typing import Any

import pytest

from awaithumans.server.channels.email.identities import (
    Identity,
    InvalidIdentity,
    identity,
    opened,
    sealed,
    transport_of,
)
from awaithumans.server.channels.email.transports.file import FileTransport
from awaithumans.server.channels.email.transports.log import LogTransport
from awaithumans.server.channels.email.transports.resend import ResendTransport
from awaithumans.server.channels.email.transports.smtp import SmtpTransport
from awaithumans.server.sealing import Sealer, Unsealable
from tests.support.clock import ManualClock

SENDER = "Reviews <reviews@example.com>"
SMTP: dict[str, Any] = {"host": "mail.example.com", "username": "me", "password": "correct-horse"}


@pytest.mark.parametrize(
    ("given", "port"), [({}, 587), ({"security": "tls"}, 465), ({"port": 2525}, 2525)]
)
def test_what_is_left_out_is_as_usual(given: dict[str, Any], port: int) -> None:
    made = identity("main", SENDER, "smtp", SMTP | given)
    assert made.settings["port"] == port
    assert made.settings["security"] == given.get("security", "starttls")


def test_a_server_on_this_machine_needs_no_tls() -> None:
    for host in ("localhost", "127.0.0.1", "::1", "[::1]"):
        made = identity("main", SENDER, "smtp", SMTP | {"host": host, "security": "none"})
        assert made.settings["port"] == 25


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"name": "Main one"}, ("name",)),
        ({"name": ""}, ("name",)),
        ({"sender": "nobody"}, ("sender",)),
        ({"sender": "A <a@b.cc>\r\nBcc: c@d.ee"}, ("sender",)),
        ({"transport": "pigeon"}, ("transport",)),
        ({"settings": {}}, ("settings", "host")),
        ({"settings": SMTP | {"host": "a\r\nb"}}, ("settings", "host")),
        ({"settings": SMTP | {"port": 0}}, ("settings", "port")),
        ({"settings": SMTP | {"port": "25"}}, ("settings", "port")),
        ({"settings": SMTP | {"security": "maybe"}}, ("settings", "security")),
        ({"settings": SMTP | {"security": "none"}}, ("settings", "security")),
        ({"settings": SMTP | {"passphrase": "correct-horse"}}, ("settings", "passphrase")),
        ({"settings": SMTP | {"password": None}}, ("settings", "password")),
        ({"settings": SMTP | {"username": None}}, ("settings", "username")),
        ({"transport": "resend", "settings": {}}, ("settings", "api_key")),
        ({"transport": "resend", "settings": {"api_key": "a b"}}, ("settings", "api_key")),
        ({"transport": "file", "settings": {}}, ("settings", "folder")),
        ({"transport": "log", "settings": {"x": 1}}, ("settings", "x")),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_not_repeated(
    changes: dict[str, Any], loc: tuple[str, ...]
) -> None:
    whole: dict[str, Any] = {
        "name": "main",
        "sender": SENDER,
        "transport": "smtp",
        "settings": SMTP,
    } | changes
    with pytest.raises(InvalidIdentity) as refused:
        identity(**whole)
    assert [problem.loc for problem in refused.value.problems] == [loc]
    assert ".".join(loc) in str(refused.value)
    assert "correct-horse" not in str(refused.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.example.com",
        "ftp://localhost",
        "https://",
        "https://a:b@example.com",
        "https://example.com?x",
        "https://example.com:99999",
        "https://[",
        "nowhere",
    ],
)
def test_a_key_goes_to_https_addresses_only(base_url: str) -> None:
    with pytest.raises(InvalidIdentity, match=r"settings\.base_url: must be an https address"):
        identity("main", SENDER, "resend", {"api_key": "re_1", "base_url": base_url})


def test_settings_are_kept_sealed_and_open_for_their_sender_alone() -> None:
    old, new = Sealer([b"a" * 32]), Sealer([b"b" * 32, b"a" * 32])
    made = identity("main", SENDER, "smtp", SMTP)
    kept = sealed(made, old)
    assert "correct-horse" not in kept
    assert opened("main", SENDER, "smtp", kept, new) == made
    for name, sealer in (("other", new), ("main", Sealer([b"c" * 32]))):
        with pytest.raises(Unsealable):
            opened(name, SENDER, "smtp", kept, sealer)


def test_a_sender_that_is_shown_shows_no_secret() -> None:
    assert "correct-horse" not in repr(identity("main", SENDER, "smtp", SMTP))


@pytest.mark.parametrize(
    ("transport", "settings", "kind"),
    [
        ("smtp", SMTP, SmtpTransport),
        ("resend", {"api_key": "re_1", "base_url": "http://127.0.0.1:1"}, ResendTransport),
        ("file", {"folder": str(Path("mails"))}, FileTransport),
        ("log", {}, LogTransport),
    ],
)
def test_each_sender_has_its_way_to_send(
    transport: str, settings: dict[str, Any], kind: type
) -> None:
    made = identity("main", SENDER, transport, settings)
    assert isinstance(made, Identity)
    assert isinstance(transport_of(made, ManualClock()), kind)

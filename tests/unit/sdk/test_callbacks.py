"""Receivers accept what our server signed, and nothing else."""

import base64
import hashlib
import hmac
from datetime import datetime, timezone
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from awaithumans.callbacks import (
    signing_keys,
    standard_webhook_secret,
    verify_signature,
    verify_standard_webhook,
)
from awaithumans.errors import ConfigurationError
from tests.support.process import PAYLOAD_KEY

OTHER_KEY = base64.urlsafe_b64encode(b"\xff" * 32).decode()
BODY = '{"task_id": "tsk_1", "response": {"reason": "söder"}}'.encode()
NOW = 1_800_000_000.0
# openssl kdf -kdfopt digest:SHA256 -kdfopt salt:awaithumans-webhook-v1 -kdfopt info:v1 ... HKDF
DERIVED = "fec0c9cec3dbf3e6764848739ab646cabd1230ee9a9c87cf4d9626ff827fb9b4"


def signed(key: str = PAYLOAD_KEY, body: bytes = BODY) -> str:
    return f"sha256={hmac.new(signing_keys(key)[0], body, hashlib.sha256).hexdigest()}"


def standard(key: str = PAYLOAD_KEY, body: bytes = BODY, at: float = NOW) -> dict[str, str]:
    """The headers that the reference library makes."""
    moment = datetime.fromtimestamp(at, timezone.utc)
    signature = Webhook(standard_webhook_secret(key)).sign("dlv_1", moment, body.decode())
    return {
        "Webhook-Id": "dlv_1",
        "Webhook-Timestamp": str(int(at)),
        "Webhook-Signature": signature,
    }


def is_standard(headers: dict[str, str], key: str = PAYLOAD_KEY, **changed: Any) -> bool:
    given: dict[str, Any] = {"body": BODY, "now": NOW, **changed}
    return verify_standard_webhook(headers=headers, payload_key=key, **given)


def test_the_key_is_derived_as_openssl_derives_it() -> None:
    assert [key.hex() for key in signing_keys(PAYLOAD_KEY)] == [DERIVED]


@pytest.mark.parametrize("body", [BODY, BODY.decode()])
def test_a_webhook_that_our_server_signed_is_accepted(body: bytes | str) -> None:
    assert verify_signature(body=body, signature=signed(), payload_key=PAYLOAD_KEY)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=é",
        signed().removeprefix("sha256="),
        signed().upper(),
        signed()[:-1],
        signed(OTHER_KEY),
        signed(body=BODY + b" "),
        "sha512=" + signed().removeprefix("sha256="),
    ],
)
def test_any_other_signature_is_not(signature: str | None) -> None:
    assert not verify_signature(body=BODY, signature=signature, payload_key=PAYLOAD_KEY)


@pytest.mark.parametrize("keys", [PAYLOAD_KEY, OTHER_KEY, f"{OTHER_KEY}, {PAYLOAD_KEY}"])
def test_while_keys_rotate_either_fits(keys: str) -> None:
    both = f"{signed()}, {signed(OTHER_KEY)}"
    assert verify_signature(body=BODY, signature=both, payload_key=keys)
    assert verify_signature(body=BODY, signature=signed(keys.split(",")[0]), payload_key=keys)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAITHUMANS_PAYLOAD_KEY", PAYLOAD_KEY)
    assert verify_signature(body=BODY, signature=signed())
    assert verify_standard_webhook(body=BODY, headers=standard(), now=NOW)


@pytest.mark.parametrize(
    "key", ["", " ", "AAAA", "not a key", PAYLOAD_KEY + ",", PAYLOAD_KEY + ",é", OTHER_KEY + "AA"]
)
def test_a_key_that_is_none_is_an_error_and_not_a_false(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        verify_signature(body=BODY, signature=signed(), payload_key=key)
    assert caught.value.code == "PAYLOAD_KEY_INVALID"
    assert key.strip() == "" or key not in str(caught.value)


def test_without_a_key_the_error_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWAITHUMANS_PAYLOAD_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="AWAITHUMANS_PAYLOAD_KEY"):
        verify_standard_webhook(body=BODY, headers=standard())


def test_what_the_reference_library_signs_is_accepted() -> None:
    assert is_standard(standard())
    assert is_standard(standard(), key=f"{OTHER_KEY},{PAYLOAD_KEY}")
    other = standard(OTHER_KEY)["Webhook-Signature"]
    both = standard()["Webhook-Signature"] + f" {other}"
    assert is_standard({**standard(), "Webhook-Signature": both}, key=OTHER_KEY)


@pytest.mark.parametrize(
    "changed",
    [
        {"Webhook-Id": "dlv_2"},
        {"Webhook-Id": ""},
        {"Webhook-Timestamp": str(int(NOW) + 1)},
        {"Webhook-Timestamp": ""},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Timestamp": "9" * 5000},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1a," + standard()["Webhook-Signature"].removeprefix("v1,")},
        {"Webhook-Signature": standard(OTHER_KEY)["Webhook-Signature"]},
    ],
)
def test_a_changed_header_is_not(changed: dict[str, str]) -> None:
    assert not is_standard({**standard(), **changed})


def test_missing_headers_and_a_changed_body_are_not() -> None:
    assert not is_standard({})
    assert not is_standard(standard(), body=BODY + b" ")


@pytest.mark.parametrize(
    ("late", "accepted"), [(300, True), (301, False), (-300, True), (-301, False)]
)
def test_five_minutes_are_tolerated(late: int, accepted: bool) -> None:
    assert is_standard(standard(), now=NOW + late) is accepted


def test_the_secret_is_good_for_the_reference_library() -> None:
    hook = Webhook(standard_webhook_secret(f"{PAYLOAD_KEY},{OTHER_KEY}"))
    now = datetime.now(timezone.utc).timestamp()
    body: Any = BODY
    assert hook.verify(body, standard(at=now))
    with pytest.raises(WebhookVerificationError):
        hook.verify(body, standard(OTHER_KEY, at=now))

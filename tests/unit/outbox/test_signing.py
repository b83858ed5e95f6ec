import base64
import hashlib
import hmac
from datetime import datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from awaithumans.server.outbox.signing import Signer, webhook_key

OLD, NEW, OTHER = bytes(range(32)), bytes(32), b"x" * 32
BODY = '{"task_id":"tsk_1","reason":"é"}'.encode()


def sent(*keys: bytes, ago: float = 0) -> dict[str, str]:
    now = datetime.now(timezone.utc) - timedelta(seconds=ago)
    return Signer(keys).headers("dlv_1", "tsk_1", BODY, now)


def verifier(key: bytes) -> Webhook:
    """The verifier of the Standard Webhooks project, with the secret in its usual form."""
    return Webhook("whsec_" + base64.b64encode(webhook_key(key)).decode())


def test_the_key_is_derived_as_rfc_5869_says() -> None:
    pseudorandom = hmac.new(b"awaithumans-webhook-v1", OLD, hashlib.sha256).digest()
    expected = hmac.new(pseudorandom, b"v1\x01", hashlib.sha256).digest()
    assert webhook_key(OLD) == expected
    # What `openssl kdf` makes of the same.
    assert expected.hex() == "fec0c9cec3dbf3e6764848739ab646cabd1230ee9a9c87cf4d9626ff827fb9b4"


def test_our_signature_is_of_the_raw_body() -> None:
    expected = hmac.new(webhook_key(OLD), BODY, hashlib.sha256).hexdigest()
    headers = sent(OLD)
    assert headers["X-Awaithumans-Signature"] == f"sha256={expected}"
    assert headers["X-Awaithumans-Task-Id"] == "tsk_1"


def test_a_standard_webhooks_library_accepts_it() -> None:
    assert verifier(OLD).verify(BODY, sent(OLD)) == {"task_id": "tsk_1", "reason": "é"}


@pytest.mark.parametrize("ago", [301, -301])
def test_a_standard_webhooks_library_refuses_a_replay(ago: float) -> None:
    with pytest.raises(WebhookVerificationError, match="timestamp"):
        verifier(OLD).verify(BODY, sent(OLD, ago=ago))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_a_standard_webhooks_library_refuses_what_was_changed(name: str) -> None:
    headers = sent(OLD)
    changed = {"webhook-id": "dlv_2", "webhook-timestamp": headers["webhook-timestamp"][:-1] + "x"}
    with pytest.raises(WebhookVerificationError):
        verifier(OLD).verify(BODY, headers | {name: changed[name]})
    with pytest.raises(WebhookVerificationError, match="No matching"):
        verifier(OLD).verify(BODY + b" ", headers)


def test_during_rotation_both_keys_sign_the_present_one_first() -> None:
    headers = sent(NEW, OLD)
    for key in (NEW, OLD):
        verifier(key).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError, match="No matching"):
        verifier(OTHER).verify(BODY, headers)
    for name, separator in (("X-Awaithumans-Signature", ","), ("webhook-signature", " ")):
        assert headers[name].startswith(sent(NEW)[name] + separator)

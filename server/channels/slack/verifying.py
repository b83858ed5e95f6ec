"""Whether a request comes from Slack: its signature, and how old it is."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from ...clock import Clock


class _Seconds(SlackClock):
    """Our clock, as the library asks it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class Verifier:
    """Checks that Slack sent a request, within the last five minutes.

    Args:
        signing_secret: The app's signing secret, from its settings at Slack.
        clock: Tells the time.
    """

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        self._verifier = SignatureVerifier(signing_secret, _Seconds(clock))

    def is_from_slack(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Check a request.

        Args:
            body: The body, to the byte as it arrived.
            headers: The request's headers; upper and lower case are the same.

        Returns:
            False for anything else than a fresh, rightly signed request, however malformed.
        """
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except (ValueError, TypeError, OverflowError):
            # A timestamp that is no number, a body or signature that is no text.
            return False

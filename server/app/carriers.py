"""What the relay carries, and how: webhooks, messages, verifications."""

from datetime import timedelta

from ..channels.email.sending import SECONDS, EmailSender
from ..clock import Clock
from ..config import Settings, variables
from ..observing.metrics import Metrics
from ..observing.verifiers import VerifierFigures
from ..outbox import recording
from ..outbox.backoff import MESSAGES, VERDICTS, WEBHOOKS
from ..outbox.relay import Carrier, Relay
from ..outbox.resolving import Resolver
from ..outbox.signing import Signer
from ..outbox.webhooks import WebhookSender
from ..running import Database
from ..tasks.service import Tasks
from ..verification.carrying import GivenUp, Verification
from ..verification.judging import Judge
from ..verification.keys import Keys
from ..verification.model import ProviderName
from ..verification.registry import OFFERS

# Of a lease, for the database to take the verdict.
_REST = timedelta(seconds=15)
_MAIL_LEASE = timedelta(seconds=SECONDS + 8)


def carry_webhooks(relay: Relay, settings: Settings, clock: Clock, version: str) -> None:
    """Have the relay send webhooks."""
    sender = WebhookSender(
        Signer(settings.payload_keys),
        Resolver(),
        clock,
        allow_private=settings.callback_allow_private,
        version=version,
    )
    relay.carry("webhook", Carrier(sender, recording.webhook, WEBHOOKS))


def carry_mails(relay: Relay, service: Tasks, sender: EmailSender) -> None:
    """Have the relay send mails."""
    record = recording.Messages(service.arrived)
    relay.carry("email", Carrier(sender, record, MESSAGES, _MAIL_LEASE))


def carry_verifications(
    relay: Relay, settings: Settings, store: Database, service: Tasks, metrics: Metrics
) -> None:
    """Have the relay ask models for their verdicts."""
    sender = Verification(store, judge_of(settings), service, VerifierFigures(metrics))
    lease = timedelta(seconds=settings.verifier_seconds) + _REST
    relay.carry("verification", Carrier(sender, GivenUp(service), VERDICTS, lease))


def judge_of(settings: Settings) -> Judge:
    """Return who asks the models."""
    return Judge(OFFERS, keys(settings), _base_urls(settings), settings.verifier_seconds)


def keys(settings: Settings) -> Keys:
    """Return the keys that verifiers may use."""
    return Keys(settings.verifier_keys, settings.secrets, variables())


def _base_urls(settings: Settings) -> dict[ProviderName, str]:
    urls: dict[ProviderName, str | None] = {
        "claude": settings.anthropic_url,
        "openai": settings.openai_url,
        "gemini": settings.gemini_url,
        "azure_openai": settings.azure_openai_url,
    }
    return {provider: url for provider, url in urls.items() if url}

"""What the relay carries, and how: webhooks, messages, verifications."""

from datetime import timedelta

from ..channels.unconfigured import NotSetUp
from ..clock import Clock
from ..config import Settings
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


def carry_messages(relay: Relay, service: Tasks) -> None:
    """Have the relay send messages."""
    record = recording.Messages(service.arrived)
    away = NotSetUp("the email channel is not configured on this server")
    relay.carry("email", Carrier(away, record, MESSAGES))


def carry_verifications(
    relay: Relay, settings: Settings, store: Database, service: Tasks, metrics: Metrics
) -> None:
    """Have the relay ask models for their verdicts."""
    seconds = settings.verifier_seconds
    judge = Judge(OFFERS, keys(settings), _base_urls(settings), seconds)
    sender = Verification(store, judge, service, VerifierFigures(metrics))
    lease = timedelta(seconds=seconds) + _REST
    relay.carry("verification", Carrier(sender, GivenUp(service), VERDICTS, lease))


def keys(settings: Settings) -> Keys:
    """Return the keys that verifiers may use."""
    return Keys(settings.verifier_keys, settings.secrets)


def _base_urls(settings: Settings) -> dict[ProviderName, str]:
    urls: dict[ProviderName, str | None] = {
        "claude": settings.anthropic_url,
        "openai": settings.openai_url,
        "gemini": settings.gemini_url,
        "azure_openai": settings.azure_openai_url,
    }
    return {provider: url for provider, url in urls.items() if url}

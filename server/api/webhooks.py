"""The operations of deliveries: what was sent, and sending it again."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from awaithumans.generated import models

from ..errors import DeliveryInProgress, DeliveryNotFound, ValidationFailed
from ..tasks.deliveries import Delivery, DeliveryFilter
from .credentials import By
from .parameters import NO_NUL, Number
from .parts import Having
from .refusals import PRIVATE, refuses

_PATH = "/api/admin/webhook-deliveries"
_SHARED = list(models.WebhookDelivery.model_fields)

DeliveryId = Annotated[str, Path(min_length=1, max_length=64)]
Cursor = Annotated[str | None, Query(pattern="^dlv_[0-9A-HJKMNP-TV-Z]{26}$")]

routes = APIRouter(tags=["webhooks"])


@routes.get(
    _PATH, operation_id="listWebhookDeliveries", responses=refuses(*PRIVATE, ValidationFailed)
)
async def list_webhook_deliveries(
    _caller: By,
    parts: Having,
    task_id: Annotated[str, Field(min_length=1, max_length=64), NO_NUL] | None = None,
    kind: models.DeliveryKind | None = None,
    status: models.DeliveryStatus | None = None,
    limit: Annotated[Number, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> models.WebhookDeliveryPage:
    """Return a page of deliveries."""
    wanted = DeliveryFilter(task_id, kind, status, cursor, limit)
    found, next_cursor = await parts.outbox.page(wanted)
    items = [models.WebhookDelivery(**_shown(delivery)) for delivery in found]
    return models.WebhookDeliveryPage(items=items, next_cursor=next_cursor)


@routes.get(
    _PATH + "/{delivery_id}",
    operation_id="getWebhookDelivery",
    responses=refuses(*PRIVATE, DeliveryNotFound, ValidationFailed),
)
async def get_webhook_delivery(
    delivery_id: DeliveryId, _caller: By, parts: Having
) -> models.WebhookDeliveryDetail:
    """Return one delivery."""
    detail = await parts.outbox.get(delivery_id)
    return models.WebhookDeliveryDetail(
        **_shown(detail.delivery),
        body=detail.body,
        redacted=detail.redacted,
        attempt_log=[models.DeliveryAttempt(**asdict(attempt)) for attempt in detail.attempts],
    )


@routes.post(
    _PATH + "/{delivery_id}/redeliver",
    operation_id="redeliverWebhook",
    responses=refuses(*PRIVATE, DeliveryNotFound, DeliveryInProgress, ValidationFailed),
)
async def redeliver_webhook(
    delivery_id: DeliveryId, caller: By, parts: Having
) -> models.WebhookDelivery:
    """Send a delivery again."""
    delivery = await parts.outbox.redeliver(delivery_id, caller.actor())
    return models.WebhookDelivery(**_shown(delivery))


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in _SHARED}

"""The operations of the server itself: health, versions, the contract."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from awaithumans.generated import models

from ..errors import NotReady, StorageUnavailable
from ..observing.metrics import CONTENT_TYPE
from . import contract, reading
from .credentials import By, Scraping
from .parts import Having
from .refusals import PRIVATE, refuses
from .slack import slack_state


def text(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI's `responses` for an operation that answers with a text."""
    return {200: {"content": {media_type: {"schema": {"type": "string"}}}}}


routes = APIRouter(tags=["system"])


@routes.get("/api/health", operation_id="getHealth", responses=refuses())
async def get_health() -> models.Health:
    """Return that the process lives."""
    return models.Health(status="ok")


@routes.get("/api/ready", operation_id="getReady", responses=refuses(NotReady))
async def get_ready(parts: Having) -> models.Readiness:
    """Return that every part answers."""
    if parts.leaving.begun:
        raise NotReady("Not ready: the server stops. Ask another one, or this one when it is back.")
    try:
        await parts.database.check()
    except StorageUnavailable:
        raise NotReady("Not ready: the database does not take writes.") from None
    if not parts.deadlines.alive:
        raise NotReady("Not ready: the job that settles overdue tasks has stopped. Restart.")
    if parts.ears is not None and not parts.ears.listening:
        raise NotReady("Not ready: the connection that hears of other processes is lost.")
    if not parts.relay.alive:
        raise NotReady("Not ready: the job that sends webhooks has stopped. Restart.")
    return models.Readiness(status="ready", database="ok", deadlines="ok", outbox="ok")


@routes.get("/api/version", operation_id="getVersion", responses=refuses())
async def get_version(parts: Having) -> models.Version:
    """Return the versions."""
    return models.Version(version=parts.version, contract=contract.document()["info"]["version"])


@routes.get("/api/status", operation_id="getStatus", responses=refuses(*PRIVATE))
async def get_status(_caller: By, parts: Having) -> models.SystemStatus:
    """Return how each part is."""
    by_mail, mail_detail = await parts.senders.state()
    backlog = await parts.outbox.backlog()
    return models.SystemStatus(
        version=parts.version,
        started_at=parts.started_at,
        database=parts.database.kind,
        schema_revision=await parts.database.revision(),
        open_tasks=await parts.tasks.open_count(),
        parked_requests=parts.waker.parked,
        event_streams=parts.feed.listening,
        next_deadline_at=await parts.tasks.next_deadline(),
        outbox=models.OutboxState(sending=parts.relay.sending, **asdict(backlog)),
        channels=[
            models.ChannelState(channel="email", configured=by_mail, detail=mail_detail),
            await slack_state(parts),
        ],
    )


@routes.get("/api/openapi.json", operation_id="getOpenapiJson", responses=refuses())
async def get_openapi_json() -> models.JsonObject:
    """Return the contract as JSON."""
    return Response(contract.as_json(), media_type="application/json")  # pyright: ignore[reportReturnType] -- FastAPI passes a response on; the annotation is its schema


@routes.get(
    "/api/openapi.yaml",
    operation_id="getOpenapiYaml",
    response_class=Response,
    responses=refuses() | text("application/yaml"),
)
async def get_openapi_yaml() -> Response:
    """Return the contract as it was written."""
    return Response(contract.as_yaml(), media_type="application/yaml")


@routes.get(
    "/api/docs",
    operation_id="getDocs",
    response_class=Response,
    responses=refuses() | text("text/html"),
)
async def get_docs() -> Response:
    """Return the contract as a page."""
    return reading.page()


@routes.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses=refuses(*PRIVATE) | text("text/plain"),
)
async def get_metrics(_caller: Scraping, parts: Having) -> Response:
    """Return the figures for Prometheus."""
    return Response(await parts.metrics.text(), headers={"content-type": CONTENT_TYPE})

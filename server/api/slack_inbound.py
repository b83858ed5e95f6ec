"""What Slack sends: nothing of it is read before its signature is checked, byte for byte."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request

from awaithumans.generated import models

from ..errors import (
    BodyTooLarge,
    FeatureNotAvailable,
    NotReady,
    SlackSignatureInvalid,
    ValidationFailed,
)
from . import strict
from .parts import Having, Parts
from .refusals import BODY, refuses

if TYPE_CHECKING:
    from ..channels.slack.channel import SlackChannel

LARGEST = 1024 * 1024
_PATH = "/api/channels/slack"
_REFUSALS = refuses(*BODY, SlackSignatureInvalid, FeatureNotAvailable, NotReady)
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["payload"],
                    "properties": {"payload": {"type": "string"}},
                }
            }
        },
    }
}
_JSON: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}

routes = APIRouter(tags=["slack"])


@routes.post(
    _PATH + "/interactions",
    operation_id="takeSlackInteraction",
    responses=_REFUSALS,
    openapi_extra=_FORM,
)
async def take_slack_interaction(request: Request, parts: Having) -> models.JsonObject:
    """Take what somebody pressed or sent in Slack."""
    slack, body = await _signed(request, parts)
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
        payload = strict.parse(fields["payload"][0].encode())
    except (ValueError, KeyError):
        raise ValidationFailed(
            "The form has no field `payload` that holds a JSON object."
        ) from None
    return await slack.interaction(payload)


@routes.post(
    _PATH + "/events",
    operation_id="takeSlackEvent",
    responses=_REFUSALS,
    openapi_extra=_JSON,
)
async def take_slack_event(request: Request, parts: Having) -> models.JsonObject:
    """Take what somebody wrote in Slack, or what happened to the app."""
    slack, body = await _signed(request, parts)
    try:
        payload = strict.parse(body)
    except ValueError:
        raise ValidationFailed("The body is not a JSON object.") from None
    return await slack.event(payload)


async def _signed(request: Request, parts: Parts) -> "tuple[SlackChannel, bytes]":
    """Return the body of a request that Slack has signed.

    Raises:
        FeatureNotAvailable: There is no signing secret to know it by.
        BodyTooLarge: It is over 1 MiB.
        SlackSignatureInvalid: It is not Slack's, or old.
    """
    slack = parts.slack
    if slack is None or not slack.signs:
        raise FeatureNotAvailable(
            "This server takes nothing from Slack over HTTP: AWAITHUMANS_SLACK_SIGNING_SECRET is "
            "not set. With AWAITHUMANS_SLACK_APP_TOKEN it connects to Slack instead."
        )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise BodyTooLarge("1 MiB")
    body = await request.body()
    if len(body) > LARGEST:
        raise BodyTooLarge("1 MiB")
    if not slack.is_from_slack(body, request.headers):
        raise SlackSignatureInvalid
    return slack, body

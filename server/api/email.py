"""The operations of email: senders, trying them, and taking replies."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from awaithumans.generated import models

from ..errors import (
    EmailIdentityExists,
    EmailIdentityInvalid,
    EmailIdentityNotFound,
    FeatureNotAvailable,
    FieldProblem,
    ValidationFailed,
)
from .credentials import By
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

_PATH = "/api/channels/email"
_MAIL = "message/rfc822"
_RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {_MAIL: {"schema": {"type": "string", "format": "binary"}}},
    }
}
IdentityId = Annotated[str, Path(min_length=1, max_length=64)]

routes = APIRouter(tags=["email"], route_class=StrictRoute)


@routes.get(_PATH + "/identities", operation_id="listEmailIdentities", responses=refuses(*PRIVATE))
async def list_email_identities(_caller: By, parts: Having) -> models.EmailIdentityList:
    """Return the senders."""
    found, default = await parts.senders.listed()
    items = [models.EmailIdentity(**asdict(sender)) for sender in found]
    return models.EmailIdentityList(items=items, default_sender=default)


@routes.post(
    _PATH + "/identities",
    operation_id="createEmailIdentity",
    status_code=201,
    responses=refuses(
        *PRIVATE, *BODY, EmailIdentityExists, EmailIdentityInvalid, FeatureNotAvailable
    ),
)
async def create_email_identity(
    body: models.CreateEmailIdentityRequest, _caller: By, parts: Having
) -> models.EmailIdentity:
    """Add a sender."""
    given = body.smtp if body.transport == "smtp" else body.resend
    settings = None if given is None else given.model_dump(exclude_none=True)
    made = await parts.senders.add(body.name, body.sender, body.transport, settings)
    return models.EmailIdentity(**asdict(made))


@routes.get(
    _PATH + "/identities/{identity_id}",
    operation_id="getEmailIdentity",
    responses=refuses(*PRIVATE, EmailIdentityNotFound, ValidationFailed),
)
async def get_email_identity(
    identity_id: IdentityId, _caller: By, parts: Having
) -> models.EmailIdentity:
    """Return one sender."""
    return models.EmailIdentity(**asdict(await parts.senders.get(identity_id)))


@routes.delete(
    _PATH + "/identities/{identity_id}",
    operation_id="deleteEmailIdentity",
    status_code=204,
    responses=refuses(*PRIVATE, EmailIdentityNotFound, ValidationFailed),
)
async def delete_email_identity(identity_id: IdentityId, _caller: By, parts: Having) -> None:
    """Remove a sender."""
    await parts.senders.delete(identity_id)


@routes.post(
    _PATH + "/test",
    operation_id="sendTestEmail",
    responses=refuses(*PRIVATE, *BODY, EmailIdentityNotFound),
)
async def send_test_email(
    body: models.TestEmailRequest, _caller: By, parts: Having
) -> models.TestResult:
    """Send a mail to try a sender."""
    outcome = await parts.trial.send(body.to, body.identity)
    return models.TestResult(ok=outcome.error is None, detail=outcome.error or outcome.answer or "")


@routes.post(
    _PATH + "/inbound",
    operation_id="receiveEmail",
    responses=refuses(*PRIVATE, *BODY),
    openapi_extra=_RAW,
)
async def receive_email(request: Request, _caller: By, parts: Having) -> models.InboundResult:
    """Take a reply to a mail."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _MAIL:
        problem = FieldProblem(("header", "content-type"), f"must be {_MAIL}: the mail as it came")
        raise ValidationFailed(
            f"The request breaks the contract: its content-type {problem.msg}.", [problem]
        )
    return models.InboundResult(**asdict(await parts.inbound.receive(await request.body())))

"""The operations of email: senders, and trying them."""

from typing import Annotated

from fastapi import APIRouter, Path

from awaithumans.generated import models

from ..errors import (
    EmailIdentityExists,
    EmailIdentityNotFound,
    FeatureNotAvailable,
    ValidationFailed,
)
from .credentials import By
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

_PATH = "/api/channels/email"
IdentityId = Annotated[str, Path(min_length=1, max_length=64)]

routes = APIRouter(tags=["email"], route_class=StrictRoute)


@routes.get(_PATH + "/identities", operation_id="listEmailIdentities", responses=refuses(*PRIVATE))
async def list_email_identities(_caller: By, parts: Having) -> models.EmailIdentityList:
    """Return the senders."""
    raise NotImplementedError


@routes.post(
    _PATH + "/identities",
    operation_id="createEmailIdentity",
    status_code=201,
    responses=refuses(*PRIVATE, *BODY, EmailIdentityExists, FeatureNotAvailable),
)
async def create_email_identity(
    body: models.CreateEmailIdentityRequest, caller: By, parts: Having
) -> models.EmailIdentity:
    """Add a sender."""
    raise NotImplementedError


@routes.get(
    _PATH + "/identities/{identity_id}",
    operation_id="getEmailIdentity",
    responses=refuses(*PRIVATE, EmailIdentityNotFound, ValidationFailed),
)
async def get_email_identity(
    identity_id: IdentityId, _caller: By, parts: Having
) -> models.EmailIdentity:
    """Return one sender."""
    raise NotImplementedError


@routes.delete(
    _PATH + "/identities/{identity_id}",
    operation_id="deleteEmailIdentity",
    status_code=204,
    responses=refuses(*PRIVATE, EmailIdentityNotFound, ValidationFailed),
)
async def delete_email_identity(identity_id: IdentityId, _caller: By, parts: Having) -> None:
    """Remove a sender."""
    raise NotImplementedError


@routes.post(
    _PATH + "/test",
    operation_id="sendTestEmail",
    responses=refuses(*PRIVATE, *BODY, EmailIdentityNotFound),
)
async def send_test_email(
    body: models.TestEmailRequest, _caller: By, parts: Having
) -> models.TestResult:
    """Send a mail to try a sender."""
    raise NotImplementedError

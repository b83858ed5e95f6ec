"""The operations of API keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from awaithumans.generated import models

from ..directory.credentials import ApiKey
from ..errors import ApiKeyNotFound, ValidationFailed
from .credentials import By
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

KeyId = Annotated[str, Path(min_length=1, max_length=64)]

routes = APIRouter(tags=["keys"], route_class=StrictRoute)


@routes.get("/api/admin/keys", operation_id="listApiKeys", responses=refuses(*PRIVATE))
async def list_api_keys(_caller: By, parts: Having) -> models.ApiKeyList:
    """Return every key."""
    found = await parts.keys.all()
    return models.ApiKeyList(items=[models.ApiKey(**_shown(key)) for key in found])


@routes.post(
    "/api/admin/keys",
    operation_id="createApiKey",
    status_code=201,
    responses=refuses(*PRIVATE, *BODY),
)
async def create_api_key(
    body: models.CreateApiKeyRequest, caller: By, parts: Having
) -> models.NewApiKey:
    """Make a key."""
    key, token = await parts.keys.create(body.name, body.scopes, body.expires_in_seconds, caller)
    return models.NewApiKey(**_shown(key), key=token)


@routes.delete(
    "/api/admin/keys/{key_id}",
    operation_id="revokeApiKey",
    status_code=204,
    responses=refuses(*PRIVATE, ApiKeyNotFound, ValidationFailed),
)
async def revoke_api_key(key_id: KeyId, _caller: By, parts: Having) -> None:
    """Revoke a key."""
    await parts.keys.revoke(key_id)


def _shown(key: ApiKey) -> dict[str, Any]:
    shown = {name: getattr(key, name) for name in models.ApiKey.model_fields}
    return shown | {"scopes": list(key.scopes)}

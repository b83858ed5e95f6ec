"""The operations of the directory."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from awaithumans.generated import models

from ..directory.model import Account, Filter
from ..errors import LastOperator, UserAlreadyExists, UserNoAddress, UserNotFound, ValidationFailed
from ..routing.plan import normal
from .credentials import By
from .parameters import NO_NUL, Number, Truth
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

_NO_CONTENT = 204
# Null leaves these as they are; any other field it clears.
_SWITCHES = ("is_operator", "active")
_SHARED = [name for name in models.User.model_fields if name != "has_password"]

UserId = Annotated[str, Path(min_length=1, max_length=64)]
Cursor = Annotated[str | None, Query(pattern="^usr_[0-9A-HJKMNP-TV-Z]{26}$")]
Label = Annotated[str, Field(min_length=1, max_length=100), NO_NUL]

routes = APIRouter(tags=["users"], route_class=StrictRoute)


@routes.get(
    "/api/admin/users", operation_id="listUsers", responses=refuses(*PRIVATE, ValidationFailed)
)
async def list_users(
    _caller: By,
    parts: Having,
    email: models.Email | None = None,
    role: Label | None = None,
    access_level: Label | None = None,
    pool: Label | None = None,
    is_operator: Truth | None = None,
    active: Truth | None = None,
    q: Annotated[str, Field(min_length=1, max_length=200), NO_NUL] | None = None,
    limit: Annotated[Number, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> models.UserPage:
    """Return a page of people."""
    address = None if email is None else normal(email)
    wanted = Filter(address, role, access_level, pool, is_operator, active, q, cursor, limit)
    found, next_cursor = await parts.directory.page(wanted)
    return models.UserPage(items=[_user(account) for account in found], next_cursor=next_cursor)


@routes.post(
    "/api/admin/users",
    operation_id="createUser",
    status_code=201,
    responses=refuses(*PRIVATE, *BODY, UserAlreadyExists, UserNoAddress),
)
async def create_user(body: models.CreateUserRequest, _caller: By, parts: Having) -> models.User:
    """Add a person."""
    given = _compared(body.model_dump(exclude={"password"}))
    return _user(await parts.directory.add(given, body.password))


@routes.get(
    "/api/admin/users/{user_id}",
    operation_id="getUser",
    responses=refuses(*PRIVATE, UserNotFound, ValidationFailed),
)
async def get_user(user_id: UserId, _caller: By, parts: Having) -> models.User:
    """Return one person."""
    return _user(await parts.directory.get(user_id))


@routes.patch(
    "/api/admin/users/{user_id}",
    operation_id="updateUser",
    responses=refuses(
        *PRIVATE, *BODY, UserNotFound, UserAlreadyExists, LastOperator, UserNoAddress
    ),
)
async def update_user(
    user_id: UserId, body: models.UpdateUserRequest, _caller: By, parts: Having
) -> models.User:
    """Change a person."""
    given = body.model_dump(exclude_unset=True)
    changes = {
        name: value for name, value in given.items() if value is not None or name not in _SWITCHES
    }
    return _user(await parts.directory.change(user_id, _compared(changes)))


@routes.delete(
    "/api/admin/users/{user_id}",
    operation_id="deleteUser",
    status_code=_NO_CONTENT,
    responses=refuses(*PRIVATE, UserNotFound, LastOperator, ValidationFailed),
)
async def delete_user(user_id: UserId, _caller: By, parts: Having) -> None:
    """Remove a person."""
    await parts.directory.remove(user_id)


@routes.post(
    "/api/admin/users/{user_id}/password",
    operation_id="setUserPassword",
    status_code=_NO_CONTENT,
    responses=refuses(*PRIVATE, *BODY, UserNotFound, UserNoAddress),
)
async def set_user_password(
    user_id: UserId, body: models.SetPasswordRequest, _caller: By, parts: Having
) -> None:
    """Give a person a new password."""
    await parts.directory.set_password(user_id, body.password)


@routes.delete(
    "/api/admin/users/{user_id}/password",
    operation_id="deleteUserPassword",
    status_code=_NO_CONTENT,
    responses=refuses(*PRIVATE, UserNotFound, LastOperator, ValidationFailed),
)
async def delete_user_password(user_id: UserId, _caller: By, parts: Having) -> None:
    """Take a person's password away."""
    await parts.directory.remove_password(user_id)


def _compared(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the address in the form in which addresses are compared."""
    email = given.get("email")
    return given if email is None else given | {"email": normal(email)}


def _user(account: Account) -> models.User:
    shared = {name: getattr(account, name) for name in _SHARED}
    return models.User(**shared, has_password=account.password_hash is not None)

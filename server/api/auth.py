"""The operations of signing in and out."""

from fastapi import APIRouter, Request, Response

from awaithumans.generated import models

from ..auth.callers import Caller
from ..errors import InvalidCredentials, StorageUnavailable
from ..routing.plan import normal
from .credentials import COOKIE, By, drop_session, set_session
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

routes = APIRouter(tags=["auth"], route_class=StrictRoute)


@routes.post(
    "/api/auth/login",
    operation_id="login",
    responses=refuses(*BODY, InvalidCredentials, StorageUnavailable),
)
async def login(body: models.LoginRequest, response: Response, parts: Having) -> models.Me:
    """Begin a session."""
    caller, token = await parts.callers.sign_in(normal(body.email), body.password)
    set_session(response, token, parts.base_url)
    return me(caller)


@routes.post(
    "/api/auth/logout", operation_id="logout", status_code=204, responses=refuses(*PRIVATE)
)
async def logout(request: Request, response: Response, _caller: By, parts: Having) -> None:
    """End the session."""
    cookie = request.cookies.get(COOKIE)
    if cookie:
        await parts.callers.sign_out(cookie)
    drop_session(response)


@routes.get("/api/auth/me", operation_id="getMe", responses=refuses(*PRIVATE))
async def get_me(caller: By) -> models.Me:
    """Return the caller."""
    return me(caller)


def me(caller: Caller) -> models.Me:
    """Return the caller as the contract writes them."""
    return models.Me(
        kind=caller.kind,
        user_id=caller.user_id,
        email=caller.email,
        display_name=caller.display_name,
    )

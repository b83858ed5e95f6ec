"""The operations of signing in and out."""

from fastapi import APIRouter, Request, Response

from awaithumans.generated import models

from ..auth.model import Caller
from ..errors import Forbidden, InvalidCredentials, StorageUnavailable, TooManyAttempts
from ..routing.plan import normal
from .cookies import DEVICE, SESSION, TASK, drop, keep, kept
from .credentials import By
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

routes = APIRouter(tags=["auth"], route_class=StrictRoute)


@routes.post(
    "/api/auth/login",
    operation_id="login",
    responses=refuses(*BODY, Forbidden, InvalidCredentials, TooManyAttempts, StorageUnavailable),
)
async def login(
    body: models.LoginRequest, request: Request, response: Response, parts: Having
) -> models.Me:
    """Begin a session."""
    host = request.client.host if request.client else None
    device = kept(request, DEVICE, parts.base_url)
    done = await parts.sessions.sign_in(normal(body.email), body.password, host, device)
    keep(response, done, parts.base_url)
    return me(done.caller)


@routes.post(
    "/api/auth/logout", operation_id="logout", status_code=204, responses=refuses(*PRIVATE)
)
async def logout(request: Request, response: Response, _caller: By, parts: Having) -> None:
    """End the session, and that of the task whose link the browser followed."""
    session, task = (kept(request, name, parts.base_url) for name in (SESSION, TASK))
    if session:
        await parts.sessions.sign_out(session)
    if task:
        await parts.links.end(task)
        drop(response, TASK, parts.base_url)
    drop(response, SESSION, parts.base_url)


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
        scopes=list(caller.scopes),
        task_id=caller.task_id,
    )

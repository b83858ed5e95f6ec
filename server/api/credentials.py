"""Who calls, from the request's headers; every operation with credentials depends on it."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from ..auth.callers import SESSION_LIFETIME, Caller
from ..errors import Forbidden, Unauthorized
from .parts import Having

COOKIE = "awaithumans_session"
_BEARER = HTTPBearer(scheme_name="bearerAuth", auto_error=False)
_SESSION = APIKeyCookie(name=COOKIE, scheme_name="cookieAuth", auto_error=False)
_READING = {"GET", "HEAD", "OPTIONS"}


async def authenticated(
    request: Request,
    parts: Having,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    cookie: Annotated[str | None, Security(_SESSION)],
) -> Caller:
    """Return who sent the request.

    Raises:
        Unauthorized: It has no valid credentials.
        Forbidden: Another site made a browser send it, or the caller is no operator.
    """
    found = await parts.callers.recognize(bearer.credentials if bearer else None, cookie)
    if found is None:
        raise Unauthorized
    if bearer is None and request.method not in _READING and _foreign(request, parts.base_url):
        raise Forbidden("This request comes from another site. Use the dashboard's own pages.")
    if found.kind == "reviewer":
        raise Forbidden("Only an operator may do this. Ask an operator, or sign in as one.")
    return found


By = Annotated[Caller, Depends(authenticated)]


def set_session(response: Response, token: str, base_url: str) -> None:
    """Have the browser keep the session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        path="/",
        secure=base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def drop_session(response: Response) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def _foreign(request: Request, base_url: str) -> bool:
    """Whether a browser says that another site made it send this (RFC 6454, 7.3)."""
    origin = request.headers.get("origin")
    own = {request.headers.get("host"), urlsplit(base_url).netloc}
    return origin is not None and urlsplit(origin).netloc not in own

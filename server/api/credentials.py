"""Who calls, from the request's headers; every operation with credentials depends on it."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from ..auth.model import Caller
from ..errors import Forbidden, Unauthorized
from . import permissions
from .cookies import SESSION, kept
from .parts import Having

_BEARER = HTTPBearer(scheme_name="bearerAuth", auto_error=False)
_COOKIE = APIKeyCookie(name=SESSION, scheme_name="cookieAuth", auto_error=False)
_READING = {"GET", "HEAD", "OPTIONS"}


async def authenticated(
    request: Request,
    parts: Having,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    _declared: Annotated[str | None, Security(_COOKIE)],
) -> Caller:
    """Return who sent the request, if they may.

    Raises:
        Unauthorized: It has no valid credentials.
        Forbidden: The contract does not let this caller do it.
    """
    cookie = kept(request, SESSION, parts.base_url)
    found = await parts.callers.recognize(bearer.credentials if bearer else None, cookie)
    if found is None:
        raise Unauthorized
    permissions.check(found, request.scope["route"].operation_id)
    return found


By = Annotated[Caller, Depends(authenticated)]


async def scraping(
    request: Request,
    parts: Having,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    declared: Annotated[str | None, Security(_COOKIE)],
) -> Caller | None:
    """Return who asks for figures, if they may; None when the operator lets anybody.

    Raises:
        Unauthorized: The request has no valid credentials.
        Forbidden: The contract does not let this caller do it.
    """
    if parts.metrics_public:
        return None
    return await authenticated(request, parts, bearer, declared)


Scraping = Annotated[Caller | None, Depends(scraping)]


async def own_origin(request: Request, parts: Having) -> None:
    """Refuse a write that another site made a browser send (RFC 6454, 7.3).

    A bearer token is sent by programs alone: no browser adds it on its own, as it does cookies and
    other credentials.

    Raises:
        Forbidden: The request names another site as its origin.
    """
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    if request.method in _READING or scheme.lower() == "bearer":
        return
    origin = request.headers.get("origin")
    if origin is not None and not _ours(origin, request.headers.get("host"), parts.base_url):
        raise Forbidden("This request comes from another site. Use the dashboard's own pages.")


def _ours(origin: str, host: str | None, base_url: str) -> bool:
    """Whether a page of ours has this origin: our host, and encrypted if we are."""
    base = urlsplit(base_url)
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    return page.netloc in (host, base.netloc) and page.scheme in ("https", base.scheme)

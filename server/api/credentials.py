"""Who calls, from the request's headers; every operation with credentials depends on it."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from ..auth.model import Caller
from ..errors import Forbidden, Unauthorized
from . import permissions
from .cookies import SESSION, TASK, kept
from .parts import Having

_BEARER = HTTPBearer(scheme_name="bearerAuth", auto_error=False)
_COOKIE = APIKeyCookie(name=SESSION, scheme_name="cookieAuth", auto_error=False)
_TASK_COOKIE = APIKeyCookie(name=TASK, scheme_name="taskCookieAuth", auto_error=False)
_READING = {"GET", "HEAD", "OPTIONS"}


async def authenticated(
    request: Request,
    parts: Having,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    _session: Annotated[str | None, Security(_COOKIE)],
    _task: Annotated[str | None, Security(_TASK_COOKIE)],
) -> Caller:
    """Return who sent the request, if they may.

    Raises:
        Unauthorized: It has no valid credentials.
        Forbidden: The contract does not let this caller do it.
    """
    session, task = (kept(request, name, parts.base_url) for name in (SESSION, TASK))
    found = await parts.callers.recognize(bearer.credentials if bearer else None, session)
    task_id = request.path_params.get("task_id")
    if task and bearer is None:
        found = await parts.links.recognize(found, task, task_id)
    if found is None:
        raise Unauthorized
    permissions.check(found, request.scope["route"].operation_id, task_id)
    return found


By = Annotated[Caller, Depends(authenticated)]


async def scraping(
    request: Request,
    parts: Having,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    session: Annotated[str | None, Security(_COOKIE)],
    task: Annotated[str | None, Security(_TASK_COOKIE)],
) -> Caller | None:
    """Return who asks for figures, if they may; None when the operator lets anybody.

    Raises:
        Unauthorized: The request has no valid credentials.
        Forbidden: The contract does not let this caller do it.
    """
    if parts.metrics_public:
        return None
    return await authenticated(request, parts, bearer, session, task)


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

"""The cookies that a browser keeps for us."""

from fastapi import Request, Response

from ..auth.links import Followed
from ..auth.sessions import DEVICE_LIFETIME, SignedIn
from ..directory.credentials import LIFETIME

SESSION = "awaithumans_session"
DEVICE = "awaithumans_device"
TASK = "awaithumans_task"


def kept(request: Request, name: str, base_url: str) -> str | None:
    """Return one of our cookies."""
    return request.cookies.get(_full(name, base_url))


def keep(response: Response, signed_in: SignedIn, base_url: str) -> None:
    """Have the browser keep the session, and the proof that this person has used it."""
    _set(response, SESSION, signed_in.session, int(LIFETIME.total_seconds()), base_url)
    _set(response, DEVICE, signed_in.device, int(DEVICE_LIFETIME.total_seconds()), base_url)


def keep_task(response: Response, followed: Followed, base_url: str) -> None:
    """Have the browser keep that it followed a link."""
    _set(response, TASK, followed.session, followed.seconds, base_url)


def drop(response: Response, name: str, base_url: str) -> None:
    """Have the browser forget one of our cookies."""
    response.delete_cookie(
        _full(name, base_url),
        path="/",
        secure=_encrypted(base_url),
        httponly=True,
        samesite="lax",
    )


def _set(response: Response, name: str, value: str, seconds: int, base_url: str) -> None:
    response.set_cookie(
        _full(name, base_url),
        value,
        max_age=seconds,
        path="/",
        secure=_encrypted(base_url),
        httponly=True,
        samesite="lax",
    )


def _full(name: str, base_url: str) -> str:
    """Return the name; under https, one that no other host can set (RFC 6265bis, 4.1.3)."""
    return f"__Host-{name}" if _encrypted(base_url) else name


def _encrypted(base_url: str) -> bool:
    return base_url.startswith("https:")

"""The cookies that a browser keeps for us."""

from fastapi import Request, Response

from ..auth.sessions import DEVICE_LIFETIME, SignedIn
from ..directory.credentials import LIFETIME

SESSION = "awaithumans_session"
DEVICE = "awaithumans_device"


def kept(request: Request, name: str, base_url: str) -> str | None:
    """Return one of our cookies."""
    return request.cookies.get(_full(name, base_url))


def keep(response: Response, signed_in: SignedIn, base_url: str) -> None:
    """Have the browser keep the session, and the proof that this person has used it."""
    cookies = (
        (SESSION, signed_in.session, LIFETIME),
        (DEVICE, signed_in.device, DEVICE_LIFETIME),
    )
    for name, value, lifetime in cookies:
        response.set_cookie(
            _full(name, base_url),
            value,
            max_age=int(lifetime.total_seconds()),
            path="/",
            secure=_encrypted(base_url),
            httponly=True,
            samesite="lax",
        )


def drop_session(response: Response, base_url: str) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(
        _full(SESSION, base_url),
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

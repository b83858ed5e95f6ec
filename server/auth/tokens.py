"""Secrets that a caller keeps: the server keeps only what they hash to.

They have 256 random bits, so that a plain hash is enough: nobody can guess one (unlike passwords).
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


def new_token() -> str:
    """Return a new secret: 43 characters that travel in a header, a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def made_of(token: str, press: str) -> str:
    """Return the secret that two others make: whoever has one of them alone can't tell it."""
    made = hmac.digest(press.encode(), token.encode(), hashlib.sha256)
    return urlsafe_b64encode(made).rstrip(b"=").decode()

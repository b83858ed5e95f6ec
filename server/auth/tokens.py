"""Secrets that a caller keeps: the server keeps only what they hash to.

They have 256 random bits, so that a plain hash is enough: nobody can guess one (unlike passwords).
"""

import hashlib
import secrets


def new_token() -> str:
    """Return a new secret: 43 characters that travel in a header, a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()

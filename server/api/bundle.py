"""The built dashboard: a few files, read once, each found by its exact path and in no other way."""

import gzip
import hashlib
import mimetypes
from collections.abc import Generator, Mapping
from functools import cached_property
from pathlib import Path

from fastapi import Request, Response

INDEX = "index.html"
_HASHED = "/assets/"
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
# What mimetypes reads from the machine is not the same everywhere.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".md": "text/markdown; charset=utf-8",
}
_COMPRESSED = {".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".md"}
# Below this, compressing costs more than it saves.
_SMALL = 1000


def find() -> Path | None:
    """Return where the built dashboard is: in the package, or in the source tree it runs from."""
    server = Path(__file__).resolve().parent.parent
    places = (server / "web", server.parent / "dashboard" / "dist")
    return next((place for place in places if (place / INDEX).is_file()), None)


class File:
    """One file, ready to be sent.

    Args:
        path: Where it is served.
        content: What is in it.
        headers: What else is said with it.
    """

    def __init__(self, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._suffix = Path(path).suffix
        self._content = content
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        self._headers = {
            "cache-control": _FOREVER if path.startswith(_HASHED) else _ASK_AGAIN,
            "content-type": _type(self._suffix),
            "etag": self._tag,
            "vary": "accept-encoding",
            **(headers or {}),
        }

    def response(self, request: Request, status: int = 200) -> Response:
        """Return the file, compressed if the reader takes it; nothing if they have it already."""
        if status == 200 and self._tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, self._headers)
        if "gzip" in request.headers.get("accept-encoding", "") and self._zipped:
            headers = {**self._headers, "content-encoding": "gzip"}
            return Response(self._zipped, status, headers)
        return Response(self._content, status, self._headers)

    @cached_property
    def _zipped(self) -> bytes | None:
        """The file compressed, made when it is asked for first; None if that saves nothing."""
        if self._suffix not in _COMPRESSED or len(self._content) < _SMALL:
            return None
        return gzip.compress(self._content, 6, mtime=0)


def files(folder: Path) -> Generator[tuple[str, bytes]]:
    """Return every file below a folder and its path; what is hidden is not for browsers."""
    for place in sorted(folder.rglob("*")):
        parts = place.relative_to(folder).parts
        if place.is_file() and not any(part.startswith(".") for part in parts):
            yield "/" + "/".join(parts), place.read_bytes()


def _type(suffix: str) -> str:
    known = _TYPES.get(suffix) or mimetypes.types_map.get(suffix)
    return known or "application/octet-stream"

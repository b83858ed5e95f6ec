"""The pages outside the contract: the dashboard, or what a browser finds where it is not built."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from .bundle import INDEX, File, files
from .reading import html

# The addresses that the dashboard knows; at any other it says that there is nothing.
PAGES = (
    "/",
    "/setup",
    "/login",
    "/task",
    "/audit",
    "/people",
    "/keys",
    "/deliveries",
    "/slack",
    "/email",
    "/analytics",
    "/status",
    "/settings",
)
# Images of payloads are shown when they are part of them; nothing is fetched from elsewhere.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

Lost = Callable[[Request], Response | None]


def install(app: FastAPI, folder: Path | None, base_url: str) -> Lost:
    """Serve the dashboard that is built in `folder`, or say that it is not built.

    Returns:
        What a browser is shown at an address where there is nothing; None for programs.
    """
    if folder is None:
        page = _not_built(base_url)
        _route(app, PAGES, lambda _request: page)
        return lambda _request: None
    index = File(f"/{INDEX}", (folder / INDEX).read_bytes(), _HEADERS)
    _route(app, PAGES, index.response)
    for path, content in files(folder):
        if path != f"/{INDEX}":
            _route(app, (path,), File(path, content).response)

    def lost(request: Request) -> Response | None:
        browsing = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if not browsing or request.url.path.startswith("/api"):
            return None
        return index.response(request, 404)

    return lost


def _route(app: FastAPI, paths: tuple[str, ...], answer: Callable[[Request], Response]) -> None:
    async def show(request: Request) -> Response:
        return answer(request)

    for path in paths:
        app.router.routes.append(Route(path, show, methods=["GET"]))


def _not_built(base_url: str) -> Response:
    """Return a page that says what works without the dashboard."""
    return html(
        "awaithumans",
        f"""<h1>awaithumans</h1>
<p>The server runs, but its dashboard is not built. In a source tree <code>make run</code> builds
it; a package from an index has it built. Until then, answer tasks in a terminal with
<code>awaithumans inbox</code>, or through the <a href="/api/docs">interface</a>.</p>
<h2>First operator</h2>
<p>The server printed a setup token at its start. Use it once:</p>
<pre>curl -X POST {base_url}/api/setup/operator -H 'Content-Type: application/json' \\
  -d '{{"token": "&hellip;", "email": "you@example.com", "password": "&hellip;"}}'</pre>""",
    )

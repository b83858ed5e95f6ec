"""The pages outside the contract: what a browser finds before the dashboard is there."""

from fastapi import APIRouter
from fastapi.responses import Response

from .parts import Having
from .reading import html

_PAGES = ("/", "/setup", "/login", "/task")

routes = APIRouter(include_in_schema=False)


async def _show(parts: Having) -> Response:
    """Return a page that says what works without the dashboard."""
    return html(
        "awaithumans",
        f"""<h1>awaithumans</h1>
<p>The server runs. This version has no dashboard yet: answer tasks in a terminal with
<code>awaithumans inbox</code>, or through the <a href="/api/docs">interface</a>.</p>
<h2>First operator</h2>
<p>The server printed a setup token at its start. Use it once:</p>
<pre>curl -X POST {parts.base_url}/api/setup/operator -H 'Content-Type: application/json' \\
  -d '{{"token": "&hellip;", "email": "you@example.com", "password": "&hellip;"}}'</pre>""",
    )


for _path in _PAGES:
    routes.add_api_route(_path, _show, methods=["GET"])

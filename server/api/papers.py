"""Small pages for people who come from a message: no script, nothing from elsewhere."""

from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from ..errors import Refusal
from .reading import html
from .refusals import validation_failed

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
# The secret of a link stands in its address. A browser that tells nobody where it comes from
# (`no-referrer`) sends its forms with the origin `null`, which is another site's.
_HEADERS = {"referrer-policy": "strict-origin"}
_HEADINGS = {
    403: "This is not yours to answer",
    404: "This task is gone",
    409: "There is nothing to answer",
    410: "This link does not work any more",
    422: "This can't be answered here",
    503: "Please try again in a moment",
}


def paper(template: str, title: str, **words: Any) -> Response:
    """Return a page; whatever stands in `words` is shown as text."""
    return html(title, _environment().get_template(template).render(words), headers=_HEADERS)


def told(heading: str, *sentences: str) -> Response:
    """Return a page that says what happened."""
    return paper("said.html.j2", heading, heading=heading, sentences=sentences, code=None)


def refused(refusal: Refusal) -> Response:
    """Return the page of a refusal, with its status."""
    heading = _HEADINGS.get(refusal.status, "This did not work")
    page = paper(
        "said.html.j2", heading, heading=heading, sentences=[refusal.message], code=refusal.code
    )
    page.status_code = refusal.status
    if refusal.retry_after is not None:
        page.headers["retry-after"] = str(refusal.retry_after)
    return page


class PaperRoute(APIRoute):
    """A route for people: what it refuses, it refuses with a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with its refusals turned into pages."""
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                return refused(refusal)
            except RequestValidationError as error:
                return refused(validation_failed(error))

        return shown


@cache
def _environment() -> "Environment":
    """Load the library with the first page, for a start of the server needs none of it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

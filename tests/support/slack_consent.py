"""The page of the stand-in for Slack where somebody agrees to install the app: they always do."""

from urllib.parse import urlencode

from aiohttp import web


def consent(codes: dict[str, str], query: "dict[str, str]") -> web.Response:
    """Send them back, with a code as long as there is one.

    Args:
        codes: What codes are exchanged for.
        query: What the app has asked with.
    """
    code = next(iter(codes), None)
    given = {"error": "access_denied"} if code is None else {"code": code}
    back = urlencode({**given, "state": query["state"]})
    return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{back}"})

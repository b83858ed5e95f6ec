"""How the stand-in for Slack behaves when it does not behave well."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Manner = Callable[[], Awaitable[web.Response | None]]


def fails(code: str, **more: Any) -> Manner:
    """Answer with an error of Slack's, such as `token_expired`."""

    async def manner() -> web.Response:
        return web.json_response({"ok": False, "error": code, **more})

    return manner


def limited(retry_after: int) -> Manner:
    """Answer that there were too many calls."""

    async def manner() -> web.Response:
        headers = {"Retry-After": str(retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    return manner


def answers(status: int, text: str = "", kind: str = "application/json") -> Manner:
    """Answer with this status and body, whatever they are."""

    async def manner() -> web.Response:
        return web.Response(status=status, text=text, content_type=kind)

    return manner


def slow(seconds: float) -> Manner:
    """Answer well, but slowly."""

    async def manner() -> None:
        await asyncio.sleep(seconds)

    return manner

"""What became of a call of Slack's API: its answer, or the failure that it stands for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Mapping
from typing import Any, cast

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from .failures import SlackFailure

Answer = Mapping[str, Any]

_LONGEST_PAUSE = 3_600.0
_UNSAID_PAUSE = 30.0
_CODE = re.compile(r"[a-z][a-z0-9_]{1,60}")


async def outcome(call: Awaitable[Any]) -> Any:
    """Wait for an answer; without the chain of errors behind a failure, which may hold a token."""
    try:
        return await call
    except SlackApiError as error:
        failure = _refusal(error.response)
    except (asyncio.TimeoutError, TimeoutError):
        failure = SlackFailure("timeout")
    except (aiohttp.ClientError, OSError):
        failure = SlackFailure("unreachable")
    except (SlackClientError, ValueError, TypeError, AttributeError):
        # The library trips over answers that are no JSON objects.
        failure = SlackFailure("malformed_answer")
    raise failure


def _refusal(response: Any) -> SlackFailure:
    status = getattr(response, "status_code", None) or getattr(response, "status", 200)
    if status == 429 or status >= 500:
        return by_status(status, response.headers)
    data = getattr(response, "data", None)
    said: Answer = cast("Answer", data) if isinstance(data, dict) else {}
    if not isinstance(said.get("error"), str):
        return SlackFailure("malformed_answer")
    needed = str(said.get("needed", ""))
    more = f" Needed: {needed[:200]}." if re.fullmatch(r"[a-z:.,_ ]+", needed) else ""
    code = code_of(said["error"])
    return SlackFailure(code, _pause(response.headers) if code == "ratelimited" else None, more)


def by_status(status: int, headers: Mapping[str, str]) -> SlackFailure:
    """Make the failure of an answer with status 429, or from 500 on."""
    if status == 429:
        return SlackFailure("ratelimited", _pause(headers))
    return SlackFailure("server_error")


def _pause(headers: Mapping[str, str]) -> float:
    """Return the seconds that `Retry-After` says; thirty where it says none."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return (
        min(float(said), _LONGEST_PAUSE)
        if re.fullmatch(r"\d{1,6}(\.\d+)?", said)
        else _UNSAID_PAUSE
    )


def code_of(said: str) -> str:
    """Return Slack's word, if it is one."""
    return said if _CODE.fullmatch(said) else "unknown_error"


def part(answer: Answer, name: str) -> Answer:
    """Return an object of an answer; without it, the answer is malformed."""
    found = answer.get(name)
    if not isinstance(found, dict):
        raise SlackFailure("malformed_answer")
    return cast("Answer", found)


def text_of(answer: Answer, name: str) -> str:
    """Return a text of an answer; without it, the answer is malformed."""
    text = answer.get(name)
    if not isinstance(text, str) or not text:
        raise SlackFailure("malformed_answer")
    return text

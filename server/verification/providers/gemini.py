"""Gemini: the verdict is JSON that follows a schema."""

import asyncio
from typing import Any, cast

import aiohttp
from google.genai import Client, errors, types

from .. import failures
from ..ports import Call, Reply

_MOST_TOKENS = 8_192
# By their names: not every version of the library knows all of them.
_CUT = ("MAX_TOKENS", "CONTINUATION")
_GARBLED = ("FINISH_REASON_UNSPECIFIED", "OTHER", "MALFORMED_RESPONSE")


async def ask(call: Call) -> Reply:
    """Ask once.

    Raises:
        VerifierFailure: There is no reply.
    """
    # A connection of our own: what the library makes for itself is a class that aiohttp warns of.
    async with aiohttp.ClientSession(trust_env=True) as session:
        client = await asyncio.to_thread(_client, call, session)
        try:
            return _reply(await _asked(client, call), call)
        finally:
            await client.aio.aclose()
            client.close()


async def _asked(client: Client, call: Call) -> types.GenerateContentResponse:
    try:
        # Types that are not installed stand in its signatures.
        models = cast("Any", client.aio.models)
        return await models.generate_content(
            model=call.model, contents=call.prompt.user, config=_config(call)
        )
    except errors.APIError as error:
        seen = cast("Any", error)
        headers = getattr(seen.response, "headers", None)
        raise failures.of_status(call, error.code, error.status, headers, seen.details) from None
    except asyncio.TimeoutError:
        raise failures.slow(call.vendor, call.seconds) from None
    except (aiohttp.ClientError, OSError):
        raise failures.unreachable(call.vendor) from None
    except ValueError:
        raise failures.unreadable(call.vendor) from None


def _client(call: Call, session: aiohttp.ClientSession) -> Client:
    return Client(
        api_key=call.key,
        vertexai=False,
        http_options=types.HttpOptions(
            base_url=call.base_url,
            timeout=int(call.seconds * 1_000),
            retry_options=types.HttpRetryOptions(attempts=1),
            aiohttp_client=session,
        ),
    )


def _config(call: Call) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction=call.prompt.system,
        response_mime_type="application/json",
        response_json_schema=call.prompt.schema,
        max_output_tokens=_MOST_TOKENS,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def _reply(response: types.GenerateContentResponse, call: Call) -> Reply:
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise failures.declined(call.vendor)
    if not response.candidates:
        raise failures.unreadable(call.vendor)
    candidate, usage = response.candidates[0], response.usage_metadata
    finish = "OTHER" if candidate.finish_reason is None else candidate.finish_reason.value
    if finish in _CUT:
        raise failures.truncated(call.vendor)
    if finish in _GARBLED:
        raise failures.unreadable(call.vendor)
    if finish != "STOP":
        raise failures.declined(call.vendor)
    parts = (candidate.content and candidate.content.parts) or []
    return Reply(
        failures.json_of(
            "".join(part.text or "" for part in parts if not part.thought), call.vendor
        ),
        response.model_version or call.model,
        usage and usage.prompt_token_count,
        usage and (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
    )

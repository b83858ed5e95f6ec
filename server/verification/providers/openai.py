"""OpenAI: the verdict is a structured output of the Responses API."""

import asyncio

import openai
from openai.types.responses import Response

from .. import failures
from ..ports import Call, Reply

_MOST_TOKENS = 8_192


async def ask(call: Call) -> Reply:
    """Ask once.

    Raises:
        VerifierFailure: There is no reply.
    """
    async with await asyncio.to_thread(_client, call) as client:
        try:
            response = await client.responses.create(
                model=call.model,
                instructions=call.prompt.system,
                input=call.prompt.user,
                text={
                    "format": {
                        "type": "json_schema",
                        "name": "verdict",
                        "schema": call.prompt.schema,
                        "strict": True,
                    }
                },
                max_output_tokens=_MOST_TOKENS,
                # Otherwise OpenAI keeps what was sent.
                store=False,
            )
        except openai.APIStatusError as error:
            raise failures.of_status(
                call, error.status_code, error.code, error.response.headers
            ) from None
        except openai.APITimeoutError:
            raise failures.slow(call.vendor, call.seconds) from None
        except openai.APIConnectionError:
            raise failures.unreachable(call.vendor) from None
        except (openai.OpenAIError, ValueError):
            raise failures.unreadable(call.vendor) from None
    try:
        return _reply(response, call)
    # The library does not check what it was sent.
    except (AttributeError, TypeError):
        raise failures.unreadable(call.vendor) from None


def _client(call: Call) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        api_key=call.key, base_url=call.base_url, timeout=call.seconds, max_retries=0
    )


def _reply(response: Response, call: Call) -> Reply:
    if response.error is not None:
        raise failures.of_status(call, 500, response.error.code)
    incomplete = response.incomplete_details
    if incomplete is not None and incomplete.reason == "content_filter":
        raise failures.declined(call.vendor)
    if incomplete is not None:
        raise failures.truncated(call.vendor)
    messages = [item for item in response.output if item.type == "message"]
    parts = [part for message in messages for part in message.content]
    if any(part.type == "refusal" for part in parts):
        raise failures.declined(call.vendor)
    said = "".join(part.text for part in parts if part.type == "output_text")
    usage = response.usage
    return Reply(
        failures.json_of(said, call.vendor),
        response.model,
        None if usage is None else usage.input_tokens,
        None if usage is None else usage.output_tokens,
    )

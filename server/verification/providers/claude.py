"""Claude: the verdict is the use of a tool.

The tool is offered and not forced: present models refuse a request that forces one.
"""

import asyncio
from typing import Literal

import anthropic
from anthropic.types import Message, OutputConfigParam, ToolParam

from .. import failures
from ..ports import Call, Reply

_TOOL = "give_verdict"
_MOST_TOKENS = 8_192
_ONLY_SO = f"\nGive your verdict by calling the tool `{_TOOL}`, exactly once, and write nothing.\n"
# How long these think unless told otherwise is longer than a person waits.
_EFFORT: dict[str, Literal["low", "medium"]] = {"claude-sonnet-5-5": "medium"}


async def ask(call: Call) -> Reply:
    """Ask once.

    Raises:
        VerifierFailure: There is no reply.
    """
    async with await asyncio.to_thread(_client, call) as client:
        try:
            message = await client.messages.create(
                model=call.model,
                max_tokens=_MOST_TOKENS,
                system=call.prompt.system + _ONLY_SO,
                messages=[{"role": "user", "content": call.prompt.user}],
                tools=[_tool(call)],
                tool_choice={"type": "auto", "disable_parallel_tool_use": True},
                output_config=_config(call.model),
            )
        except anthropic.APIStatusError as error:
            raise failures.of_status(
                call, error.status_code, error.type, error.response.headers
            ) from None
        except anthropic.APITimeoutError:
            raise failures.slow(call.vendor, call.seconds) from None
        except anthropic.APIConnectionError:
            raise failures.unreachable(call.vendor) from None
        except (anthropic.AnthropicError, ValueError):
            raise failures.unreadable(call.vendor) from None
    try:
        return _reply(message, call)
    # The library does not check what it was sent.
    except (AttributeError, TypeError):
        raise failures.unreadable(call.vendor) from None


def _client(call: Call) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(
        api_key=call.key,
        base_url=call.base_url,
        timeout=call.seconds,
        max_retries=0,
        # A span might hold what was sent.
        open_telemetry=False,
    )


def _tool(call: Call) -> ToolParam:
    return {
        "name": _TOOL,
        "description": "Gives the verdict on the answer.",
        "input_schema": call.prompt.schema,
        "strict": True,
    }


def _config(model: str) -> OutputConfigParam | anthropic.Omit:
    return {"effort": _EFFORT[model]} if model in _EFFORT else anthropic.omit


def _reply(message: Message, call: Call) -> Reply:
    if message.stop_reason == "refusal":
        raise failures.declined(call.vendor)
    if message.stop_reason == "max_tokens":
        raise failures.truncated(call.vendor)
    if message.stop_reason == "model_context_window_exceeded":
        raise failures.too_long(call.vendor)
    uses = [block for block in message.content if block.type == "tool_use"]
    if len(uses) != 1 or uses[0].name != _TOOL:
        raise failures.unreadable(call.vendor)
    return Reply(
        uses[0].input, message.model, message.usage.input_tokens, message.usage.output_tokens
    )

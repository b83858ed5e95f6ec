"""Azure OpenAI: the verdict is a structured output of a deployment's chat completions.

The config's `metadata` may name the `endpoint` and the `api_version`. An agent writes it, and the
key goes where it says: only to the operator's own endpoint, or to one of Azure's.
"""

import asyncio
import re
from urllib.parse import urlsplit

import openai
from openai.types.chat import ChatCompletion

from .. import failures
from ..model import VerifierFailure
from ..ports import Call, Reply

_API_VERSION = "2024-10-21"
_VERSION = re.compile(r"[0-9A-Za-z.-]{1,40}")
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


async def ask(call: Call) -> Reply:
    """Ask once.

    Raises:
        VerifierFailure: There is no reply.
    """
    async with await asyncio.to_thread(_client, call) as client:
        try:
            completion = await client.chat.completions.create(
                model=call.model,
                messages=[
                    {"role": "system", "content": call.prompt.system},
                    {"role": "user", "content": call.prompt.user},
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {
                        "name": "verdict",
                        "schema": call.prompt.schema,
                        "strict": True,
                    },
                },
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
        return _reply(completion, call)
    # The library does not check what it was sent.
    except (AttributeError, TypeError, IndexError):
        raise failures.unreadable(call.vendor) from None


def _client(call: Call) -> openai.AsyncAzureOpenAI:
    return openai.AsyncAzureOpenAI(
        api_key=call.key,
        azure_endpoint=_endpoint(call),
        api_version=_api_version(call),
        timeout=call.seconds,
        max_retries=0,
    )


def _endpoint(call: Call) -> str:
    operators = call.base_url or call.environment.get("AZURE_OPENAI_ENDPOINT")
    named = call.metadata.get("endpoint")
    if call.base_url is not None or named is None:
        if operators:
            return operators
        raise VerifierFailure(
            "Azure OpenAI needs its endpoint: set AZURE_OPENAI_ENDPOINT on the server, or name it "
            "as `endpoint` in the verifier's `metadata`.",
            permanent=True,
        )
    if isinstance(named, str) and (_is_azure(named) or named == operators):
        return named
    raise VerifierFailure(
        "`endpoint` in the verifier's `metadata` is no address of Azure OpenAI: it has to be "
        "https://NAME.openai.azure.com, or what AZURE_OPENAI_ENDPOINT is on the server.",
        permanent=True,
    )


def _is_azure(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = re.fullmatch(r"https://[A-Za-z0-9.-]+(:443)?/?", endpoint) is not None
    return plain and port in {None, 443} and host.endswith(_AZURE)


def _api_version(call: Call) -> str:
    servers = call.environment.get("OPENAI_API_VERSION") or _API_VERSION
    named = call.metadata.get("api_version", servers)
    if isinstance(named, str) and _VERSION.fullmatch(named):
        return named
    raise VerifierFailure(
        "`api_version` in the verifier's `metadata` is no version of Azure OpenAI's API, such as "
        f"{_API_VERSION}.",
        permanent=True,
    )


def _reply(completion: ChatCompletion, call: Call) -> Reply:
    choice, usage = completion.choices[0], completion.usage
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise failures.declined(call.vendor)
    if choice.finish_reason == "length":
        raise failures.truncated(call.vendor)
    return Reply(
        failures.json_of(choice.message.content, call.vendor),
        completion.model,
        None if usage is None else usage.prompt_tokens,
        None if usage is None else usage.completion_tokens,
    )

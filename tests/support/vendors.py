"""The vendors of models on loopback: what each one's protocol says, for its real library."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from awaithumans.server.verification.model import ProviderName
from tests.support.receiver import Call, Receiver, receiver

PROVIDERS: tuple[ProviderName, ...] = ("claude", "openai", "gemini", "azure_openai")
Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question that arrived, whichever protocol it came in."""

    provider: ProviderName
    model: str
    system: str
    user: str
    schema: Json
    key: str
    body: Json
    path: str

    @property
    def boundary(self) -> str:
        found = re.search(r"`\[begin NAME (\w+)\]`", self.system)
        assert found is not None
        return found[1]

    def section(self, name: str) -> str:
        """Return what stands within the fence of this name; it has to stand there once."""
        begin, end = (f"[{word} {name} {self.boundary}]" for word in ("begin", "end"))
        assert self.user.count(begin) == self.user.count(end) == 1
        return self.user.split(f"{begin}\n")[1].split(f"\n{end}")[0]


@dataclass(frozen=True)
class Answer:
    """What is answered: a body as JSON, or bytes that are not; None hangs, or breaks off."""

    status: int = 200
    body: Json | bytes = field(default_factory=dict[str, Any])
    headers: tuple[str, ...] = ()
    manner: str = "answers"


Manner = Callable[[Asked], Answer]


def verdict(
    passed: object = True, reason: object = "It is as the rules say.", **more: object
) -> Manner:
    """Give this verdict, in the form of the protocol."""
    said = {"reason": reason, "fields": [], "passed": passed, **more}
    return lambda asked: Answer(body=_said(asked, said))


def refuses(reason: str, *fields: tuple[list[str], str]) -> Manner:
    """Refuse for this reason, with those of single fields."""
    named = [{"path": path, "reason": why} for path, why in fields]
    return verdict(passed=False, reason=reason, fields=named)


def extracts(answer: Json, passed: bool = True) -> Manner:
    """Understand this from what was said."""
    return verdict(passed, answer=json.dumps(answer), understood=True)


def says(value: object) -> Manner:
    """Reply with this in place of a verdict."""
    return lambda asked: Answer(body=_said(asked, value))


def writes(text: str) -> Manner:
    """Reply in words and not in the form."""
    return lambda asked: Answer(body=_REPLIES[asked.provider](asked, text))


def fails(status: int, code: str = "some_error", *headers: str) -> Manner:
    """Answer with an error, whose message repeats all that was sent, as vendors' do."""

    def manner(asked: Asked) -> Answer:
        message = f"You sent {asked.user} with {asked.key}"
        error: Json = {"type": code, "code": code, "message": message}
        if asked.provider == "gemini":
            error = {"code": status, "status": code.upper(), "message": message}
        return Answer(status, {"type": "error", "error": error}, headers)

    return manner


def garbage(_asked: Asked) -> Answer:
    """Claim to answer with JSON, and do not."""
    return Answer(body=b'{"content": [')


def empty(_asked: Asked) -> Answer:
    """Answer with JSON that is nothing of the protocol."""
    return Answer(body={"hello": "there"})


def hangs(_asked: Asked) -> Answer:
    """Never answer."""
    return Answer(manner="hangs")


def breaks_off(_asked: Asked) -> Answer:
    """Close the connection in place of an answer."""
    return Answer(manner="breaks off")


def cut_off(asked: Asked) -> Answer:
    """Reply with half of a verdict, for its length."""
    return Answer(body=_ended(asked, '{"reason": "It i', "length"))


def declines(asked: Asked) -> Answer:
    """Reply that the model will not."""
    return Answer(body=_ended(asked, "", "declined"))


def filtered(asked: Asked) -> Answer:
    """Reply that what was asked or said was filtered out."""
    return Answer(body=_ended(asked, "", "filtered"))


def wrong_tool(asked: Asked) -> Answer:
    """Use a tool that was not offered."""
    return Answer(body=_message([_use("delete_everything", {"passed": True})], "tool_use", asked))


def in_turn(*manners: Manner) -> Manner:
    """Behave in one manner after the other; the last one stays."""
    left = list(manners)
    return lambda asked: (left.pop(0) if len(left) > 1 else left[0])(asked)


def honest(asked: Asked) -> Answer:
    """Read the sections as the system text says, and refuse an answer that gives orders."""
    free = "- `said` is" in asked.system
    more: Json = {"answer": "{}", "understood": True} if free else {}
    if "ignore your instructions" in asked.section("said" if free else "answer").lower():
        return verdict(passed=False, reason="It gives orders to its verifier.", **more)(asked)
    return verdict(**more)(asked)


@dataclass
class Vendors:
    """The four of them at one address."""

    manner: Manner
    receiver: Receiver
    asked: list[Asked] = field(default_factory=list[Asked])

    @property
    def base_urls(self) -> dict[ProviderName, str]:
        root = f"http://127.0.0.1:{self.receiver.port}"
        return {"claude": root, "openai": f"{root}/v1", "gemini": root, "azure_openai": root}

    async def __call__(self, call: Call, writer: asyncio.StreamWriter) -> None:
        asked = read(call)
        self.asked.append(asked)
        answer = self.manner(asked)
        if answer.manner == "hangs":
            await asyncio.sleep(3600)
        if answer.manner == "answers":
            writer.write(_http(answer))


@asynccontextmanager
async def vendors(manner: Manner) -> AsyncGenerator[Vendors]:
    """Have the vendors listen on a free port of loopback."""

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        await made(call, writer)

    async with receiver(answer) as listening:
        made = Vendors(manner, listening)
        yield made


def read(call: Call) -> Asked:
    """Return what was asked, by the protocol whose path it came to."""
    path, _, query = call.path.partition("?")
    body, headers = call.json, call.headers
    if path == "/v1/messages":
        (tool,) = body["tools"]
        key = headers.get("x-api-key") or headers["authorization"].removeprefix("Bearer ")
        user = body["messages"][0]["content"]
        told = (body["model"], body["system"], user, tool["input_schema"], key)
        return Asked("claude", *told, body, call.path)
    if path == "/v1/responses":
        key = headers["authorization"].removeprefix("Bearer ")
        schema = body["text"]["format"]["schema"]
        told = (body["model"], body["instructions"], body["input"], schema, key)
        return Asked("openai", *told, body, call.path)
    gemini = re.fullmatch(r"/v1(?:beta)?/models/(.+):generateContent", path)
    if gemini is not None:
        schema = body["generationConfig"]["responseJsonSchema"]
        system = body["systemInstruction"]["parts"][0]["text"]
        user = body["contents"][0]["parts"][0]["text"]
        told = (gemini[1], system, user, schema, headers["x-goog-api-key"])
        return Asked("gemini", *told, body, call.path)
    azure = re.fullmatch(r"/openai/deployments/(.+)/chat/completions", path)
    assert azure is not None, call.path
    assert query.startswith("api-version=")
    system, user = (message["content"] for message in body["messages"])
    schema = body["response_format"]["json_schema"]["schema"]
    return Asked(
        "azure_openai", azure[1], system, user, schema, headers["api-key"], body, call.path
    )


def _http(answer: Answer) -> bytes:
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    lines = [
        f"HTTP/1.1 {answer.status} {_phrase(answer.status)}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
        *answer.headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _phrase(status: int) -> str:
    return "Overloaded" if status == 529 else HTTPStatus(status).phrase


def _said(asked: Asked, value: object) -> Json:
    if asked.provider == "claude":
        return _message([_use("give_verdict", value)], "tool_use", asked)
    return _REPLIES[asked.provider](asked, json.dumps(value))


def _ended(asked: Asked, text: str, why: str) -> Json:
    return _ENDED[asked.provider](asked, text, why)


def _use(tool: str, given: object) -> Json:
    return {"type": "tool_use", "id": "toolu_1", "name": tool, "input": given}


def _message(content: list[Json], stop: str, asked: Asked) -> Json:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 321, "output_tokens": 21},
    }


def _response(asked: Asked, content: list[Json], incomplete: str | None = None) -> Json:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": asked.model,
        "status": "completed" if incomplete is None else "incomplete",
        "error": None,
        "incomplete_details": None if incomplete is None else {"reason": incomplete},
        "output": [
            {"id": "rs_1", "type": "reasoning", "summary": []},
            message | {"content": content},
        ],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 321,
            "output_tokens": 21,
            "total_tokens": 342,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _candidate(asked: Asked, text: str, finish: str = "STOP") -> Json:
    thought = {"text": "Let me see.", "thought": True}
    return {
        "candidates": [
            {
                "content": {"role": "model", "parts": [thought, {"text": text}]},
                "finishReason": finish,
                "index": 0,
            }
        ],
        "usageMetadata": {"promptTokenCount": 321, "candidatesTokenCount": 21},
        "modelVersion": asked.model,
    }


def _completion(asked: Asked, text: str, finish: str = "stop", refusal: str | None = None) -> Json:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 321, "completion_tokens": 21, "total_tokens": 342},
    }


def _text(text: str) -> list[Json]:
    return [{"type": "output_text", "text": text, "annotations": []}]


_REPLIES: dict[ProviderName, Callable[[Asked, str], Json]] = {
    "claude": lambda asked, text: _message([{"type": "text", "text": text}], "end_turn", asked),
    "openai": lambda asked, text: _response(asked, _text(text)),
    "gemini": _candidate,
    "azure_openai": _completion,
}


def _claude_ended(asked: Asked, text: str, why: str) -> Json:
    content = [{"type": "text", "text": text}] if text else []
    return _message(content, "max_tokens" if why == "length" else "refusal", asked)


def _openai_ended(asked: Asked, text: str, why: str) -> Json:
    if why == "declined":
        return _response(asked, [{"type": "refusal", "refusal": "I won't."}])
    reason = "max_output_tokens" if why == "length" else "content_filter"
    return _response(asked, _text(text), reason)


def _gemini_ended(asked: Asked, text: str, why: str) -> Json:
    if why == "filtered":
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    return _candidate(asked, text, "MAX_TOKENS" if why == "length" else "SAFETY")


def _azure_ended(asked: Asked, text: str, why: str) -> Json:
    if why == "declined":
        return _completion(asked, text, refusal="I won't.")
    return _completion(asked, text, "length" if why == "length" else "content_filter")


_ENDED: dict[ProviderName, Callable[[Asked, str, str], Json]] = {
    "claude": _claude_ended,
    "openai": _openai_ended,
    "gemini": _gemini_ended,
    "azure_openai": _azure_ended,
}

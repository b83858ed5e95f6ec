"""What the vendors of models are asked and reply, each in its own protocol."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from awaithumans.server.verification.model import ProviderName
from tests.support.receiver import Call

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


def said(asked: Asked, value: object) -> Json:
    """Return a reply in the form that was asked for."""
    if asked.provider == "claude":
        return message([used("give_verdict", value)], "tool_use", asked)
    return _REPLIES[asked.provider](asked, json.dumps(value))


def written(asked: Asked, text: str) -> Json:
    """Return a reply in words."""
    return _REPLIES[asked.provider](asked, text)


def ended(asked: Asked, text: str, why: str) -> Json:
    """Return a reply that ended early: for its `length`, or it was `declined` or `filtered`."""
    return _ENDED[asked.provider](asked, text, why)


def used(tool: str, given: object) -> Json:
    return {"type": "tool_use", "id": "toolu_1", "name": tool, "input": given}


def message(content: list[Json], stop: str, asked: Asked) -> Json:
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
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
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
            whole | {"content": content},
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
    "claude": lambda asked, text: message([{"type": "text", "text": text}], "end_turn", asked),
    "openai": lambda asked, text: _response(asked, _text(text)),
    "gemini": _candidate,
    "azure_openai": _completion,
}


def _claude_ended(asked: Asked, text: str, why: str) -> Json:
    content = [{"type": "text", "text": text}] if text else []
    return message(content, "max_tokens" if why == "length" else "refusal", asked)


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

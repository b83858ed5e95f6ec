"""The vendors of models on loopback, for their real libraries, well-behaved and otherwise."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from awaithumans.server.verification.model import ProviderName
from tests.support.receiver import Call, Receiver, receiver
from tests.support.vendor_protocols import Asked, Json, ended, message, read, said, used, written

PROVIDERS: tuple[ProviderName, ...] = ("claude", "openai", "gemini", "azure_openai")


@dataclass(frozen=True)
class Answer:
    """What is answered: JSON, or bytes that need not be; or nothing, by hanging or breaking off."""

    status: int = 200
    body: Json | bytes = b""
    headers: tuple[str, ...] = ()
    manner: str = "answers"
    after: float = 0.0


Manner = Callable[[Asked], Answer]


def verdict(
    passed: object = True, reason: object = "It is as the rules say.", **more: object
) -> Manner:
    """Give this verdict, in the form of the protocol."""
    given: Json = {"reason": reason, "fields": [], "passed": passed, **more}
    return lambda asked: Answer(body=said(asked, given))


def refuses(reason: str, *fields: tuple[list[str], str]) -> Manner:
    """Refuse for this reason, with those of single fields."""
    named = [{"path": path, "reason": why} for path, why in fields]
    return verdict(passed=False, reason=reason, fields=named)


def extracts(answer: Json, passed: bool = True) -> Manner:
    """Understand this from what was said."""
    return verdict(passed, answer=json.dumps(answer), understood=True)


def says(value: object) -> Manner:
    """Reply with this in place of a verdict."""
    return lambda asked: Answer(body=said(asked, value))


def writes(text: str) -> Manner:
    """Reply in words and not in the form."""
    return lambda asked: Answer(body=written(asked, text))


def fails(status: int, code: str = "some_error", *headers: str) -> Manner:
    """Answer with an error, whose message repeats all that was sent, as vendors' do."""

    def manner(asked: Asked) -> Answer:
        told = f"You sent {asked.user} with {asked.key}"
        error: Json = {"type": code, "code": code, "message": told}
        if asked.provider == "gemini":
            error = {"code": status, "status": code.upper(), "message": told}
        return Answer(status, {"type": "error", "error": error}, headers)

    return manner


def garbage(_asked: Asked) -> Answer:
    """Claim to answer with JSON, and do not."""
    return Answer(body=b'{"content": [')


def empty(_asked: Asked) -> Answer:
    """Answer with JSON that is nothing of the protocol."""
    return Answer(body={"hello": "there"})


def late(seconds: float, manner: Manner) -> Manner:
    """Behave in this manner after so many seconds."""
    return lambda asked: replace(manner(asked), after=seconds)


def hangs(_asked: Asked) -> Answer:
    """Never answer."""
    return Answer(manner="hangs")


def breaks_off(_asked: Asked) -> Answer:
    """Close the connection in place of an answer."""
    return Answer(manner="breaks off")


def cut_off(asked: Asked) -> Answer:
    """Reply with half of a verdict, for its length."""
    return Answer(body=ended(asked, '{"reason": "It i', "length"))


def declines(asked: Asked) -> Answer:
    """Reply that the model will not."""
    return Answer(body=ended(asked, "", "declined"))


def filtered(asked: Asked) -> Answer:
    """Reply that what was asked or said was filtered out."""
    return Answer(body=ended(asked, "", "filtered"))


def wrong_tool(asked: Asked) -> Answer:
    """Use a tool that was not offered."""
    return Answer(body=message([used("delete_everything", {"passed": True})], "tool_use", asked))


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
        await asyncio.sleep(answer.after)
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

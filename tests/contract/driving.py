"""Two ways to the same server for the model: a process of its own, or within this one."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from awaithumans.server.api import contract
from tests.contract.conformance import Conformance
from tests.contract.conftest import hold_to_contract
from tests.contract.hostile import Body
from tests.support.inprocess import in_process
from tests.support.process import ServerProcess

_PIECE = 1 << 16


@dataclass(frozen=True)
class Request:
    """A request; the answer is held to the contract."""

    method: str
    path: str
    json: Any = None
    body: Body | None = None
    params: dict[str, Any] = field(default_factory=dict[str, Any])


class Driver(Protocol):
    """A way to a server."""

    judge: Conformance

    def ask(self, request: Request) -> httpx.Response:
        """Send one request."""
        ...

    def together(self, requests: Sequence[Request]) -> list[httpx.Response]:
        """Send several at once."""
        ...

    def now(self) -> datetime | None:
        """What time it is there; None when it is not for us to move."""
        ...

    def advance(self, seconds: float) -> None:
        """Move the clock; nobody settles what is overdue by that."""
        ...

    def settle(self) -> None:
        """Do what the clock's job does."""
        ...


def _arguments(request: Request, pieces: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"method": request.method, "url": request.path}
    if request.params:
        given["params"] = request.params
    if request.json is not None:
        given["json"] = request.json
    if request.body is not None:
        given["headers"] = request.body.encoded
        chunked = request.body.chunked
        given["content"] = pieces(request.body.content) if chunked else request.body.content
    return given


class ByProcess:
    """Through a connection to a server process."""

    def __init__(self, server: ServerProcess) -> None:
        docs = httpx.get(f"{server.url}/api/docs").text
        self.judge = Conformance(contract.document(), docs)
        self._client = server.client(event_hooks={"response": [self.judge.hook]})
        self._threads = ThreadPoolExecutor(8)

    def ask(self, request: Request) -> httpx.Response:
        return self._client.request(**_arguments(request, _pieces))

    def together(self, requests: Sequence[Request]) -> list[httpx.Response]:
        return list(self._threads.map(self.ask, requests))

    def now(self) -> datetime | None:
        return None

    def advance(self, seconds: float) -> None:
        raise NotImplementedError

    def settle(self) -> None:
        """Leave it to the server's own job."""

    def close(self) -> None:
        self._threads.shutdown()
        self._client.close()


class Within:
    """Within this process, with a clock to move."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._server = self._run(self._stack.enter_async_context(in_process(folder)))
        self.judge = self._run(hold_to_contract(self._server.client))

    def ask(self, request: Request) -> httpx.Response:
        return self._run(self._ask(request))

    def together(self, requests: Sequence[Request]) -> list[httpx.Response]:
        async def gather() -> list[httpx.Response]:
            return await asyncio.gather(*map(self._ask, requests))

        return self._run(gather())

    def now(self) -> datetime | None:
        return self._server.clock.at

    def advance(self, seconds: float) -> None:
        self._server.clock.advance(seconds)

    def settle(self) -> None:
        while self._run(self._server.server.tasks.settle_due(100)):
            pass

    def close(self) -> None:
        self._run(self._stack.aclose())
        self._loop.close()

    async def _ask(self, request: Request) -> httpx.Response:
        return await self._server.client.request(**_arguments(request, pieces_in_turn))

    def _run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


async def pieces_in_turn(content: bytes) -> AsyncIterator[bytes]:
    for piece in _pieces(content):
        yield piece

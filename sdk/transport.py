"""One request, one outcome: an answer of the contract, a refusal, or nobody there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Generic, TypeAlias, TypeVar

import httpx

from awaithumans.discovery import Endpoint
from awaithumans.generated.client import AuthenticatedClient, Client
from awaithumans.generated.client.api.keys import create_api_key, list_api_keys, revoke_api_key
from awaithumans.generated.client.api.tasks import (
    cancel_task,
    complete_task,
    create_task,
    get_task,
    list_task_audit,
    list_tasks,
    open_task,
    poll_task,
)
from awaithumans.generated.client.api.users import (
    create_user,
    delete_user,
    delete_user_password,
    get_user,
    list_users,
    set_user_password,
)
from awaithumans.generated.client.types import Response
from awaithumans.wire import (
    ApiKeyList,
    AuditTrail,
    ErrorResponse,
    NewApiKey,
    PollResult,
    Task,
    TaskPage,
    User,
    UserPage,
)

POLL_SECONDS = 25
"""How long the server is asked to hold one long poll, in seconds."""

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 10.0
_POLL_SLACK_SECONDS = 10.0
# Shorter than the 5 s after which uvicorn closes an idle connection, so that a request is not sent
# into a connection that is just being closed.
_IDLE_SECONDS = 3.0
_EXCERPT = 200

T = TypeVar("T")


@dataclass(frozen=True)
class Operation(Generic[T]):
    """An operation of the contract, blocking and awaitable, and how long it may take to answer."""

    blocking: Callable[..., Response[ErrorResponse | T]]
    awaitable: Callable[..., Awaitable[Response[ErrorResponse | T]]]
    read_seconds: float = _READ_SECONDS


CREATE_TASK: Operation[Task] = Operation(create_task.sync_detailed, create_task.asyncio_detailed)
GET_TASK: Operation[Task] = Operation(get_task.sync_detailed, get_task.asyncio_detailed)
LIST_TASKS: Operation[TaskPage] = Operation(list_tasks.sync_detailed, list_tasks.asyncio_detailed)
OPEN_TASK: Operation[Task] = Operation(open_task.sync_detailed, open_task.asyncio_detailed)
POLL_TASK: Operation[PollResult] = Operation(
    poll_task.sync_detailed, poll_task.asyncio_detailed, POLL_SECONDS + _POLL_SLACK_SECONDS
)
CANCEL_TASK: Operation[Task] = Operation(cancel_task.sync_detailed, cancel_task.asyncio_detailed)
# The server holds it as long as a poll, where the answer has to pass a verifier.
COMPLETE_TASK: Operation[Task] = Operation(
    complete_task.sync_detailed, complete_task.asyncio_detailed, POLL_SECONDS + _POLL_SLACK_SECONDS
)
TASK_AUDIT: Operation[AuditTrail] = Operation(
    list_task_audit.sync_detailed, list_task_audit.asyncio_detailed
)
CREATE_USER: Operation[User] = Operation(create_user.sync_detailed, create_user.asyncio_detailed)
LIST_USERS: Operation[UserPage] = Operation(list_users.sync_detailed, list_users.asyncio_detailed)
GET_USER: Operation[User] = Operation(get_user.sync_detailed, get_user.asyncio_detailed)
DELETE_USER: Operation[None] = Operation(delete_user.sync_detailed, delete_user.asyncio_detailed)
SET_PASSWORD: Operation[None] = Operation(
    set_user_password.sync_detailed, set_user_password.asyncio_detailed
)
DELETE_PASSWORD: Operation[None] = Operation(
    delete_user_password.sync_detailed, delete_user_password.asyncio_detailed
)
CREATE_KEY: Operation[NewApiKey] = Operation(
    create_api_key.sync_detailed, create_api_key.asyncio_detailed
)
LIST_KEYS: Operation[ApiKeyList] = Operation(
    list_api_keys.sync_detailed, list_api_keys.asyncio_detailed
)
REVOKE_KEY: Operation[None] = Operation(
    revoke_api_key.sync_detailed, revoke_api_key.asyncio_detailed
)


@dataclass(frozen=True)
class Call:
    """A request to make: an operation of the contract and its arguments."""

    operation: Operation[Any]
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What the contract promises for success."""

    parsed: T
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Refused:
    """A status of 300 or more.

    ``error`` is the contract's error body; None when something else answered, a proxy for
    instance, and then ``text`` has the beginning of what it said.
    """

    status: int
    error: ErrorResponse | None
    headers: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True)
class Unreachable:
    """No connection, no complete answer in time, or success that is not this contract's."""

    reason: str


Outcome: TypeAlias = Answer[T] | Refused | Unreachable


@dataclass
class _Exchange:
    """What the generated functions neither take nor give: time limits and the raw response."""

    seconds: dict[str, float]
    response: httpx.Response | None = field(default=None)


# The generated functions call httpx themselves; its hooks are the way to the request and response.
_exchange: ContextVar[_Exchange] = ContextVar("awaithumans_exchange")


def _sent(request: httpx.Request) -> None:
    request.extensions["timeout"] = {
        **request.extensions.get("timeout", {}),
        **_exchange.get().seconds,
    }


def _received(response: httpx.Response) -> None:
    _exchange.get().response = response


async def _sent_async(request: httpx.Request) -> None:
    _sent(request)


async def _received_async(response: httpx.Response) -> None:
    _received(response)


def _client(endpoint: Endpoint, hooks: dict[str, list[Any]]) -> Client:
    settings: dict[str, Any] = {
        "headers": {"User-Agent": _user_agent()},
        "timeout": httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS, pool=None),
        # Each wait holds one connection; a bound would make the waits queue for each other.
        "limits": httpx.Limits(
            max_connections=None, max_keepalive_connections=100, keepalive_expiry=_IDLE_SECONDS
        ),
        "event_hooks": hooks,
    }
    if endpoint.api_key is None:
        return Client(endpoint.server_url, **settings)
    return AuthenticatedClient(endpoint.server_url, endpoint.api_key, **settings)


def _user_agent() -> str:
    try:
        return f"awaithumans-python/{version('awaithumans')}"
    except PackageNotFoundError:  # bundled into an application, without its metadata
        return "awaithumans-python"


class SyncTransport:
    """Makes calls on a pooled, blocking connection; may be shared between threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client = _client(endpoint, {"request": [_sent], "response": [_received]})
        # Now, because on first use two threads could each make a pool, and lose one of them.
        self._client.get_httpx_client()

    def perform(self, call: Call, limit: float | None = None) -> Outcome[Any]:
        """Make one call.

        Args:
            call: What to ask.
            limit: How many seconds connecting, and then waiting for the answer, may each take;
                the operation's own limits by default.

        Returns:
            What came of it; failures of the network are outcomes too, not exceptions.
        """
        exchange = _begin(call, limit)
        token = _exchange.set(exchange)
        try:
            response = call.operation.blocking(client=self._client, **call.arguments)
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            return _failed(exchange, error)
        finally:
            _exchange.reset(token)
        return _judged(response)

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.get_httpx_client().close()


class AsyncTransport:
    """Makes calls on a pooled connection of the running event loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client = _client(endpoint, {"request": [_sent_async], "response": [_received_async]})

    async def perform(self, call: Call, limit: float | None = None) -> Outcome[Any]:
        """Make one call; the same promise as ``SyncTransport.perform``."""
        exchange = _begin(call, limit)
        token = _exchange.set(exchange)
        try:
            response = await call.operation.awaitable(client=self._client, **call.arguments)
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            return _failed(exchange, error)
        finally:
            _exchange.reset(token)
        return _judged(response)

    async def aclose(self) -> None:
        """Close the pooled connections."""
        await self._client.get_async_httpx_client().aclose()


def _begin(call: Call, limit: float | None) -> _Exchange:
    if limit is None:
        return _Exchange({"read": call.operation.read_seconds})
    return _Exchange({"connect": limit, "read": limit, "write": limit})


def _judged(response: Response[Any]) -> Outcome[Any]:
    """Sort what the generated parser understood."""
    status = int(response.status_code)
    if not isinstance(response.parsed, ErrorResponse):
        return Answer(response.parsed, response.headers)
    if status < 300:
        return _foreign(status)
    return Refused(status, response.parsed, response.headers)


def _failed(exchange: _Exchange, error: Exception) -> Outcome[Any]:
    """Sort what the generated parser could not: no response, or one that is not the contract's."""
    response = exchange.response
    if isinstance(error, httpx.HTTPError):
        return Unreachable(f"{type(error).__name__}: {error}".rstrip(": "))
    if response is None:
        raise error  # not the network's fault: the request itself could not be made
    if response.status_code < 300:
        return _foreign(response.status_code)
    text = "".join(c if c.isprintable() else " " for c in response.text[:_EXCERPT])
    return Refused(response.status_code, None, response.headers, " ".join(text.split()))


def _foreign(status: int) -> Unreachable:
    return Unreachable(f"it answered {status} with something that is not awaithumans' answer")

"""A ready-made receiver of webhooks: plain ASGI, for any server and to mount in any framework."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from temporalio.client import Client
from temporalio.service import RPCError

from awaithumans.adapters.temporal.dispatch import dispatch_signal
from awaithumans.callbacks import SIGNATURE_HEADER, signing_keys

MAX_BODY_BYTES = 2 * 1024 * 1024
"""As much as Temporal takes in one signal, unless it is configured otherwise."""

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

_SIGNATURE = SIGNATURE_HEADER.lower().encode()


def callback_app(temporal_client: Client, *, payload_key: str | None = None) -> App:
    """Return an ASGI application that takes the server's webhooks and wakes the workflows.

    It takes ``POST`` on any path and finds the workflow's id in the query, as ``wf``. It answers
    204 when the workflow was told or has ended already; 400, 401, 404, 405 and 413 for what cannot
    be right; 503 when Temporal cannot be reached, so that the server sends the webhook again.

    Args:
        temporal_client: Where the workflows run.
        payload_key: The server's ``AWAITHUMANS_PAYLOAD_KEY``, or several of them, separated by
            commas; by default the environment's.

    Raises:
        ConfigurationError: There is no key to check with, or it is not one.
    """
    signing_keys(payload_key)  # now, rather than with the first webhook

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            status, said = await _receive(temporal_client, payload_key, scope, receive)
            await _answer(send, status, said)
        else:
            raise ValueError(f"this application does not speak {scope['type']}")

    return app


async def _receive(
    client: Client, payload_key: str | None, scope: Message, receive: Receive
) -> tuple[int, str]:
    if scope["method"] != "POST":
        return 405, "send a POST"
    body = await _body(receive)
    if body is None:
        return 413, f"the body is over {MAX_BODY_BYTES} bytes"
    signatures = [value for name, value in scope["headers"] if name.lower() == _SIGNATURE]
    workflow = parse_qs(scope["query_string"].decode(errors="replace")).get("wf", [""])[0]
    try:
        await dispatch_signal(
            temporal_client=client,
            workflow_id=workflow,
            body=body,
            signature_header=b",".join(signatures).decode("latin-1"),
            payload_key=payload_key,
        )
    except PermissionError as error:
        return 401, str(error)
    except LookupError as error:
        return 404, str(error)
    except ValueError as error:
        return 400, str(error)
    except (RPCError, RuntimeError):  # the second from a client that connects on first use
        return 503, "Temporal cannot be reached, or refused"
    return 204, ""


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body; None as soon as it is too long."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


async def _answer(send: Send, status: int, said: str) -> None:
    content = json.dumps({"message": said}).encode() if said else b""
    headers = [(b"content-type", b"application/json")] if said else []
    if status == 405:
        headers.append((b"allow", b"POST"))
    if status != 204:
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _live(receive: Receive, send: Send) -> None:
    """Start and stop with the server; there is nothing to prepare."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

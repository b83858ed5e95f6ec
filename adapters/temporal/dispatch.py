"""From a signed webhook to the signal that wakes a workflow."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from awaithumans.adapters.temporal.mailbox import verdict_of
from awaithumans.adapters.temporal.messages import SETTLED_SIGNAL
from awaithumans.callbacks import verify_signature

# So that who sent the webhook, and waits for 10 s, still hears that it did not work.
_RPC_TIMEOUT = timedelta(seconds=4)


async def dispatch_signal(
    *,
    temporal_client: Client,
    workflow_id: str,
    body: bytes | str,
    signature_header: str | None,
    payload_key: str | None = None,
) -> bool:
    """Check a webhook of the awaithumans server, and tell the workflow how its task ended.

    The same webhook may come twice; the second time changes nothing. Let other errors than those
    below become a 5xx: the server then sends the webhook again.

    Args:
        temporal_client: Where the workflow runs.
        workflow_id: Whose task it is; by default the receiver's address has it as ``wf``.
        body: The request's body exactly as it came.
        signature_header: The header ``X-Awaithumans-Signature``; None when there was none.
        payload_key: The server's ``AWAITHUMANS_PAYLOAD_KEY``, or several of them, separated by
            commas; by default the environment's.

    Returns:
        True when the workflow was told; False when it has ended, so that nobody waits any more.
        Answer 2xx to both.

    Raises:
        PermissionError: The signature is missing or wrong. Answer 401.
        ValueError: The body is not such a webhook. Answer 400.
        LookupError: Temporal has no such workflow (any more). Answer 404.
        ConfigurationError: There is no key to check with, or it is not one.
        RPCError: Temporal could not be reached, or refused.
    """
    if not verify_signature(body=body, signature=signature_header, payload_key=payload_key):
        raise PermissionError("the webhook has no signature of our server")
    if not workflow_id:
        raise ValueError("the webhook's address has no workflow id")
    message = _message(body)
    handle = temporal_client.get_workflow_handle(workflow_id)
    try:
        await handle.signal(SETTLED_SIGNAL, message, rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:  # too long an id, too large an answer
            raise ValueError(f"Temporal refuses it: {error}") from None
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _must_have_ended(handle)
        return False
    return True


async def _must_have_ended(handle: WorkflowHandle[Any, Any]) -> None:
    try:
        await handle.describe(rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise LookupError(f"there is no workflow {handle.id!r}") from None
        raise


def _message(body: bytes | str) -> dict[str, Any]:
    """Return what the workflow has to know, and nothing else, for its history keeps it."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the webhook's body is not JSON") from None
    try:
        return verdict_of(told).model_dump(mode="json")
    except ValueError as error:
        raise ValueError(f"the webhook's body is not a verdict: {error}") from None

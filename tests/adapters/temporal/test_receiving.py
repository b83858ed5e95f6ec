"""The receiver believes our server only, and says what the server can do something with."""

from typing import Any

import httpx
import pytest
from temporalio.client import Client

from awaithumans.adapters.temporal import callback_app, dispatch_signal
from awaithumans.adapters.temporal.receiver import MAX_BODY_BYTES
from awaithumans.errors import ConfigurationError
from tests.adapters.temporal.engine import Engine, result, signature, verdict
from tests.adapters.temporal.workflows import Ask
from tests.support.process import PAYLOAD_KEY


async def dispatch(
    client: Client, workflow_id: str, body: bytes, signed: str | None = None
) -> bool:
    return await dispatch_signal(
        temporal_client=client,
        workflow_id=workflow_id,
        body=body,
        signature_header=signature(body) if signed is None else signed,
        payload_key=PAYLOAD_KEY,
    )


async def test_only_what_is_needed_gets_into_the_history(engine: Engine) -> None:
    handle = await engine.start(Ask, {})
    assert await dispatch(engine.temporal, handle.id, verdict())
    assert "sue@example.com" not in (await handle.fetch_history()).to_json()
    await handle.terminate()


@pytest.mark.parametrize("signed", ["", "sha256=00", signature(b"something else")])
async def test_a_bad_signature_is_a_permission_error(engine: Engine, signed: str) -> None:
    handle = await engine.start(Ask, {})
    with pytest.raises(PermissionError):
        await dispatch(engine.temporal, handle.id, verdict(), signed)
    with pytest.raises(PermissionError):
        await dispatch_signal(
            temporal_client=engine.temporal,
            workflow_id=handle.id,
            body=verdict(),
            signature_header=None,
            payload_key=PAYLOAD_KEY,
        )
    await handle.terminate()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        verdict(task_id=""),
        verdict(task_id=None),
        verdict(status="in_progress"),
        verdict(status="unheard of"),
        verdict(response="not an object"),
        verdict(completed_at="yesterday"),
    ],
)
async def test_a_bad_body_is_a_value_error(engine: Engine, body: bytes) -> None:
    with pytest.raises(ValueError, match="the webhook's body"):
        await dispatch(engine.temporal, "a-workflow", body)


async def test_a_workflow_id_has_to_be_one(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no workflow id"):
        await dispatch(engine.temporal, "", verdict())
    with pytest.raises(LookupError, match="there is no workflow 'nobody'"):
        await dispatch(engine.temporal, "nobody", verdict())


async def test_an_answer_that_temporal_cannot_take_is_refused(engine: Engine) -> None:
    handle = await engine.start(Ask, {})
    with pytest.raises(ValueError, match="Temporal refuses it"):
        await dispatch(engine.temporal, handle.id, verdict(response={"text": "x" * 2_500_000}))
    await handle.terminate()


async def test_a_workflow_that_has_ended_needs_no_telling(engine: Engine) -> None:
    handle = await engine.start(Ask, {})
    await handle.terminate()
    assert await dispatch(engine.temporal, handle.id, verdict()) is False


async def test_the_same_webhook_twice_is_harmless(engine: Engine) -> None:
    async with engine.worker():
        handle = await engine.start(Ask, {})
        task = await engine.open_task()
        await engine.parked(handle)
        told = verdict(task_id=task["id"])
        assert await dispatch(engine.temporal, handle.id, told)
        await dispatch(engine.temporal, handle.id, told)
        assert await result(handle) == "True fine"
        assert await dispatch(engine.temporal, handle.id, told) is False
    await engine.cancel(task)


async def post(engine: Engine, query: str, **request: Any) -> httpx.Response:
    app: Any = callback_app(engine.temporal, payload_key=PAYLOAD_KEY)
    method = request.pop("method", "POST")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
        return await client.request(method, f"/any/path?{query}", **request)


async def test_the_receiver_answers_what_fits(engine: Engine) -> None:
    handle = await engine.start(Ask, {})
    wf = str(httpx.QueryParams({"wf": handle.id}))
    body, other = verdict(), b"{}"
    signed = {"X-Awaithumans-Signature": signature(body)}
    assert (await post(engine, wf, content=body, headers=signed)).status_code == 204
    assert (await post(engine, wf, content=body)).status_code == 401
    assert (await post(engine, wf, content=other, headers=signed)).status_code == 401
    signed_other = {"X-Awaithumans-Signature": signature(other)}
    assert (await post(engine, wf, content=other, headers=signed_other)).status_code == 400
    assert (await post(engine, "", content=body, headers=signed)).status_code == 400
    assert (await post(engine, "wf=nobody", content=body, headers=signed)).status_code == 404
    await handle.terminate()
    assert (await post(engine, wf, content=body, headers=signed)).status_code == 204


async def test_the_receiver_takes_a_post_only_and_no_endless_body(engine: Engine) -> None:
    refused = await post(engine, "wf=x", method="GET")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    long = b" " * (MAX_BODY_BYTES + 1)
    assert (await post(engine, "wf=x", content=long)).status_code == 413


async def test_a_temporal_that_is_away_is_worth_another_try(engine: Engine) -> None:
    away = await Client.connect("127.0.0.1:1", lazy=True)
    app: Any = callback_app(away, payload_key=PAYLOAD_KEY)
    body = verdict()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://receiver"
    ) as client:
        headers = {"X-Awaithumans-Signature": signature(body)}
        assert (await client.post("/?wf=x", content=body, headers=headers)).status_code == 503


async def test_a_receiver_without_a_key_does_not_start(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="AWAITHUMANS_PAYLOAD_KEY"):
        callback_app(engine.temporal)


async def test_what_is_not_http_is_refused(engine: Engine) -> None:
    app: Any = callback_app(engine.temporal, payload_key=PAYLOAD_KEY)
    with pytest.raises(ValueError, match="websocket"):
        await app({"type": "websocket"}, None, None)

"""An agent that asks again gets its task, whatever was changed on the server meanwhile."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from awaithumans.server.verification.model import ProviderName
from awaithumans.server.verification.registry import OFFERS, Offer
from tests.contract.conftest import hold_to_contract
from tests.support import vendors as model
from tests.support.bodies import refund
from tests.support.inprocess import InProcess, in_process
from tests.verification.conftest import KEY, KEY_ENVS, PLAIN, RULES, Verifying, verifying

VERIFIED: dict[str, Any] = {"verifier_config": {"provider": "claude", "instructions": RULES}}
UNABLE = (422, "VERIFIER_UNAVAILABLE")
NOT_ALLOWED: dict[str, Any] = {"verifier_keys": ("OPENAI_API_KEY",)}

Settings = dict[str, Any]


def _unset(patch: pytest.MonkeyPatch) -> Settings:
    patch.delenv(KEY_ENVS["claude"])
    return {}


def _uninstall(patch: pytest.MonkeyPatch) -> Settings:
    offers = cast("dict[ProviderName, Offer]", OFFERS)
    patch.setitem(offers, "claude", replace(OFFERS["claude"], package="none_such"))
    return {}


def _set(**settings: Any) -> Callable[[pytest.MonkeyPatch], Settings]:
    return lambda _patch: settings


# What is asked for, what the operator changes, and what a new task is told then.
CHANGES: dict[
    str, tuple[dict[str, Any], Callable[[pytest.MonkeyPatch], Settings], tuple[int, str]]
] = {
    "the verifier's key is not set": (VERIFIED, _unset, UNABLE),
    "the verifier's key is not allowed": (VERIFIED, _set(**NOT_ALLOWED), UNABLE),
    "the verifier's library is not installed": (VERIFIED, _uninstall, UNABLE),
    "callbacks stay on the internet": (
        {"callback_url": "http://127.0.0.1:9/done"},
        _set(callback_allow_private=False),
        (422, "CALLBACK_URL_INVALID"),
    ),
    "there is no key to sign with": (
        {"callback_url": "https://receiver.invalid/done"},
        _set(payload_key=None),
        (501, "FEATURE_NOT_AVAILABLE"),
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Settings:
    """Where the server keeps its tasks: in a file, or on PostgreSQL."""
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


@asynccontextmanager
async def _running(folder: Path, **settings: Any) -> AsyncGenerator[InProcess]:
    given: dict[str, Any] = {"callback_allow_private": True} | settings
    async with in_process(folder, **given) as served:
        await hold_to_contract(served.client, served.stranger)
        yield served


@pytest.mark.parametrize("change", CHANGES)
async def test_a_task_is_found_again_though_a_new_one_like_it_would_be_refused(
    tmp_path: Path, database: Settings, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    asked, make, refusal = CHANGES[change]
    body = refund(idempotency_key="asked before", **asked)
    monkeypatch.setenv(KEY_ENVS["claude"], KEY)
    async with _running(tmp_path, **database) as served:
        made = await served.client.post("/api/tasks", json=body)
        assert "idempotent-replayed" not in made.headers
    async with _running(tmp_path, **database | make(monkeypatch)) as served:
        again = await served.client.post("/api/tasks", json=body)
        assert (again.status_code, again.json()) == (201, made.json())
        assert again.headers["idempotent-replayed"] == "true"
        other = await served.client.post("/api/tasks", json=body | {"task": "Another?"})
        assert (other.status_code, other.json()["error_code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
        new = await served.client.post("/api/tasks", json=body | {"idempotency_key": "a new one"})
        assert (new.status_code, new.json()["error_code"]) == refusal
        listed = (await served.client.get("/api/tasks")).json()["items"]
        assert [task["id"] for task in listed] == [made.json()["id"]]
        history = (await served.client.get(f"/api/tasks/{made.json()['id']}/audit")).json()
        assert [line["action"] for line in history["items"]] == ["created"]


async def test_a_deleted_task_is_not_made_again_by_a_server_that_cannot_verify_it(
    tmp_path: Path, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_ENVS["claude"], KEY)
    async with _running(tmp_path, **database) as served:
        made = await served.client.post("/api/tasks", json=refund(**VERIFIED))
    async with _running(tmp_path, **database | NOT_ALLOWED) as served:
        await served.client.delete(f"/api/tasks/{made.json()['id']}")
        refused = await served.client.post("/api/tasks", json=refund(**VERIFIED))
        assert (refused.status_code, refused.json()["error_code"]) == UNABLE


# How the model behaves, and where an answer takes the task then.
VERDICTS: dict[str, tuple[model.Manner, int]] = {
    "submitted": (model.hangs, 3),
    "rejected": (model.refuses("No."), 3),
    "in_progress": (model.fails(401), 3),
    "completed": (model.verdict(), 3),
    "verification_exhausted": (model.refuses("No."), 1),
}


async def _answered(having: Verifying, body: dict[str, Any], status: str) -> str:
    made = await having.client.post("/api/tasks", json=body)
    task = f"/api/tasks/{made.json()['id']}"
    await having.submit(task, wait=0)
    await having.becomes(task, status)
    return task


async def _is_found(having: Verifying, task: str, body: dict[str, Any]) -> None:
    """Ask again: nothing happens, and the answer is there once it counts."""
    before, history = await having.state(task), await having.actions(task)
    again = await having.client.post("/api/tasks", json=body)
    assert (again.status_code, again.json()) == (201, before)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["response"] == (PLAIN if before["status"] == "completed" else None)
    assert (await having.actions(task)) == history


@pytest.mark.parametrize("status", VERDICTS)
async def test_what_became_of_the_answer_is_found_wherever_its_verifier_stands(
    tmp_path: Path, database: Settings, status: str
) -> None:
    manner, attempts = VERDICTS[status]
    config = VERIFIED["verifier_config"] | {"max_attempts": attempts}
    body = refund(verifier_config=config)
    async with verifying(tmp_path, manner, verifier_seconds=1, **database) as having:
        task = await _answered(having, body, status)
        await _is_found(having, task, body)
    async with verifying(tmp_path, **database | NOT_ALLOWED) as having:
        if status == "submitted":
            # The key is not allowed any more, so that nobody verifies what was submitted.
            await having.becomes(task, "in_progress", seconds=1)
        await _is_found(having, task, body)


async def test_a_redacted_task_is_found_with_and_without_its_redaction(
    tmp_path: Path, database: Settings
) -> None:
    body = refund(redact_payload=True, **VERIFIED)
    async with verifying(tmp_path, **database) as having:
        task = await _answered(having, body, "completed")
    async with verifying(tmp_path, **database | NOT_ALLOWED) as having:
        await _is_found(having, task, body)
        await _is_found(having, task, body | {"redact_payload": False})
        assert (await having.state(task))["max_attempts"] is None
        assert having.vendors.asked == []

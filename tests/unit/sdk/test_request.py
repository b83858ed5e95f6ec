import hashlib
import json
import math
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, computed_field

from awaithumans import MarketplaceNotAvailableError, RequestError, TaskCreateError, VerifierConfig
from awaithumans.discovery import Endpoint
from awaithumans.request import assignment, build_body, build_request, default_key, json_object
from awaithumans.wire import CancelTaskRequest, CreateTaskRequest

ENDPOINT = Endpoint("http://tasks.example.com")


class Colour(Enum):
    RED = "red"


class Payload(BaseModel):
    day: date = date(2026, 1, 5)
    colour: Colour = Colour.RED
    weight: float = 1.5
    note: Annotated[str, Field(alias="noteText")] = "hello"

    @computed_field
    @property
    def double(self) -> float:
        return 2 * self.weight


class Reply(BaseModel):
    ok: bool
    why: str = ""


def build(**changes: Any) -> CreateTaskRequest:
    arguments: dict[str, Any] = {
        "task": "Look at this",
        "payload_schema": Payload,
        "payload": Payload(),
        "response_schema": Reply,
        "timeout_seconds": 60,
        "assign_to": None,
        "notify": None,
        "verifier": None,
        "idempotency_key": None,
        "redact_payload": False,
        "task_metadata": None,
        "initial_response": None,
        "callback_url": None,
        **changes,
    }
    return build_request(ENDPOINT, **arguments)


def refused(**changes: Any) -> TaskCreateError:
    with pytest.raises(TaskCreateError) as caught:
        build(**changes)
    assert caught.value.status_code is None
    assert caught.value.docs_url.startswith("http://tasks.example.com/api/docs#")
    return caught.value


def test_the_body_holds_only_what_was_given() -> None:
    body = build().model_dump(mode="json", exclude_unset=True)
    assert set(body) == {
        *("task", "payload", "payload_schema", "response_schema"),
        *("timeout_seconds", "idempotency_key"),
    }


def test_the_payload_is_written_as_json_by_its_aliases() -> None:
    expected = {
        "day": "2026-01-05",
        "colour": "red",
        "weight": 1.5,
        "noteText": "hello",
        "double": 3.0,
    }
    assert build().payload == expected


def test_the_payload_schema_describes_what_is_sent_and_the_response_schema_what_is_taken() -> None:
    body = build()
    assert set(body.payload_schema["properties"]) == set(body.payload)
    assert body.response_schema["required"] == ["ok"]


def test_every_optional_part_reaches_the_wire() -> None:
    verifier = VerifierConfig(provider="claude", instructions="Be strict.")
    body = build(
        assign_to="sue@example.com",
        notify=["slack:#refunds"],
        verifier=verifier,
        idempotency_key="mine",
        redact_payload=True,
        task_metadata={"team": "docs"},
        initial_response=Reply(ok=True),
        callback_url="https://agent.example.com/done",
    ).model_dump(mode="json", exclude_unset=True)
    assert body["assign_to"] == {"email": "sue@example.com"}
    assert body["notify"] == ["slack:#refunds"]
    assert body["verifier_config"] == {
        "provider": "claude",
        "instructions": "Be strict.",
        "max_attempts": 3,
    }
    assert body["idempotency_key"] == "mine"
    assert body["redact_payload"] is True
    assert body["task_metadata"] == {"team": "docs"}
    assert body["initial_response"] == {"ok": True, "why": ""}
    assert body["callback_url"] == "https://agent.example.com/done"


def test_an_initial_response_may_be_a_part_of_an_answer() -> None:
    assert build(initial_response={"why": "because"}).initial_response == {"why": "because"}


@pytest.mark.parametrize("seconds", [59, 2_592_001, 0, -1, 60.5, True, "60", None, math.nan])
def test_a_timeout_out_of_bounds_is_refused(seconds: Any) -> None:
    error = refused(timeout_seconds=seconds)
    assert "60 (one minute) to 2592000 (30 days)" in error.message
    assert error.errors[0]["loc"] == ["timeout_seconds"]


@pytest.mark.parametrize("seconds", [60, 2_592_000])
def test_a_timeout_at_its_bounds_is_taken(seconds: int) -> None:
    assert build(timeout_seconds=seconds).timeout_seconds == seconds


def test_a_payload_of_another_model_is_refused() -> None:
    error = refused(payload=Reply(ok=True))
    assert error.message == "payload should be a Payload, and is a Reply."
    assert error.code == "VALIDATION_ERROR"


def test_a_payload_that_json_cannot_hold_is_refused() -> None:
    assert "JSON" in refused(payload=Payload(weight=math.nan)).message
    assert "JSON" in refused(payload=Payload.model_construct(note="\ud800")).message


def test_a_payload_that_is_no_object_is_refused() -> None:
    class Numbers(RootModel[list[int]]):
        pass

    error = refused(payload_schema=Numbers, payload=Numbers([1]))
    assert error.message == "payload should be a JSON object."


def test_a_response_model_without_a_json_schema_is_refused() -> None:
    class Odd(BaseModel):
        call: Callable[[int], int]

    error = refused(response_schema=Odd)
    assert error.code == "SCHEMA_INVALID"
    assert error.message.startswith("response_schema has no JSON Schema")
    assert error.docs_url.endswith("#SCHEMA_INVALID")


def test_a_malformed_notify_entry_is_named() -> None:
    error = refused(notify=["slack:#ok", "pigeon:home"])
    assert error.errors[0]["loc"] == ["notify", 1]
    assert "pigeon" not in str(error)


@pytest.mark.parametrize(
    "changes",
    [
        {"task": ""},
        {"task": "x" * 2001},
        {"task": "\ud800"},
        {"idempotency_key": ""},
        {"idempotency_key": "x" * 256},
        {"callback_url": ""},
        {"task_metadata": {"n": 1}},
        {"notify": "slack:#refunds"},
        {"initial_response": {"x": math.inf}},
        {"initial_response": {"x": object()}},
    ],
)
def test_what_the_contract_would_refuse_is_refused_here(changes: dict[str, Any]) -> None:
    assert refused(**changes).errors


def test_another_calls_body_is_checked_too() -> None:
    assert build_body(CancelTaskRequest, ENDPOINT, reason=None).model_fields_set == set()
    with pytest.raises(RequestError, match=r"reason: .* at most 2000"):
        build_body(CancelTaskRequest, ENDPOINT, reason="x" * 2001)


def test_nothing_stays_nothing() -> None:
    assert json_object(None, "response") is None


# Any machine, however busy; nothing is written to disk.
searching = settings(
    deadline=None,
    database=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow],
)

# The default key

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def shuffled(value: Any) -> Any:
    """Return the same JSON with every object's keys the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any JSON
    if isinstance(value, list):
        return [shuffled(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    return value


@searching
@given(st.text(), st.dictionaries(st.text(), json_values))
def test_the_default_key_does_not_depend_on_the_order_of_keys(
    task: str, payload: dict[str, Any]
) -> None:
    key = default_key(task, payload)
    assert key == default_key(task, shuffled(payload))
    assert len(key) == 32
    assert int(key, 16) >= 0


@searching
@given(st.dictionaries(st.text(), json_values), st.dictionaries(st.text(), json_values))
def test_different_content_has_a_different_default_key(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (default_key("t", one) == default_key("t", other)) is same
    assert default_key("t", one) != default_key("u", one)


def test_the_default_key_is_the_documented_one() -> None:
    canonical = '{"payload":{"amount":250,"customer":"Zoë"},"task":"Approve refund?"}'
    expected = hashlib.sha256(canonical.encode()).hexdigest()[:32]
    assert default_key("Approve refund?", {"customer": "Zoë", "amount": 250}) == expected


# assign_to

local_parts = st.text(st.sampled_from("abcXYZ019.+_-"), min_size=1, max_size=20)
addresses = st.builds("{}@{}.example".format, local_parts, local_parts)
names = st.text(min_size=1, max_size=100)
KEYS = ["user_id", "pool", "role", "access_level"]


def wire(assign_to: Any) -> Any:
    wanted = assignment(assign_to)
    return wanted and wanted.model_dump(exclude_unset=True)


@searching
@given(addresses)
def test_one_address_is_one_person(address: str) -> None:
    assert wire(address) == {"email": address}


@searching
@given(st.lists(addresses, min_size=1, max_size=50))
def test_several_addresses_are_the_first_to_claim(several: list[str]) -> None:
    assert wire(several) == {"emails": several}


@searching
@given(
    st.dictionaries(st.sampled_from(KEYS), names.filter(lambda n: len(n) <= 64), min_size=1)
    | st.fixed_dictionaries({"email": addresses})
)
def test_a_dict_goes_as_it_is(wanted: dict[str, str]) -> None:
    assert wire(wanted) == wanted


def test_nobody_in_particular_is_left_out() -> None:
    assert wire(None) is None


@searching
@given(names.filter(lambda name: name not in {*KEYS, "email", "emails", "marketplace"}))
def test_an_unknown_key_is_refused_and_the_allowed_ones_listed(key: str) -> None:
    with pytest.raises(TaskCreateError) as caught:
        assignment({"pool": "ops", key: "x"})
    assert caught.value.errors[0]["loc"] == ["assign_to", key]
    assert "user_id, pool, role, access_level" in caught.value.hint


@pytest.mark.parametrize(
    "bad",
    [
        *("", "sue", "sue@", "@example.com", "sue smith@example.com", "a@b\n"),
        *([], ["sue"], ["sue@example.com", 7], ["a@example.com"] * 51),
        *({}, {"email": None}, {"marketplace": False}, {"email": "sue"}, {"pool": ""}),
        *({"emails": []}, {"marketplace": "yes"}, {"user_id": 7}, 7, object()),
    ],
)
def test_an_assignment_to_nobody_is_refused(bad: Any) -> None:
    with pytest.raises(TaskCreateError) as caught:
        assignment(bad)
    assert caught.value.code == "VALIDATION_ERROR"
    assert "assign_to takes an email address" in caught.value.hint


@pytest.mark.parametrize(
    "wanted", [{"marketplace": True}, {"marketplace": True, "email": "sue@example.com"}]
)
def test_the_marketplace_is_refused_before_anything_is_sent(wanted: dict[str, Any]) -> None:
    with pytest.raises(MarketplaceNotAvailableError) as caught:
        build(assign_to=wanted)
    assert caught.value.code == "MARKETPLACE_NOT_AVAILABLE"
    assert "Name a person" in caught.value.hint

"""Instructions are tried on recorded answers, against vendors on loopback."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import vendors as model
from tests.support.bodies import APPROVED, refund
from tests.support.process import ServerProcess, run
from tests.support.vendors import Manner, Vendors, vendors

KEY = "vendor-key-0123456789"
GOOD = {"approved": True, "reason": "It was broken."}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.txt"
    path.write_text("Refuse any decision that lacks a reason.")
    return path


def recorded(tmp_path: Path, *lines: Any) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text(
        "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    )
    return path


async def dry_run(having: Vendors, home: Path, *arguments: object, **environment: str) -> Any:
    told = {"ANTHROPIC_API_KEY": KEY, "AWAITHUMANS_ANTHROPIC_URL": having.base_urls["claude"]}
    words = ("verify-dry-run", *map(str, arguments))
    return await asyncio.to_thread(run, home, *words, **told | environment)


def needs_a_reason(asked: model.Asked) -> model.Answer:
    given = json.loads(asked.section("answer")).get("reason")
    empty = model.refuses("There is no reason.", (["reason"], "It is empty."))
    manner: Manner = model.verdict() if given else empty
    return manner(asked)


async def test_each_answer_gets_its_verdict_and_what_was_expected_is_compared(
    tmp_path: Path, rules: Path
) -> None:
    cases = recorded(
        tmp_path,
        {"task": "Refund?", "response": GOOD, "expect": "pass", "name": "good"},
        {"task": "Refund?", "response": {"approved": True}, "expect": "pass", "name": "bare"},
        "",
        {"task": "Refund?", "response": {"approved": False}},
    )
    async with vendors(needs_a_reason) as having:
        done = await dry_run(having, tmp_path, cases, "--instructions", rules)
    assert done.returncode == 1
    first, second, third = (line for line in done.stdout.splitlines() if line[0] != " ")
    assert first.startswith("PASS    good: ")
    assert second == "REFUSE  bare (expected pass): There is no reason."
    assert third.startswith("REFUSE  cases.jsonl:4: ")
    assert done.stderr.strip() == "1 of 2 as expected; 3 tried, 963 tokens in, 63 out"
    assert len(having.asked) == 3
    assert KEY not in done.stdout + done.stderr


async def test_all_as_expected_is_a_success_and_json_is_for_programs(
    tmp_path: Path, rules: Path
) -> None:
    cases = recorded(tmp_path, {"task": "Refund?", "response": GOOD, "expect": "pass"})
    async with vendors(needs_a_reason) as having:
        done = await dry_run(having, tmp_path, cases, "--instructions", rules, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (tried,) = json.loads(done.stdout)
    assert (tried["said"], tried["as_expected"], tried["input_tokens"]) == ("pass", True, 321)


async def test_a_verdict_that_can_not_be_had_says_why(tmp_path: Path, rules: Path) -> None:
    cases = recorded(tmp_path, {"task": "Refund?", "response": GOOD})
    async with vendors(model.fails(401)) as having:
        done = await dry_run(having, tmp_path, cases, "--instructions", rules)
        assert (done.returncode, done.stdout[:7]) == (1, "FAILED ")
        unset = await dry_run(
            having, tmp_path, cases, "--instructions", rules, ANTHROPIC_API_KEY=""
        )
    assert "ANTHROPIC_API_KEY is not set" in unset.stdout
    assert len(having.asked) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "cases.jsonl:1: not JSON"),
        ("[]", "cases.jsonl:1: the line: "),
        ({"task": "Refund?"}, "cases.jsonl:1: response: Field required"),
        ({"task": "R?", "response": {}, "expect": "maybe"}, "cases.jsonl:1: expect: "),
        ({"task": "R?", "response": {}, "expected": "pass"}, "cases.jsonl:1: expected: "),
        ("", "There is nothing to try"),
        ('{"task": "R?", "response": {"amount": NaN}}', "cases.jsonl:1: not JSON"),
        ('{"task": "R?", "response": ' + "[" * 100_000, "cases.jsonl:1: not JSON"),
    ],
)
async def test_a_line_that_is_no_case_is_named_and_no_model_is_asked(
    tmp_path: Path, rules: Path, line: Any, says: str
) -> None:
    async with vendors(model.verdict()) as having:
        done = await dry_run(having, tmp_path, recorded(tmp_path, line), "--instructions", rules)
        assert having.asked == []
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr


async def test_instructions_that_are_no_text_are_named(tmp_path: Path, rules: Path) -> None:
    cases = recorded(tmp_path, {"task": "Refund?", "response": GOOD})
    rules.write_bytes(b"\xff\xfe")
    async with vendors(model.verdict()) as having:
        done = await dry_run(having, tmp_path, cases, "--instructions", rules)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"awaithumans: {rules} is not text in UTF-8.\n"


async def test_a_line_ends_where_json_lines_end_it(tmp_path: Path, rules: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    line = json.dumps({"task": "R?", "response": {"reason": "a\u2028b\x85c"}}, ensure_ascii=False)
    cases.write_bytes(f"{line}\r\n{line}\n".encode())
    async with vendors(model.verdict()) as having:
        done = await dry_run(having, tmp_path, cases, "--instructions", rules)
    assert (done.returncode, len(having.asked)) == (0, 2), done.stderr


async def test_answers_of_tasks_are_taken_from_the_server(
    tmp_path: Path, rules: Path, shared_server: ServerProcess
) -> None:
    with shared_server.client() as client:
        made = client.post("/api/tasks", json=refund()).raise_for_status().json()
        told = {
            "AWAITHUMANS_URL": shared_server.url,
            "AWAITHUMANS_ADMIN_API_TOKEN": client.headers["authorization"].split()[1],
        }
        async with vendors(needs_a_reason) as having:
            arguments = ("--task", made["id"], "--instructions", rules)
            early = await dry_run(having, tmp_path, *arguments, **told)
            assert (early.returncode, early.stdout) == (1, "")
            assert "has no answer to try" in early.stderr
            path = f"/api/tasks/{made['id']}"
            client.post(f"{path}/complete", json=APPROVED).raise_for_status()
            done = await dry_run(having, tmp_path, *arguments, **told)
    assert done.returncode == 0, done.stderr
    assert made["id"] in done.stdout
    assert json.loads(having.asked[0].section("payload")) == made["payload"]

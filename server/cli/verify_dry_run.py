"""`awaithumans verify-dry-run`: instructions tried on recorded answers, before they are trusted."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import click

from ..app.carriers import judge_of
from ..config import ConfigurationError, load
from ..verification.judging import Judge
from ..verification.model import Case, Config, ProviderName, Verdict, VerifierFailure
from .calling import JSON, ending
from .dry_run_cases import NoCases, Recorded, from_file, from_tasks, text_of
from .showing import line, stop

_AT_ONCE = 4
Said = Literal["pass", "refuse", "failed"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What the verifier said of one answer; `as_expected` is None where nothing was expected."""

    name: str
    said: Said
    reason: str
    expected: str | None
    as_expected: bool | None
    fields: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float | None = None


@click.command("verify-dry-run")
@click.argument(
    "cases", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--instructions",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the instructions to try.",
)
@click.option(
    "--provider", type=click.Choice(get_args(ProviderName)), default="claude", show_default=True
)
@click.option("--model", help="By default the provider's.")
@click.option("--key-env", help="The variable with the key; by default the provider's.")
@click.option("--endpoint", help="For Azure: where the deployment is.")
@click.option(
    "--task", "task_ids", multiple=True, help="A completed task of the server; repeatable."
)
@JSON
def command(
    cases: Path | None,
    instructions: Path,
    provider: ProviderName,
    model: str | None,
    key_env: str | None,
    endpoint: str | None,
    task_ids: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Try a verifier's instructions on recorded answers.

    CASES has one answer a line, as JSON: {"task": "Approve refund?", "payload": {...},
    "response_schema": {...}, "response": {"approved": true}, "expect": "refuse", "name": "bare"}.
    All but task and response may be left out. The model is asked from here, with the key of this
    environment; no task is changed. Ends with 1 if a verdict is not as expected, or there is none.

    Example: awaithumans verify-dry-run refunds.jsonl --instructions rules.txt

    Example: awaithumans verify-dry-run --instructions rules.txt --task tsk_01K8...
    """
    metadata = {"endpoint": endpoint} if endpoint else None
    with ending("The dry run was stopped.", as_json=as_json):
        try:
            rules = text_of(instructions).strip()
            judge = judge_of(load())
            recorded = [*(from_file(cases) if cases else ()), *from_tasks(task_ids)]
        except (ConfigurationError, NoCases) as error:
            stop(str(error))
        if not recorded or not rules:
            stop("There is nothing to try: give a file of CASES or a --task, and instructions.")
        config = Config(provider, rules, model, api_key_env=key_env, metadata=metadata)
        tried = asyncio.run(_tried(judge, config, recorded))
    _tell(tried, as_json=as_json)
    if any(each.said == "failed" or each.as_expected is False for each in tried):
        sys.exit(1)


async def _tried(judge: Judge, config: Config, recorded: Sequence[Recorded]) -> list[Tried]:
    """Ask for every verdict, a few at once."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(each: Recorded) -> Tried:
        case = Case(each.task, each.payload, each.response_schema, config, answer=each.response)
        async with room:
            try:
                return _judged(each, await judge.judge(case))
            except VerifierFailure as failure:
                return Tried(each.name, "failed", failure.reason, each.expected, None)

    return list(await asyncio.gather(*map(one, recorded)))


def _judged(recorded: Recorded, verdict: Verdict) -> Tried:
    said: Said = "pass" if verdict.passed else "refuse"
    return Tried(
        recorded.name,
        said,
        verdict.reason,
        recorded.expected,
        None if recorded.expected is None else said == recorded.expected,
        [{"loc": list(each.path), "msg": each.reason} for each in verdict.fields],
        verdict.model,
        verdict.input_tokens,
        verdict.output_tokens,
        verdict.seconds,
    )


def _tell(tried: Sequence[Tried], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(each) for each in tried], indent=2))
        return
    for each in tried:
        unexpected = f" (expected {each.expected})" if each.as_expected is False else ""
        click.echo(f"{each.said.upper():7} {line(each.name)}{unexpected}: {line(each.reason)}")
        for found in each.fields:
            click.echo(f"        {line('.'.join(map(str, found['loc'])))}: {line(found['msg'])}")
    expected = [each for each in tried if each.expected is not None]
    taken = sum(each.input_tokens or 0 for each in tried)
    given = sum(each.output_tokens or 0 for each in tried)
    right = sum(each.as_expected is True for each in expected)
    told = f"{right} of {len(expected)} as expected; " if expected else ""
    click.echo(f"{told}{len(tried)} tried, {taken} tokens in, {given} out", err=True)

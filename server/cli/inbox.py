"""`awaithumans inbox`: answer tasks in a terminal."""

import json
import sys
from typing import Any

import click

from awaithumans import AwaitHumansError, AwaitHumansSync, Task, TaskNotFoundError, TaskSummary

from ..forms.fields import fields_of
from .asking import answer
from .calling import ending
from .showing import line, plain, rest, show, stop

_MOST = 50
_NOT_TAKEN = {
    "refused": "The answer was refused",
    "failed": "The answer could not be checked, and can be submitted again",
    "not_understood": "The answer was not understood",
}


@click.command("inbox")
@click.argument("task_id", required=False)
@click.option("--as", "email", help="Who answers: an email address, for the task's history.")
@click.option("--json", "as_json", is_flag=True, help="Speak JSON, for programs.")
def command(task_id: str | None, email: str | None, *, as_json: bool) -> None:
    """Answer tasks in the terminal.

    Lists the open tasks; choose one, read it, fill it in, submit it. With TASK_ID, goes straight
    to that one. With --json, prints the open tasks as JSON, or, with TASK_ID, reads the answer as
    a JSON object from standard input and prints the task as it is then.

    Example: awaithumans inbox --as sue@example.com

    Example: awaithumans inbox --json

    Example: echo '{"approved": true}' | awaithumans inbox --json TASK_ID
    """
    with ending("Nothing more was submitted.", as_json=as_json), AwaitHumansSync() as humans:
        if as_json:
            _speak_json(humans, task_id, email)
        elif task_id is not None:
            _answer(humans, humans.tasks.get(task_id), email)
        else:
            _loop(humans, email)


def _loop(humans: AwaitHumansSync, email: str | None) -> None:
    """Show the open tasks and answer the one that is chosen, until there is no more wish for it."""
    while True:
        page = humans.tasks.list(terminal=False, limit=_MOST)
        if not page.items:
            click.echo("No open tasks.")
            return
        _list(page.items, more=page.next_cursor is not None)
        chosen = _choose(page.items)
        if chosen is None:
            return
        try:
            _answer(humans, humans.tasks.get(chosen.id), email)
        except TaskNotFoundError:
            click.echo("This task is gone.")
        click.echo()


def _list(tasks: list[TaskSummary], *, more: bool) -> None:
    many = f"The {len(tasks)} newest open tasks" if more else f"{len(tasks)} open tasks"
    click.secho("1 open task" if len(tasks) == 1 else many, bold=True)
    for number, task in enumerate(tasks, 1):
        with_whom = f", with {plain(task.assigned_to_email)}" if task.assigned_to_email else ""
        click.echo(
            f"{number:>3}  {line(task.task)[:70]}  ({rest(task.timeout_at)} left{with_whom})"
        )


def _choose(tasks: list[TaskSummary]) -> TaskSummary | None:
    while True:
        text: str = click.prompt("Which (number, or q)", default="1", prompt_suffix=" ")
        if text.strip().lower() in ("q", "quit"):
            return None
        if text.strip().isdecimal() and 1 <= int(text) <= len(tasks):
            return tasks[int(text) - 1]
        click.secho(f"  Type a number from 1 to {len(tasks)}, or q.", fg="yellow")


def _answer(humans: AwaitHumansSync, task: Task, email: str | None) -> None:
    """Show one task, ask its fields, and submit; a refused answer is asked again."""
    show(task.task, task.payload, task.payload_schema)
    task = humans.tasks.open(task.id)
    _judged(task)
    click.secho(f"\n{rest(task.timeout_at)} left. Ctrl-C leaves it open.\n", dim=True)
    given = dict(task.initial_response or {})
    while True:
        given = _ask(task, given)
        click.echo()
        for part in json.dumps(given, indent=2, ensure_ascii=False).splitlines():
            click.echo(f"  {plain(part)}")
        if not click.confirm("Submit this?", default=True):
            click.echo("Not submitted; the task is still open.")
            return
        try:
            task = humans.tasks.complete(task.id, response=given, completed_by_email=email)
        except AwaitHumansError as error:
            if error.code != "RESPONSE_INVALID":
                raise
            click.secho(str(error), fg="yellow")
            continue
        if not _judged(task):
            checked = " It is being checked." if task.status == "submitted" else ""
            click.secho(f"Submitted.{checked}", fg="green")
            return
        if task.status == "verification_exhausted":
            click.secho("It was the last attempt: the task takes no answer any more.", fg="yellow")
            return


def _judged(task: Task) -> bool:
    """Say why the task's verifier did not take the last answer; return whether it did not."""
    verdict = task.verdict
    if verdict is None or verdict.outcome == "passed" or task.status == "submitted":
        return False
    click.secho(f"{_NOT_TAKEN[verdict.outcome]}: {line(verdict.reason)}", fg="yellow")
    for found in verdict.fields:
        click.secho(f"  {line('.'.join(map(str, found.loc)))}: {line(found.msg)}", fg="yellow")
    return True


def _ask(task: Task, given: dict[str, Any]) -> dict[str, Any]:
    fields = fields_of(task.response_schema)
    if fields:
        return answer(fields, given)
    while True:
        text: str = click.prompt("Answer [JSON object]", prompt_suffix=": ")
        try:
            return _object(text)
        except ValueError as error:
            click.secho(f"  {error}", fg="yellow")


def _speak_json(humans: AwaitHumansSync, task_id: str | None, email: str | None) -> None:
    if task_id is None:
        tasks = [humans.tasks.get(task.id) for task in humans.tasks.iterate(terminal=False)]
        click.echo(json.dumps([task.model_dump(mode="json") for task in tasks], indent=2))
        return
    try:
        response = _object(sys.stdin.read())
    except ValueError as error:
        stop(f"{error} Nothing was submitted.")
    done = humans.tasks.complete(task_id, response=response, completed_by_email=email)
    click.echo(done.model_dump_json(indent=2))


def _object(text: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ValueError: It is none; the message says what is expected.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError('A JSON object is expected, such as {"approved": true}.')  # noqa: TRY004 -- of a person's input
    return found  # pyright: ignore[reportUnknownVariableType] -- keys of JSON objects are texts

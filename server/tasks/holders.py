"""Who has a task, and who may take it or answer it. Pure."""

from ..errors import Forbidden
from ..routing.plan import normal
from .model import Actor, Json, Openness, Person, Task


def has(task: Task, person: Person) -> bool:
    """Whether the task is with this person.

    An address counts only while it is nobody's of the directory: later it may be somebody else's.
    """
    if task.assigned_to_user_id is not None:
        return person.user_id == task.assigned_to_user_id
    return person.email is not None and person.email == task.assigned_to_email


def may_take(task: Task, person: Person, actor: Actor) -> bool:
    """Whether a task is open to whoever would take it; operators take any."""
    if actor.type == "operator" or actor.invited or task.open_to == "anybody":
        return True
    if task.open_to == "invited":
        return person.email in _invited(task)
    return actor.type != "reviewer"


def _invited(task: Task) -> list[str]:
    """Return the addresses to which the task is open."""
    invited: list[str] = (task.assign_to or {}).get("emails") or []
    return [normal(email) for email in invited]


def taken_from(task: Task) -> Json:
    """Return what the history says of those who could answer the task and can't any more."""
    holders = [who for who in (task.assigned_to_user_id, task.assigned_to_email) if who is not None]
    open_to: dict[Openness, list[str]] = {"anybody": ["anybody"], "invited": _invited(task)}
    losing = [*holders, *open_to.get(task.open_to, [])]
    return {"taken_from": losing} if losing else {}


def refuse_others(task: Task, actor: Actor) -> None:
    """Keep a reviewer from what somebody else has; operators and automation may."""
    if (
        actor.type != "reviewer"
        or not task.assigned
        or has(task, Person(actor.email, actor.user_id))
    ):
        return
    holder = task.assigned_to_email or "somebody else"
    raise Forbidden(f"This task is with {holder}. Ask an operator to reassign it.")

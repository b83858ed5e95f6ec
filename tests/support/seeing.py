"""Which tasks a list shows and what a reviewer may do, said in plain Python."""

from collections.abc import Collection

from awaithumans.server.tasks.model import Filter, Person, Task


def is_theirs(task: Task, person: Person) -> bool:
    """Whether the task is with this person; an address is nobody's once a person has it."""
    if task.assigned_to_user_id is not None:
        return task.assigned_to_user_id == person.user_id
    return task.assigned_to_email is not None and task.assigned_to_email == person.email


def has_answered(task: Task, person: Person) -> bool:
    return task.completed_by_user_id is not None and task.completed_by_user_id == person.user_id


def is_offered(task: Task, person: Person, invited: Collection[str]) -> bool:
    """Whether the task is or was open to this person, whoever has it now."""
    if task.open_to == "invited":
        return person.email is not None and person.email in invited
    return task.open_to == "anybody"


def is_visible(task: Task, person: Person, invited: Collection[str] = ()) -> bool:
    """Whether a reviewer sees the task when they ask for it."""
    offered = not task.assigned and is_offered(task, person, invited)
    return is_theirs(task, person) or has_answered(task, person) or offered


def is_within_reach(task: Task, person: Person, invited: Collection[str] = ()) -> bool:
    """Whether a reviewer may try to do something with the task."""
    offered = is_offered(task, person, invited)
    return is_theirs(task, person) or has_answered(task, person) or offered


def is_listed(task: Task, person: Person, invited: Collection[str] = ()) -> bool:
    """Whether a reviewer's list has the task: of nobody's, only what can still be taken."""
    own = is_theirs(task, person) or has_answered(task, person)
    return own or (is_visible(task, person, invited) and not task.terminal)


def matches(task: Task, wanted: Filter, invited: Collection[str] = ()) -> bool:
    """Whether a list shows this task: `Filter`, said in Python."""
    return all(
        (
            not wanted.statuses or task.status in wanted.statuses,
            wanted.terminal is None or task.terminal == wanted.terminal,
            wanted.assigned_to is None or _is_with(task, wanted.assigned_to),
            wanted.unassigned is None or task.assigned != wanted.unassigned,
            wanted.text is None or wanted.text.lower() in task.task.lower(),
            wanted.before is None or task.id < wanted.before,
            wanted.view is None or is_listed(task, wanted.view, invited),
        )
    )


def _is_with(task: Task, holder: Person) -> bool:
    """An address alone is that address, whoever has it; a person is as `is_theirs` says."""
    if holder.user_id is None:
        return task.assigned_to_email == holder.email
    return is_theirs(task, holder)

"""Who may call which operation: `x-access` of the contract, the only place where it is said."""

from functools import cache
from typing import Any

from ..auth.model import Caller
from ..errors import Forbidden
from .contract import document

_PUBLIC = frozenset({"anyone"})


def check(caller: Caller, operation_id: str, task_id: str | None = None) -> None:
    """Refuse what the caller's credentials are not good for.

    Args:
        caller: Who calls.
        operation_id: What they would do.
        task_id: The task that the path names, if it names one. Whoever followed a link may do what
            the contract says with the task of that link, and with no other.

    Raises:
        Forbidden: The contract does not list the caller; the message says who may.
    """
    allowed = access()[operation_id]
    if caller.rights & allowed and (caller.task_id is None or task_id in (None, caller.task_id)):
        return
    if caller.kind == "link":
        raise Forbidden("The link that you followed is good for one task only. Sign in for more.")
    if caller.kind != "api_key":
        raise Forbidden("Only an operator may do this. Ask an operator, or sign in as one.")
    wanted = " or ".join(sorted(allowed & _words(document(), "ApiKeyScope")))
    if wanted:
        raise Forbidden(f"This API key lacks the scope {wanted}. Use one that has it.")
    raise Forbidden("No API key may do this. Sign in, or use the admin token.")


@cache
def access() -> dict[str, frozenset[str]]:
    """Return the words of `x-access` by operation id."""
    return {id_: words for id_, words, _ in _operations(document())}


def problems(spec: dict[str, Any]) -> list[str]:
    """Return a line for each operation that does not say who may call it, or can't mean it."""
    known = _words(spec, "ApiKeyScope") | _words(spec, "CallerKind")
    return [
        f"x-access of {id_}: {sorted(words)}"
        for id_, words, public in _operations(spec)
        if (words != _PUBLIC if public else not words or words - known)
    ]


def _operations(spec: dict[str, Any]) -> list[tuple[str, frozenset[str], bool]]:
    """Return each operation's id, the words of `x-access`, and whether it needs no credentials."""
    return [
        (
            operation["operationId"],
            frozenset(operation.get("x-access", ())),
            operation.get("security") == [],
        )
        for item in spec["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]


def _words(spec: dict[str, Any], schema: str) -> frozenset[str]:
    return frozenset(spec["components"]["schemas"][schema]["enum"])

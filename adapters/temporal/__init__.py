"""Temporal: ``await_human`` inside workflows, its activities, and the receiver of webhooks."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from awaithumans.adapters.temporal.activities import (
        AwaitHumansActivities,
        awaithumans_cancel_task,
        awaithumans_check_task,
        awaithumans_create_task,
    )
    from awaithumans.adapters.temporal.dispatch import dispatch_signal
    from awaithumans.adapters.temporal.receiver import callback_app
    from awaithumans.adapters.temporal.workflow import await_human

__all__ = [
    "AwaitHumansActivities",
    "await_human",
    "awaithumans_cancel_task",
    "awaithumans_check_task",
    "awaithumans_create_task",
    "callback_app",
    "dispatch_signal",
]

if find_spec("temporalio") is None:
    raise ImportError(
        "awaithumans.adapters.temporal needs temporalio, which is not installed. "
        'Run: pip install "awaithumans[temporal]"'
    )

_HOMES = {
    "await_human": "workflow",
    "callback_app": "receiver",
    "dispatch_signal": "dispatch",
}

# Type checkers must not see it: it would make every misspelt name look exported.
if not TYPE_CHECKING:  # pragma: no branch

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from temporalio import workflow

        # A workflow's sandbox loads what it imports anew for each run, and cannot load an HTTP
        # client at all; it passes imports through that are made so, but not import_module.
        with workflow.unsafe.imports_passed_through():
            home = __import__(f"{__name__}.{_HOMES.get(name, 'activities')}", fromlist=[name])
        value: object = getattr(home, name)
        globals()[name] = value
        return value

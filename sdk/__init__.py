"""What agents import: ask a person, wait, and go on with a typed answer."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from awaithumans.asking import await_human, await_human_sync
    from awaithumans.client import AwaitHumans, AwaitHumansSync
    from awaithumans.errors import (
        AwaitHumansError,
        ConfigurationError,
        MarketplaceNotAvailableError,
        PollError,
        RequestError,
        SchemaValidationError,
        ServerUnreachableError,
        TaskCancelledError,
        TaskCreateError,
        TaskNotFoundError,
        TaskTimeoutError,
        VerificationExhaustedError,
    )
    from awaithumans.verifiers.config import VerifierConfig
    from awaithumans.wire import AuditEntry, Task, TaskPage, TaskSummary

    __version__: str

__all__ = [
    "AuditEntry",
    "AwaitHumans",
    "AwaitHumansError",
    "AwaitHumansSync",
    "ConfigurationError",
    "MarketplaceNotAvailableError",
    "PollError",
    "RequestError",
    "SchemaValidationError",
    "ServerUnreachableError",
    "Task",
    "TaskCancelledError",
    "TaskCreateError",
    "TaskNotFoundError",
    "TaskPage",
    "TaskSummary",
    "TaskTimeoutError",
    "VerificationExhaustedError",
    "VerifierConfig",
    "__version__",
    "await_human",
    "await_human_sync",
]

# Names load where they live on first use: the server imports this package too, and must not pay
# for the SDK, nor a script that only wants an exception class for httpx.
_HOMES = {
    "AuditEntry": "wire",
    "AwaitHumans": "client",
    "AwaitHumansSync": "client",
    "Task": "wire",
    "TaskPage": "wire",
    "TaskSummary": "wire",
    "VerifierConfig": "verifiers.config",
    "await_human": "asking",
    "await_human_sync": "asking",
}


# Type checkers must not see it: it would make every misspelt name look exported.
if not TYPE_CHECKING:  # pragma: no branch

    def __getattr__(name: str) -> object:
        value: object
        if name == "__version__":
            value = import_module("importlib.metadata").version("awaithumans")
        elif name in __all__:
            home = import_module(f"awaithumans.{_HOMES.get(name, 'errors')}")
            value = getattr(home, name)
        else:
            raise AttributeError(f"module 'awaithumans' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

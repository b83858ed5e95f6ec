"""Write the pages of docs/ that are drawn from code.

Usage: python scripts/documents.py FOLDER
"""

import sys
from pathlib import Path

from awaithumans.server.api.permissions import access
from awaithumans.server.config import PREFIX, Settings
from awaithumans.server.tasks.model import TERMINAL
from awaithumans.server.tasks.transitions import NEXT

_KINDS = ("anyone", "link", "reviewer", "operator", "admin_token")
_LIFECYCLE = """# The life of a task

Drawn by `make generate` from the table `NEXT` in `server/tasks/transitions.py`, which is the whole
state machine: a command that has no arrow from a status is refused there.

```mermaid
stateDiagram-v2
    [*] --> created
{arrows}
```

| in | these commands lead to |
|---|---|
{rows}

{terminal} are terminal: a task gets there once, whoever races, and stays.

`open` says that a person looks at the task; `claim` takes it, `assign` gives it, `offer` opens it
to several people; `notify` says that a message about it was delivered; `expire` is the clock. An
answer that arrives at the deadline or later loses, even if the clock's job has not run yet.

`complete` answers a task without a verifier. With one, `submit` stores the answer; then `pass` and
`refuse` are what the verifier says of it, `exhaust` is its last refusal, and `give_up` opens the
task again when there was no verdict to be had, which costs no attempt. An answer that was stored
before the deadline counts, even if its verdict comes later.
"""

_SETTINGS = """# Settings

Made by `make generate` from `server/config/`. Each is a variable of the environment, or a line
of `.env` in the folder where the server is started; the environment wins. The server warns about
names beginning with `{prefix}` that nothing reads.

| variable | default | what it is |
|---|---|---|
{rows}

Agents read `AWAITHUMANS_URL` (where the server is), `AWAITHUMANS_ADMIN_API_TOKEN` (the key) and
`AWAITHUMANS_QUIET` (`1` silences the line on stderr). See [the SDK](sdk.md). Temporal workers read
`AWAITHUMANS_CALLBACK_URL` too (where webhooks are received), and receivers
`AWAITHUMANS_PAYLOAD_KEY`. See [Temporal](temporal.md).
"""


_PERMISSIONS = """# Who may do what

Made by `make generate` from `x-access` of each operation in `openapi.yaml`, which is what the
server enforces. A reviewer is a person who is no operator, and may only for tasks that are theirs
or open to them. A link is a browser that followed one in a message, and may only for the task of
that link ([links](links.md)). The scopes are those of an API key.

| operation | anyone | link | reviewer | operator | admin token | API key with |
|---|---|---|---|---|---|---|
{rows}
"""


def permissions() -> str:
    """Return the page of who may call which operation."""
    rows: list[str] = []
    for operation, words in access().items():
        cells = ["yes" if "anyone" in words or kind in words else "" for kind in _KINDS]
        scopes = sorted(words - {*_KINDS})
        any_key = words & {"anyone", "api_key"}
        keys = "any scope" if any_key else ", ".join(f"`{scope}`" for scope in scopes)
        rows.append(f"| `{operation}` | {' | '.join(cells)} | {keys} |")
    return _PERMISSIONS.format(rows="\n".join(rows))


def lifecycle() -> str:
    """Return the page of the state machine."""
    arrows = [f"    {at} --> {to}: {command}" for (at, command), to in NEXT.items()]
    arrows += [f"    {status} --> [*]" for status in sorted(TERMINAL)]
    statuses = dict.fromkeys(at for at, _ in NEXT)
    rows = [
        f"| `{status}` | "
        + ", ".join(f"{command} → `{to}`" for (at, command), to in NEXT.items() if at == status)
        + " |"
        for status in statuses
    ]
    terminal = ", ".join(f"`{status}`" for status in sorted(TERMINAL))
    return _LIFECYCLE.format(arrows="\n".join(arrows), rows="\n".join(rows), terminal=terminal)


def settings() -> str:
    """Return the page of the settings."""
    # The server's own first, then those of its parts.
    parts = [list(part.model_fields) for part in Settings.__bases__]
    own = [name for name in Settings.model_fields if not any(name in part for part in parts)]
    names = [*own, *(name for part in parts for name in part)]
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(Settings.model_fields[name].default)} "
        f"| {Settings.model_fields[name].description} |"
        for name in names
    ]
    return _SETTINGS.format(prefix=PREFIX, rows="\n".join(rows))


def _default(value: object) -> str:
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return f"`{value}`" if value else ""


def main() -> None:
    """Write the pages."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "lifecycle.md": lifecycle(),
        "permissions.md": permissions(),
        "settings.md": settings(),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

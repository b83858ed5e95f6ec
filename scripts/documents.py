"""Write the pages of docs/ that are drawn from code.

Usage: python scripts/documents.py FOLDER
"""

import sys
from pathlib import Path

from awaithumans.server.config import PREFIX, Settings
from awaithumans.server.tasks.lifecycle import NEXT
from awaithumans.server.tasks.model import TERMINAL

_LIFECYCLE = """# The life of a task

Drawn by `make generate` from the table `NEXT` in `server/tasks/lifecycle.py`, which is the whole
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
to several people; `expire` is the clock. An answer that arrives at the deadline or later loses,
even if the clock's job has not run yet.
"""

_SETTINGS = """# Settings

Made by `make generate` from `server/config.py`. Each is a variable of the environment, or a line
of `.env` in the folder where the server is started; the environment wins. The server warns about
names beginning with `{prefix}` that nothing reads.

| variable | default | what it is |
|---|---|---|
{rows}

Agents read `AWAITHUMANS_URL` (where the server is), `AWAITHUMANS_ADMIN_API_TOKEN` (the key) and
`AWAITHUMANS_QUIET` (`1` silences the line on stderr). See [the SDK](sdk.md).
"""


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
    rows = [
        f"| `{PREFIX}{name.upper()}` | {'' if field.default is None else f'`{field.default}`'} "
        f"| {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _SETTINGS.format(prefix=PREFIX, rows="\n".join(rows))


def main() -> None:
    """Write the pages."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"lifecycle.md": lifecycle(), "settings.md": settings()}.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

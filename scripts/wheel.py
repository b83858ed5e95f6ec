"""Build the wheel, look at what is in it, and install it bare: httpx, pydantic, nothing else.

Usage: python scripts/wheel.py
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from glob import glob
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")

MUST_HOLD = {
    "awaithumans/__init__.py",
    "awaithumans/py.typed",
    "awaithumans/command.py",
    "awaithumans/adapters/__init__.py",
    "awaithumans/adapters/temporal/__init__.py",
    "awaithumans/callbacks.py",
    "awaithumans/generated/contract/openapi.json",
    "awaithumans/generated/models/__init__.py",
    "awaithumans/generated/client/client.py",
    "awaithumans/server/openapi.yaml",
    "awaithumans/server/app/__init__.py",
    "awaithumans/server/api/templates/answer.html.j2",
    "awaithumans/server/api/templates/open.html.j2",
    "awaithumans/server/api/templates/said.html.j2",
    "awaithumans/server/channels/email/templates/ask.html.j2",
    "awaithumans/server/channels/email/templates/ask.txt.j2",
    "awaithumans/server/channels/email/templates/mail.html.j2",
    "awaithumans/server/channels/email/templates/not_taken.html.j2",
    "awaithumans/server/channels/email/templates/not_taken.txt.j2",
    "awaithumans/server/store/migrations/env.py",
    "awaithumans/server/store/migrations/versions/0001_first.py",
    "awaithumans/server/store/migrations/versions/0005_channels.py",
}
# Besides these the dashboard has scripts and styles, whose names change with their content.
DASHBOARD = "awaithumans/server/web/"
MUST_HOLD |= {DASHBOARD + name for name in ("index.html", "favicon.svg", "theme.js")}
# Rooms are reached by links in the source tree; each file is in the wheel once, where it belongs.
MUST_NOT_HOLD = re.compile(
    r"__pycache__|\.pyc$|/sdk/|/src/|/tests/|server/server|generated/generated|/node_modules/|\.map$|dashboard/src"
)
DIRECT = {"httpx", "pydantic"}
BARE = """
import sys
import awaithumans
assert not {"httpx", "pydantic", "fastapi", "sqlalchemy"} & sys.modules.keys(), "not lazy"
from awaithumans import await_human, await_human_sync, AwaitHumans, AwaitHumansSync
loaded = {"fastapi", "starlette", "sqlalchemy", "alembic", "click", "uvicorn"} & sys.modules.keys()
assert not loaded, loaded
import awaithumans.callbacks
try:
    import awaithumans.adapters.temporal
except ImportError as error:
    assert 'pip install "awaithumans[temporal]"' in str(error), error
else:
    raise AssertionError("temporalio should not be here")
"""

LOWEST = """
import asyncio, sys, httpx
from awaithumans.server.app import build
from awaithumans.server.config import load

async def main():
    server = build(load(data_dir=sys.argv[1]), "a-token-of-enough-characters")
    transport = httpx.ASGITransport(server.app)
    headers = {"Authorization": "Bearer a-token-of-enough-characters"}
    async with server.jobs.running(), httpx.AsyncClient(
        transport=transport, base_url="http://server", headers=headers
    ) as client:
        asked = await client.post("/api/tasks", json={
            "task": "Go on?", "payload": {}, "payload_schema": {}, "timeout_seconds": 60,
            "response_schema": {"type": "object", "required": ["yes"]}, "idempotency_key": "1",
        })
        path = f"/api/tasks/{asked.json()['id']}"
        refused = await client.post(f"{path}/complete", json={"response": {}})
        answered = await client.post(f"{path}/complete", json={"response": {"yes": True}})
        polled = await client.get(f"{path}/poll")
        page = await client.get("/")
    codes = [step.status_code for step in (asked, refused, answered, polled, page)]
    assert codes == [201, 422, 200, 200, 200], codes
    assert 'id="root"' in page.text, page.text

asyncio.run(main())
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command; a failure ends the script with what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(folder: Path) -> Path:
    """Build the source distribution, and the wheel from it, as an index would get them."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def look_into(wheel: Path) -> None:
    """Check which files the wheel holds, and what it depends on."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith("METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    missing = MUST_HOLD - set(names)
    assets = [name for name in names if name.startswith(f"{DASHBOARD}assets/")]
    missing |= {kind for kind in (".js", ".css") if not any(name.endswith(kind) for name in assets)}
    stray = [name for name in names if MUST_NOT_HOLD.search(name)]
    twice = {name for name in names if names.count(name) > 1}
    wanted = {
        re.split(r"[^A-Za-z0-9-]", line.removeprefix("Requires-Dist: "))[0]
        for line in lines
        if line.startswith("Requires-Dist: ") and "extra ==" not in line
    }
    if missing or stray or twice or wanted != DIRECT:
        sys.exit(f"wheel: missing {missing}, stray {stray}, twice {twice}, depends on {wanted}")
    print(f"wheel: {len(names)} files, depends on {', '.join(sorted(wanted))}")


def find(version: str) -> str | None:
    """Return a Python of this version: on the PATH, or kept by a version manager."""
    options = ("--no-python-downloads", "--no-project", "--system")
    found = subprocess.run(
        [UV, "python", "find", *options, version], capture_output=True, text=True
    )
    if found.returncode == 0:
        return found.stdout.strip()
    kept = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    # glob passes over folders that this user may not read; Path.glob does not.
    return next(iter(glob(f"{kept}/{version}.*/bin/python")), None)  # noqa: PTH207


def install_bare(wheel: Path, folder: Path, version: str) -> bool:
    """Install the wheel alone on one Python and use it; False when that Python is not here."""
    interpreter = find(version)
    if interpreter is None:
        return False
    place = folder / version
    python = place / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", interpreter, place, cwd=folder)
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, cwd=folder)
    run(python, "-W", "error", "-c", BARE, cwd=folder)
    told = subprocess.run(
        [place / "bin" / "awaithumans", "version"], cwd=folder, capture_output=True, text=True
    )
    if told.returncode != 1 or told.stderr.count("\n") != 1 or "[server]" not in told.stderr:
        sys.exit(f"the bare command should name the extra in one line, but said:\n{told.stderr}")
    return True


def install_lowest(wheel: Path, folder: Path, version: str) -> None:
    """Install the server with the lowest versions that it says it works with, and use it."""
    place = folder / "lowest"
    python = place / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", find(version) or sys.executable, place, cwd=folder)
    lowest = ("--resolution", "lowest-direct", f"awaithumans[server] @ {wheel.as_uri()}")
    run(UV, "pip", "install", "--quiet", "--python", python, *lowest, cwd=folder)
    run(python, "-c", LOWEST, folder / "data", cwd=folder)
    print(f"the lowest versions of the server's dependencies work on Python {version}")


def install_temporal(wheel: Path, folder: Path, version: str) -> None:
    """Install the wheel with this extra alone, its newest and its lowest versions, and use it."""
    temporal = UV.parent / "temporal"
    for resolution in ("highest", "lowest-direct"):
        place = folder / f"temporal-{resolution}"
        python = place / "bin" / "python"
        run(UV, "venv", "--quiet", "--python", find(version) or sys.executable, place, cwd=folder)
        wanted = ("--resolution", resolution, f"awaithumans[temporal] @ {wheel.as_uri()}")
        run(UV, "pip", "install", "--quiet", "--python", python, *wanted, cwd=folder)
        run(python, ROOT / "scripts" / "trial_temporal.py", temporal, cwd=folder)
    print(f"the extra temporal alone runs a worker and a receiver on Python {version}")


def main() -> None:
    """Check the wheel."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder)
        look_into(wheel)
        tried = {version: install_bare(wheel, folder, version) for version in VERSIONS}
        here = [version for version, found in tried.items() if found]
        install_lowest(wheel, folder, here[0])
        install_temporal(wheel, folder, here[0])
    away = [version for version, found in tried.items() if not found]
    print(f"bare install imports and works on Python {', '.join(here)}")
    if away:
        print(f"not tried, for it is not on this machine: Python {', '.join(away)}")


if __name__ == "__main__":
    main()

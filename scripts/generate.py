"""Make `generated/` and the documents that are drawn from code; `--check` only compares.

Usage: python scripts/generate.py [--check]
"""

import argparse
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi.yaml"
# ruff and the generators lie beside the interpreter, wherever the environment is.
BIN = Path(sys.executable).parent
HEADER = '"""{}. Made by `make generate` from openapi.yaml; never edited."""\n'


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run one generator; a failure ends the script with what it printed."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def models(target: Path) -> None:
    """Write the pydantic models of every schema in the contract."""
    with tempfile.TemporaryDirectory() as folder:
        # Outside the project, so that the order of imports depends on nothing around it.
        _models(Path(folder) / "__init__.py")
        target.mkdir(parents=True)
        shutil.copy(Path(folder) / "__init__.py", target)


def _models(output: Path) -> None:
    overrides = dict.fromkeys(("StrictInt", "AwareDatetime"), "awaithumans.generated.wire")
    run(
        BIN / "datamodel-codegen",
        *("--input", CONTRACT, "--input-file-type", "openapi", "--output", output),
        *("--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.10"),
        *("--use-annotated", "--field-constraints", "--use-union-operator"),
        *("--use-standard-collections", "--enum-field-as-literal", "all", "--use-type-alias"),
        *("--strict-nullable", "--use-default-kwarg", "--output-datetime-class", "AwareDatetime"),
        *("--strict-types", "int", "float", "bool", "--import-overrides", json.dumps(overrides)),
        *("--type-mappings", "string+uri=string", "string+email=string"),
        *("--use-schema-description", "--use-field-description", "--use-single-line-docstring"),
        *("--use-double-quotes", "--disable-timestamp", "--no-allow-remote-refs", "--strict-refs"),
        *("--formatters", "ruff-check", "ruff-format"),
    )


def client(target: Path) -> None:
    """Write the HTTP client, on our templates, so that it needs httpx and pydantic only."""
    run(
        BIN / "openapi-python-client",
        *("generate", "--path", CONTRACT, "--meta", "none", "--overwrite", "--fail-on-warning"),
        *("--config", ROOT / "scripts" / "client.yaml"),
        *("--custom-template-path", ROOT / "scripts" / "client-templates"),
        *("--output-path", target),
    )


def contract(target: Path) -> None:
    """Write the contract as JSON: the server reads that at its start, and needs no YAML."""
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    target.mkdir(parents=True)
    (target / "__init__.py").write_text(HEADER.format("The contract as data"), encoding="utf-8")
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (target / "openapi.json").write_text(text + "\n", encoding="utf-8")


def documents(target: Path) -> None:
    """Write the pages of docs/ that are drawn from code: the states, permissions and settings."""
    run(sys.executable, ROOT / "scripts" / "documents.py", target)


DRAWN = ["docs/lifecycle.md", "docs/permissions.md", "docs/settings.md"]
MAKERS = {"generated/models": models, "generated/client": client, "generated/contract": contract}


def generate(root: Path) -> list[str]:
    """Make everything below `root`; return the relative paths of what was made."""
    for place, make in MAKERS.items():
        shutil.rmtree(root / place, ignore_errors=True)
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        make(root / place)
    made = [
        str(path.relative_to(root))
        for place in MAKERS
        for path in sorted((root / place).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    documents(root / "docs")
    return made + DRAWN


def check() -> int:
    """Generate into a temporary folder and name every file that differs from the committed one."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        made = generate(fresh)
        stale = [name for name in made if not same(ROOT / name, fresh / name)]
        stray = [
            str(path.relative_to(ROOT))
            for place in MAKERS
            for path in (ROOT / place).rglob("*")
            if path.is_file()
            and "__pycache__" not in path.parts
            and str(path.relative_to(ROOT)) not in made
        ]
    for name in stale:
        print(f"differs from a fresh generation: {name}")
    for name in stray:
        print(f"is not generated any more: {name}")
    if stale or stray:
        print("Run `make generate` and commit the result.")
    return 1 if stale or stray else 0


def same(committed: Path, fresh: Path) -> bool:
    """Whether both files are there and equal."""
    return committed.is_file() and filecmp.cmp(committed, fresh, shallow=False)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    if parser.parse_args().check:
        return check()
    generate(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())

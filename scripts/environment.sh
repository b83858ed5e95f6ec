#!/bin/sh
# Make the environment in .venv from the lock file, with nothing but a Python (3.10 or newer).
# Done again only when the lock file or pyproject.toml changed.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/.made-from
wanted=$(cat requirements.lock pyproject.toml scripts/environment.sh | cksum)
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && exit 0

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }
python=
for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3.14 python3 python3.10; do
    if [ -n "$candidate" ] && usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "No Python 3.10 or newer was found. Install one (apt-get install python3) or name it: make PYTHON=/path/to/python3" >&2
    exit 1
fi

if ! .venv/bin/python -c 'import sys' 2>/dev/null || ! usable .venv/bin/python; then
    rm -rf .venv
    if ! "$python" -m venv .venv 2>/dev/null; then
        # Debian keeps venv in a package of its own.
        rm -rf .venv
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "Installing Debian's python3-venv ..."
            (apt-get update -qq && apt-get install -y -qq python3-venv) >/dev/null
            python=python3
        else
            echo "Python's venv module is missing. Install it: sudo apt-get install python3-venv" >&2
            exit 1
        fi
        "$python" -m venv .venv
    fi
fi

echo "Installing into .venv ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9"
uv() { VIRTUAL_ENV="$PWD/.venv" .venv/bin/python -m uv "$@"; }
# Compiled once: each of the many short-lived processes would do it again, where none may write.
uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
uv pip install --quiet --no-deps --no-build-isolation --editable .
echo "$wanted" > "$stamp"

"""No schema and no value hangs, crashes or bloats the process that checks it."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.forms_attack.attack import ATTACKS
from tests.support.process import unmeasured
from tests.support.timing import in_time

# Seconds of a processor for one compile or check. The budget is 0.3; the rest is for slow machines.
LONGEST = 1.5
MOST_MEMORY = 1 << 30
ATTACK = Path(__file__).parent / "attack.py"


def in_a_process(name: str, home: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(ATTACK), name],
        env=unmeasured(home),
        capture_output=True,
        text=True,
        timeout=30,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_over_soon(name: str, tmp_path: Path) -> None:
    for step in in_a_process(name, tmp_path):
        in_time(step["took"], LONGEST)

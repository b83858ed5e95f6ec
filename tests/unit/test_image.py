"""The image and its services: no engine runs here, so that they are held to the code."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from awaithumans.server.cli.main import main
from awaithumans.server.config import PREFIX, Settings

_ROOT = Path(__file__).parents[2]
_PROJECT = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
_DOCKERFILE = (_ROOT / "Dockerfile").read_text(encoding="utf-8")
_SERVICES: dict[str, Any] = yaml.safe_load((_ROOT / "compose.yaml").read_text("utf-8"))["services"]
_SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", ".env.example"])
def test_each_variable_is_a_setting(name: str) -> None:
    text = (_ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", text))
    assert named
    assert named <= _SETTINGS


def test_what_compose_asks_for_is_in_the_example_and_has_no_default_there() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", (_ROOT / "compose.yaml").read_text(encoding="utf-8")))
    example = (_ROOT / ".env.example").read_text(encoding="utf-8")
    given = dict(re.findall(r"^#?(\w+)=(.*)$", example, re.MULTILINE))
    # The others reach the server by `env_file`.
    assert wanted <= given.keys()
    secret = [name for name in given if re.search("TOKEN|KEY|SECRET|PASSWORD", name)]
    assert len(secret) > len(wanted) - 2
    assert {given[name] for name in secret} == {""}


def test_what_serve_needs_is_given() -> None:
    server = _SERVICES["server"]["environment"]
    needed = {"ADMIN_API_TOKEN", "PAYLOAD_KEY", "PUBLIC_URL", "DATABASE_URL"}
    assert {PREFIX + name for name in needed} <= server.keys()
    # A missing secret ends the command, instead of becoming an empty one.
    assert all(":?" in server[PREFIX + name] for name in needed)


def test_settings_that_compose_does_not_name_reach_the_server_too() -> None:
    assert _SERVICES["server"]["env_file"] == [{"path": ".env", "required": False}]


def test_ports_and_addresses_fit() -> None:
    (port,) = re.findall(r"^EXPOSE (\d+)$", _DOCKERFILE, re.MULTILINE)
    assert f"{PREFIX}PORT={port}" in _DOCKERFILE
    assert _SERVICES["server"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    url = _SERVICES["server"]["environment"][f"{PREFIX}DATABASE_URL"]
    postgres = _SERVICES["postgres"]["environment"]
    user, database = postgres["POSTGRES_USER"], postgres["POSTGRES_DB"]
    assert url == f"postgresql://{user}:{postgres['POSTGRES_PASSWORD']}@postgres/{database}"


def test_the_command_is_one_of_ours_in_the_form_that_gets_signals() -> None:
    (command,) = re.findall(r"^CMD (.*)$", _DOCKERFILE, re.MULTILINE)
    program, name = yaml.safe_load(command)
    assert program == "awaithumans"
    assert name in main.list_commands(None)  # pyright: ignore[reportArgumentType] -- it is not read
    assert "STOPSIGNAL SIGTERM" in _DOCKERFILE
    assert "/api/health" in _DOCKERFILE


def test_it_runs_as_nobody_who_may_anything() -> None:
    assert re.findall(r"^USER (.*)$", _DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    server = _SERVICES["server"]
    assert (server["cap_drop"], server["read_only"]) == (["ALL"], True)
    assert f"{PREFIX}DATA_DIR=/data" in _DOCKERFILE
    assert server["volumes"] == ["data:/data"]


def _copied() -> set[str]:
    """Return what of the source tree is in the image's first stage."""
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", _DOCKERFILE, re.MULTILINE)
    return set(" ".join(lines).split())


def test_only_what_the_wheel_is_built_from_is_sent_to_the_engine() -> None:
    lines = (_ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == _copied()
    assert {"dashboard/node_modules", "dashboard/dist"} <= set(rules)


def test_all_that_the_wheel_is_built_from_is_there() -> None:
    # A source distribution is all of it, but for what it has built already: the dashboard.
    (listed,) = re.findall(r"^only-include = \[(.*hatch_build.*)\]$", _PROJECT, re.MULTILINE)
    assert {*re.findall(r'"([^"]+)"', listed), "dashboard", "scripts/dashboard.py"} <= _copied()

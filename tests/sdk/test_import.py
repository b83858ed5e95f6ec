import subprocess
import sys
from importlib.metadata import version

import pytest

import awaithumans

HEAVY = ["httpx", "pydantic", "fastapi", "starlette", "sqlalchemy", "uvicorn", "asyncio"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = f"[m for m in {HEAVY} if m in sys.modules]"
    assert run(f"import awaithumans, sys; print({loaded})") == "[]"


def test_an_error_class_costs_no_http_client() -> None:
    loaded = f"[m for m in {HEAVY} if m in sys.modules]"
    code = f"from awaithumans import TaskTimeoutError; import sys; print({loaded})"
    assert run(code) == "[]"


def test_the_sdk_loads_no_server() -> None:
    code = (
        "from awaithumans import await_human; import sys; "
        "print([m for m in sys.modules if m in ('fastapi', 'sqlalchemy') "
        "or m.startswith('awaithumans.server')])"
    )
    assert run(code) == "[]"


@pytest.mark.parametrize("name", ["claude", "openai", "gemini", "azure_openai"])
def test_a_verifier_loads_no_vendor_s_library(name: str) -> None:
    code = (
        f"from awaithumans.verifiers.{name} import {name}_verifier; import sys; "
        f"{name}_verifier('Be strict.', model='m'); "
        "print([m for m in ('anthropic', 'openai', 'google.genai', 'httpx') if m in sys.modules])"
    )
    assert run(code) == "[]"


@pytest.mark.parametrize("name", awaithumans.__all__)
def test_everything_exported_is_there(name: str) -> None:
    value = getattr(awaithumans, name)
    assert getattr(value, "__name__", name) == name
    assert name in dir(awaithumans)


def test_the_version_is_the_distributions() -> None:
    assert awaithumans.__version__ == version("awaithumans")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'await_robot'"):
        _ = vars(awaithumans)["__getattr__"]("await_robot")

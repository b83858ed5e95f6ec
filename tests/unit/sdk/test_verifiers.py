"""A verifier is checked when it is made: nothing that cannot work is ever sent."""

import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from awaithumans import ConfigurationError, TaskCreateError, VerifierConfig
from awaithumans.verifiers.azure_openai import azure_openai_verifier
from awaithumans.verifiers.claude import claude_verifier
from awaithumans.verifiers.gemini import gemini_verifier
from awaithumans.verifiers.openai import openai_verifier
from tests.unit.sdk.test_request import build

Helper = Callable[..., VerifierConfig]
WITH_DEFAULTS: list[tuple[Helper, str, str]] = [
    (claude_verifier, "claude", "ANTHROPIC_API_KEY"),
    (openai_verifier, "openai", "OPENAI_API_KEY"),
    (gemini_verifier, "gemini", "GEMINI_API_KEY"),
]
HELPERS = [*(helper for helper, _, _ in WITH_DEFAULTS), azure_openai_verifier]


def made(helper: Helper, *arguments: Any, **given: Any) -> VerifierConfig:
    deployment = {"model": "checker"} if helper is azure_openai_verifier else {}
    return helper(*arguments, **{**deployment, **given})


@pytest.mark.parametrize(("helper", "provider", "key"), WITH_DEFAULTS)
def test_instructions_are_enough(helper: Helper, provider: str, key: str) -> None:
    verifier = helper(instructions="Be strict.")
    assert (verifier.provider, verifier.api_key_env) == (provider, key)
    assert verifier.model == inspect.signature(helper).parameters["model"].default
    assert (verifier.instructions, verifier.max_attempts) == ("Be strict.", 3)
    assert verifier.metadata is None
    assert helper("Be strict.") == verifier


def test_azure_needs_the_name_of_a_deployment() -> None:
    verifier = azure_openai_verifier("Be strict.", model="checker")
    assert (verifier.provider, verifier.model) == ("azure_openai", "checker")
    assert (verifier.api_key_env, verifier.metadata) == ("AZURE_OPENAI_API_KEY", None)
    with pytest.raises(ConfigurationError, match="name of your deployment"):
        azure_openai_verifier("Be strict.", model="")


def test_azures_endpoint_and_version_are_metadata() -> None:
    verifier = azure_openai_verifier(
        "Be strict.",
        model="checker",
        endpoint="https://mine.openai.azure.com",
        api_version="2024-10-21",
        metadata={"team": "refunds", "api_version": "overridden"},
    )
    assert verifier.metadata == {
        "team": "refunds",
        "endpoint": "https://mine.openai.azure.com",
        "api_version": "2024-10-21",
    }
    with pytest.raises(ConfigurationError, match="https://"):
        azure_openai_verifier("Be strict.", model="checker", endpoint="http://mine")


@pytest.mark.parametrize("helper", HELPERS)
def test_everything_can_be_said_otherwise(helper: Helper) -> None:
    given = {"model": "m", "max_attempts": 10, "api_key_env": "KEY_2", "metadata": {"a": [1]}}
    verifier = made(helper, "Be strict.", **given)
    assert verifier.model_dump(include=set(given)) == given


@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"instructions": ""}, "instructions"),
        ({"instructions": " \n"}, "instructions"),
        ({"instructions": "x" * 20_001}, "instructions"),
        ({"instructions": None}, "instructions"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 11}, "max_attempts"),
        ({"max_attempts": 2.5}, "max_attempts"),
        ({"max_attempts": True}, "max_attempts"),
        ({"model": ""}, "model"),
        ({"model": "x" * 201}, "model"),
        ({"api_key_env": ""}, "api_key_env"),
        ({"metadata": {"a": float("nan")}}, "metadata"),
        ({"metadata": {"a": object()}}, "metadata"),
        ({"metadata": {"a": "\ud800"}}, "metadata"),
    ],
)
def test_what_cannot_be_used_is_named(helper: Helper, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(helper, **{"instructions": "Be strict.", **changes})
    assert caught.value.code == "VERIFIER_INVALID"
    assert caught.value.message.startswith(f"The verifier cannot be used: {named}: ")


@pytest.mark.parametrize("key", ["sk-ant-secret", "MY KEY", "1KEY", "KEY\n"])
def test_a_key_in_place_of_its_variable_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ConfigurationError, match="never the key itself") as caught:
        claude_verifier("Be strict.", api_key_env=key)
    assert key not in str(caught.value)


def test_a_provider_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="provider: Input should be 'claude', 'openai'"):
        VerifierConfig(provider="oracle", instructions="Be strict.")


def test_a_verifier_does_not_change_and_can_be_passed_on() -> None:
    verifier = claude_verifier("Be strict.")
    with pytest.raises(ValidationError, match="frozen"):
        verifier.instructions = "Be kind."
    assert pickle.loads(pickle.dumps(verifier)) == verifier
    assert VerifierConfig.model_validate_json(verifier.model_dump_json()) == verifier


def test_only_what_was_said_is_sent() -> None:
    verifier = VerifierConfig(provider="claude", instructions="Be strict.")
    body = build(verifier=verifier).model_dump(mode="json", exclude_unset=True)
    assert body["verifier_config"] == {
        "provider": "claude",
        "instructions": "Be strict.",
        "max_attempts": 3,
    }


def test_something_else_is_refused_before_anything_is_sent() -> None:
    for wrong in ("claude", {"provider": "claude"}):
        with pytest.raises(TaskCreateError, match="verifier"):
            build(verifier=wrong)

from dataclasses import replace

import pytest

from awaithumans.server.verification.keys import Keys
from awaithumans.server.verification.model import Config, ProviderName, VerifierFailure
from awaithumans.server.verification.registry import KEY_ENVS, OFFERS

CONFIG = Config("claude", "Refuse what has no reason.")
ENVIRONMENT = {"ANTHROPIC_API_KEY": "sk-ant-1234567890", "OTHER_KEY": "other-1234567890"}


def keys(**changes: object) -> Keys:
    return Keys(**({"environment": ENVIRONMENT} | changes))  # pyright: ignore[reportArgumentType]


def test_the_vendors_own_variable_is_the_default() -> None:
    assert keys().check(CONFIG) is None
    assert keys().value(CONFIG) == "sk-ant-1234567890"


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("claude", "ANTHROPIC_API_KEY"),
        ("openai", "OPENAI_API_KEY"),
        ("gemini", "GEMINI_API_KEY"),
        ("azure_openai", "AZURE_OPENAI_API_KEY"),
    ],
)
def test_each_provider_has_its_variable(provider: ProviderName, name: str) -> None:
    config = Config(provider, "x", model="m")
    assert keys().name(config) == name
    assert name in KEY_ENVS
    assert keys(environment={name: "secret-key"}).value(config) == "secret-key"


def test_a_vendors_key_is_not_sent_to_another_vendor() -> None:
    others = {"OPENAI_API_KEY": "sk-1234567890"}
    config = replace(CONFIG, api_key_env="OPENAI_API_KEY")
    assert "is the key of OpenAI" in (keys(environment=others).check(config) or "")


def test_another_variable_has_to_be_in_the_operators_list() -> None:
    other = replace(CONFIG, api_key_env="OTHER_KEY")
    assert "AWAITHUMANS_VERIFIER_KEYS" in (keys().check(other) or "")
    assert keys(allowed=("OTHER_KEY",)).value(other) == "other-1234567890"
    assert "which the operator has not allowed" in (keys(allowed=()).check(CONFIG) or "")


@pytest.mark.parametrize("name", ["AWAITHUMANS_ADMIN_API_TOKEN", "awaithumans_x", "AwaitHumans_Y"])
def test_our_own_settings_are_no_keys_even_if_they_are_listed(name: str) -> None:
    ours = keys(allowed=(name,), environment={name: "whatever-it-is"})
    assert "one of the server's own settings" in (
        ours.check(replace(CONFIG, api_key_env=name)) or ""
    )


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("our-own-secret", "our-own-secret"),
        ("one,our-own-secret", "our-own-secret"),
        ("database-password", "postgresql://me:database-password@host/db"),
    ],
)
def test_a_variable_that_holds_one_of_our_secrets_is_no_key(value: str, secret: str) -> None:
    ours = keys(secrets=(secret, ""), environment={"ANTHROPIC_API_KEY": value})
    problem = ours.check(CONFIG)
    assert problem is not None
    assert "own secrets" in problem
    assert value not in problem
    with pytest.raises(VerifierFailure) as failed:
        ours.value(CONFIG)
    assert failed.value.permanent


@pytest.mark.parametrize("environment", [{}, {"ANTHROPIC_API_KEY": ""}, {"ANTHROPIC_API_KEY": " "}])
def test_a_variable_that_is_not_set_is_named(environment: dict[str, str]) -> None:
    problem = keys(environment=environment).check(CONFIG)
    assert problem == "ANTHROPIC_API_KEY is not set on the server. An operator has to set it."


def test_a_missing_library_is_named_with_what_to_run() -> None:
    for package in ("no_such_library", "no_such_library.part"):
        registry = {"claude": replace(OFFERS["claude"], package=package)}
        assert keys(registry=registry).check(CONFIG) == (
            'The server lacks the library for Anthropic. Run pip install "awaithumans'
            '[verifier-claude]" there.'
        )


@pytest.mark.parametrize(
    "model", ["../v1/files", "a b", "/x", "x/", "x//y", "a/../b", "m?key=1", "m#x", "é", "x" * 201]
)
def test_a_model_is_a_name_and_not_a_part_of_an_address(model: str) -> None:
    assert "no name of a model" in (keys().check(replace(CONFIG, model=model)) or "")


@pytest.mark.parametrize(
    "model", ["claude-opus-5-5", "gpt-6.1-terra", "us.anthropic/claude:1@x", "models/gemini-3.8"]
)
def test_a_model_may_be_another(model: str) -> None:
    assert keys().check(replace(CONFIG, model=model)) is None


def test_azure_has_no_model_of_its_own() -> None:
    config = Config("azure_openai", "x")
    found = keys(environment={"AZURE_OPENAI_API_KEY": "secret-key"}).check(config)
    assert found == "Azure OpenAI needs `model`: the name of your deployment."

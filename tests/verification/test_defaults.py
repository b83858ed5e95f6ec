"""What the SDK says by default is what the server would choose."""

from collections.abc import Callable

import pytest

from awaithumans import VerifierConfig
from awaithumans.server.config.verification import KNOWN_KEYS
from awaithumans.server.verification.model import ProviderName
from awaithumans.server.verification.registry import KEY_ENVS, OFFERS
from awaithumans.verifiers.azure_openai import azure_openai_verifier
from awaithumans.verifiers.claude import claude_verifier
from awaithumans.verifiers.gemini import gemini_verifier
from awaithumans.verifiers.openai import openai_verifier

HELPERS: dict[ProviderName, Callable[[str], VerifierConfig]] = {
    "claude": claude_verifier,
    "openai": openai_verifier,
    "gemini": gemini_verifier,
    "azure_openai": lambda rules: azure_openai_verifier(rules, model="our-deployment"),
}


@pytest.mark.parametrize("provider", HELPERS)
def test_the_sdk_and_the_server_choose_the_same(provider: ProviderName) -> None:
    config, offer = HELPERS[provider]("Refuse all."), OFFERS[provider]
    assert config.provider == provider
    assert config.api_key_env == offer.key_env
    assert config.model == (offer.model or "our-deployment")


def test_the_setting_allows_the_known_keys() -> None:
    assert KNOWN_KEYS == KEY_ENVS

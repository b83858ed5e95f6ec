"""The providers: whose models, what they take, and their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias, cast

from . import failures
from .model import Config, ProviderName
from .ports import Provider


@dataclass(frozen=True, slots=True)
class Offer:
    """What is known of a provider without its library.

    Attributes:
        vendor: The company, for people.
        package: What its library is imported as.
        module: Where the provider is, beside this module.
        extra: The extra of ours that installs the library.
        key_env: The environment variable that the key is in, unless another is named.
        model: The model that is asked unless another is named; None: one has to be named.
    """

    vendor: str
    package: str
    module: str
    extra: str
    key_env: str
    model: str | None

    @property
    def installed(self) -> bool:
        """Whether its library is there."""
        try:
            return find_spec(self.package) is not None
        except ModuleNotFoundError:
            return False

    def load(self) -> Provider:
        """Return the provider; the first time takes as long as its library takes to load.

        Raises:
            VerifierFailure: Its library is not installed.
        """
        try:
            module = import_module(f".providers.{self.module}", __package__)
        except ImportError:
            raise failures.extra_missing(self.vendor, self.extra) from None
        return cast("Provider", module)


Registry: TypeAlias = Mapping[ProviderName, Offer]

# Of each vendor the present model of the middle: a verdict is waited for, and is no small thing.
OFFERS: Registry = {
    "claude": Offer(
        "Anthropic",
        "anthropic",
        "claude",
        "verifier-claude",
        "ANTHROPIC_API_KEY",
        "claude-sonnet-5-5",
    ),
    "openai": Offer(
        "OpenAI", "openai", "openai", "verifier-openai", "OPENAI_API_KEY", "gpt-6.1-terra"
    ),
    "gemini": Offer(
        "Google",
        "google.genai",
        "gemini",
        "verifier-gemini",
        "GEMINI_API_KEY",
        "gemini-3.8-flash",
    ),
    "azure_openai": Offer(
        "Azure OpenAI", "openai", "azure_openai", "verifier-azure", "AZURE_OPENAI_API_KEY", None
    ),
}
KEY_ENVS = tuple(offer.key_env for offer in OFFERS.values())


def model_of(config: Config, offer: Offer) -> str | None:
    """Return the model that a config means."""
    return config.model or offer.model

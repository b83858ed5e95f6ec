"""Which environment variables a verifier's key may come from.

An agent names the variable, so it must not be able to name one that holds something else.
"""

import os
import re
from collections.abc import Collection, Mapping

from . import failures
from .model import Config, VerifierFailure
from .registry import KEY_ENVS, OFFERS, Registry, model_of

_OURS = "AWAITHUMANS_"
# It becomes part of an address with Google and Azure.
_MODEL = re.compile(r"[A-Za-z0-9][\w.:@~-]*(?:/[A-Za-z0-9][\w.:@~-]*)*", re.ASCII)
# A part of one of our secrets that is shorter is no secret.
_SHORTEST = 8


class Keys:
    """The keys that verifiers may use.

    Args:
        allowed: The names of the variables, as the operator lists them.
        secrets: Our own secrets: a variable that holds one of them is never a key.
        environment: The variables of this process, and what stands in for them.
        registry: The providers.
    """

    def __init__(
        self,
        allowed: Collection[str] = KEY_ENVS,
        secrets: Collection[str] = (),
        environment: Mapping[str, str] = os.environ,
        registry: Registry = OFFERS,
    ) -> None:
        self._allowed = frozenset(allowed)
        self._secrets = tuple(secret for secret in secrets if secret)
        self.environment = environment
        self._registry = registry

    def name(self, config: Config) -> str:
        """Return the variable that a config means."""
        return config.api_key_env or self._registry[config.provider].key_env

    def check(self, config: Config) -> str | None:
        """Return what keeps a config from working on this server, and what to do; or None."""
        offer = self._registry[config.provider]
        model = model_of(config, offer)
        if model is None:
            return f"{offer.vendor} needs `model`: the name of your deployment."
        if not _MODEL.fullmatch(model) or len(model) > 200:
            return "`model` is no name of a model: use letters, digits and . _ - : @ / only."
        problem = self._problem(self.name(config)) or self._not_theirs(config)
        if problem is None and not offer.installed:
            return failures.install(offer.vendor, offer.extra)
        return problem

    def value(self, config: Config) -> str:
        """Return the key.

        Raises:
            VerifierFailure: The config does not work on this server.
        """
        problem = self.check(config)
        if problem is not None:
            raise VerifierFailure(problem, permanent=True)
        return self.environment[self.name(config)].strip()

    def _problem(self, name: str) -> str | None:
        if name.upper().startswith(_OURS):
            return f"`api_key_env` must not name one of the server's own settings ({name})."
        if name not in self._allowed:
            return (
                f"`api_key_env` is {name}, which the operator has not allowed. Use one of theirs, "
                "or ask them to add it to AWAITHUMANS_VERIFIER_KEYS."
            )
        value = self.environment.get(name, "").strip()
        if not value:
            return f"{name} is not set on the server. An operator has to set it."
        if self._is_ours(value):
            return f"{name} holds one of the server's own secrets, so it is no verifier's key."
        return None

    def _not_theirs(self, config: Config) -> str | None:
        """Say that a key is another vendor's: it would be sent to this one."""
        name = self.name(config)
        for provider, offer in self._registry.items():
            if provider != config.provider and name == offer.key_env:
                return f"{name} is the key of {offer.vendor}, and would be sent to another vendor."
        return None

    def _is_ours(self, value: str) -> bool:
        return any(
            secret in value or (len(value) >= _SHORTEST and value in secret)
            for secret in self._secrets
        )

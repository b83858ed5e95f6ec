"""A model of OpenAI on Azure as the verifier; library, key and endpoint are the server's matter."""

from __future__ import annotations

from typing import Any

from awaithumans.verifiers.config import VerifierConfig, invalid

DEFAULT_API_KEY_ENV = "AZURE_OPENAI_API_KEY"


def azure_openai_verifier(
    instructions: str,
    *,
    model: str,
    endpoint: str | None = None,
    api_version: str | None = None,
    max_attempts: int = 3,
    api_key_env: str = DEFAULT_API_KEY_ENV,
    metadata: dict[str, Any] | None = None,
) -> VerifierConfig:
    """Let a model that is deployed on Azure check each answer before the agent gets it.

    Args:
        instructions: What to check, in plain language; at most 20,000 characters.
        model: The name of your deployment.
        endpoint: Where it is, ``https://<resource>.openai.azure.com``; by default the server's.
        api_version: The version of Azure's API; by default the server's.
        max_attempts: After so many refused answers the wait ends with
            ``VerificationExhaustedError``; 1 to 10.
        api_key_env: The server's environment variable that has the key; the operator allows its
            name with ``AWAITHUMANS_VERIFIER_KEYS``.
        metadata: Sent to the server as it is, with the two above; a JSON object.

    Returns:
        What ``await_human(verifier=...)`` takes.

    Raises:
        ConfigurationError: One of them cannot be used (``VERIFIER_INVALID``).
    """
    if not model:
        raise invalid("model: should be the name of your deployment on Azure")
    if endpoint is not None and not endpoint.startswith("https://"):
        raise invalid("endpoint: should begin with https://")
    azure = {"endpoint": endpoint, "api_version": api_version}
    named = {name: value for name, value in azure.items() if value is not None}
    return VerifierConfig(
        provider="azure_openai",
        instructions=instructions,
        model=model,
        max_attempts=max_attempts,
        api_key_env=api_key_env,
        metadata={**(metadata or {}), **named} or None,
    )

"""A model of OpenAI as the verifier; its library and its key are the server's matter."""

from __future__ import annotations

from typing import Any

from awaithumans.verifiers.config import VerifierConfig

DEFAULT_MODEL = "gpt-6.1-terra"
DEFAULT_API_KEY_ENV = "OPENAI_API_KEY"


def openai_verifier(
    instructions: str,
    *,
    model: str | None = DEFAULT_MODEL,
    max_attempts: int = 3,
    api_key_env: str = DEFAULT_API_KEY_ENV,
    metadata: dict[str, Any] | None = None,
) -> VerifierConfig:
    """Let a model of OpenAI check each answer, on the server, before the agent gets it.

    Args:
        instructions: What to check, in plain language; at most 20,000 characters.
        model: The model; None for the server's default.
        max_attempts: After so many refused answers the wait ends with
            ``VerificationExhaustedError``; 1 to 10.
        api_key_env: The server's environment variable that has the key; the operator allows its
            name with ``AWAITHUMANS_VERIFIER_KEYS``.
        metadata: Sent to the server as it is; a JSON object.

    Returns:
        What ``await_human(verifier=...)`` takes.

    Raises:
        ConfigurationError: One of them cannot be used (``VERIFIER_INVALID``).
    """
    return VerifierConfig(
        provider="openai",
        instructions=instructions,
        model=model,
        max_attempts=max_attempts,
        api_key_env=api_key_env,
        metadata=metadata,
    )

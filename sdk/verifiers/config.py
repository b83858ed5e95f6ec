"""What a verifier is told to do, checked before anything is sent."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ConfigDict, ValidationError

from awaithumans import wire
from awaithumans.errors import ConfigurationError

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class VerifierConfig(wire.VerifierConfig):
    """A model that checks each answer on the server; what ``await_human(verifier=...)`` takes.

    The helpers, ``claude_verifier`` and its like, make one with the defaults of their provider. It
    cannot be changed afterwards.

    Attributes:
        provider: Whose model it is: ``claude``, ``openai``, ``gemini`` or ``azure_openai``.
        model: The model; None for the server's default.
        instructions: What to check, in plain language; at most 20,000 characters.
        max_attempts: After so many refused answers nobody is asked any more; 1 to 10.
        api_key_env: The server's environment variable that has the provider's key, never the key
            itself; None for the provider's usual one.
        metadata: What else the provider needs; a JSON object.

    Raises:
        ConfigurationError: One of them cannot be used (``VERIFIER_INVALID``).
    """

    model_config = ConfigDict(frozen=True)

    def __init__(
        self,
        *,
        provider: str,
        instructions: str,
        model: str | None = None,
        max_attempts: int = 3,
        api_key_env: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        fields: dict[str, Any] = {
            "provider": provider,
            "model": model,
            "instructions": instructions,
            "max_attempts": max_attempts,
            "api_key_env": api_key_env,
            "metadata": metadata,
        }
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise invalid(_listed(error)) from None
        if not self.instructions.strip():
            raise invalid("instructions: say what the model should check")
        if api_key_env is not None and not _VARIABLE.fullmatch(api_key_env):
            raise invalid(
                "api_key_env: should be the name of an environment variable of the server, such as "
                "ANTHROPIC_API_KEY, and never the key itself"
            )
        _check_json(metadata)


def invalid(fault: str) -> ConfigurationError:
    """Return the error for a verifier that cannot be used; nothing was sent."""
    return ConfigurationError(f"The verifier cannot be used: {fault}.", code="VERIFIER_INVALID")


def _listed(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in found)


def _check_json(metadata: object) -> None:
    try:
        json.dumps(metadata, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise invalid("metadata: cannot be written as JSON") from None

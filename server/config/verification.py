"""Settings of verifiers: which keys they may use, and where their vendors are."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

KNOWN_KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "AZURE_OPENAI_API_KEY")


class VerifierSettings(BaseSettings):
    """What a task may ask of the server's models."""

    verifier_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        KNOWN_KEYS,
        description="The variables, of the environment or of `.env`, whose keys a task's verifier "
        "may use, separated by commas. One of ours, `AWAITHUMANS_…`, never may.",
    )
    verifier_seconds: float = Field(
        20,
        ge=1,
        le=60,
        description="How many seconds a model has for its verdict; then it is asked once more.",
    )
    anthropic_url: str | None = Field(
        None, description="Where Anthropic's API is, if not where its SDK expects it."
    )
    openai_url: str | None = Field(
        None, description="Where OpenAI's API is, if not where its SDK expects it."
    )
    gemini_url: str | None = Field(
        None, description="Where Gemini's API is, if not where its SDK expects it."
    )
    azure_openai_url: str | None = Field(
        None,
        description="The endpoint of Azure OpenAI for every task. By default a task's verifier "
        "names it; else it is the variable `AZURE_OPENAI_ENDPOINT`.",
    )

    @field_validator("verifier_keys", mode="before")
    @classmethod
    def _are_names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

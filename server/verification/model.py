"""What is verified and what comes of it, as plain values."""

from dataclasses import dataclass
from typing import Literal

from ..tasks.model import Json

ProviderName = Literal["claude", "openai", "gemini", "azure_openai"]


@dataclass(frozen=True, slots=True)
class Config:
    """What an agent asked for: whose model, and by what rules.

    `model` and `api_key_env` are the provider's own where they are None.
    """

    provider: ProviderName
    instructions: str
    model: str | None = None
    max_attempts: int = 3
    api_key_env: str | None = None
    metadata: Json | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to check.

    It is `answer`, or else `said`: a person's own words, to be understood as an answer first.
    `refusals` are the reasons for which earlier answers to the task were refused, oldest first.
    """

    task: str
    payload: Json
    response_schema: Json
    config: Config
    answer: Json | None = None
    said: str | None = None
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldReason:
    """What is wrong with one field of an answer; the path exists in its schema."""

    path: tuple[str | int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model says of an answer.

    `answer` is what it understood of `said`; it is not checked against the schema. What was not
    understood has not passed. Tokens are None where the vendor does not count them.
    """

    passed: bool
    reason: str
    model: str
    seconds: float
    fields: tuple[FieldReason, ...] = ()
    answer: Json | None = None
    understood: bool = True
    input_tokens: int | None = None
    output_tokens: int | None = None


class VerifierFailure(Exception):
    """There is no verdict, and the answer is not to blame.

    Attributes:
        reason: What happened, for people: without the key, the prompt or what people wrote.
        permanent: Whether trying again is of no use before somebody changes something.
        retry_after: After how many seconds to try again, where the vendor said so.
    """

    def __init__(self, reason: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after

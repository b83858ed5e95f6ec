"""What verifying needs from a vendor's model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..tasks.model import Json
from .prompt import Prompt


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a model; `seconds` is how long the vendor's library may wait for anything.

    `base_url` is None where the vendor's own address is meant; `environment` has the variables of
    the server.
    """

    vendor: str
    prompt: Prompt
    model: str
    key: str = field(repr=False)
    key_env: str
    seconds: float
    base_url: str | None = None
    metadata: Json = field(default_factory=dict[str, Any])
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, as it said it: nothing of it is checked."""

    said: object
    model: str
    input_tokens: int | None
    output_tokens: int | None


class Provider(Protocol):
    """A vendor."""

    async def ask(self, call: Call) -> Reply:
        """Ask once.

        Raises:
            VerifierFailure: There is no reply.
        """
        ...

"""Cases and judges for the tests of this room."""

from dataclasses import replace
from typing import Any

from awaithumans.server.verification.judging import Judge
from awaithumans.server.verification.keys import Keys
from awaithumans.server.verification.model import Case, Config, ProviderName
from awaithumans.server.verification.registry import KEY_ENVS, OFFERS
from tests.support.vendors import Vendors

KEY = "key-canary-4711-0815"
INSTRUCTIONS = "instructions-canary: refuse what has no reason."
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "approved": {"type": "boolean"},
        "reason": {"type": "string"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    },
    "required": ["approved"],
    "$defs": {"Line": {"type": "object", "properties": {"amount": {"type": "number"}}}},
}
MODELS: dict[ProviderName, str] = {
    "claude": "claude-sonnet-5-5",
    "openai": "gpt-6.1-terra",
    "gemini": "gemini-3.8-flash",
    "azure_openai": "my-deployment",
}


def case(provider: ProviderName = "claude", **changes: Any) -> Case:
    """Return a case; `config` may change some of its config."""
    model = "my-deployment" if provider == "azure_openai" else None
    config = Config(provider, INSTRUCTIONS, model=model)
    config = replace(config, **changes.pop("config", {}))
    made = Case(
        task="Approve the refund?",
        payload={"note": "payload-canary", "amount": 12},
        response_schema=SCHEMA,
        config=config,
        answer={"approved": True, "reason": "answer-canary"},
    )
    return replace(made, **changes)


def judge(vendors: Vendors, seconds: float = 20.0) -> Judge:
    """Return a judge whose vendors are on loopback."""
    keys = Keys(environment=dict.fromkeys(KEY_ENVS, KEY))
    return Judge(OFFERS, keys, vendors.base_urls, seconds)

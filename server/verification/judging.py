"""Asks a model for its verdict on one answer, once."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from types import MappingProxyType

from . import failures, reading
from .keys import Keys
from .model import Case, ProviderName, Verdict, VerifierFailure
from .ports import Call
from .prompt import build
from .registry import Registry, model_of

_SECONDS = 20.0
_NOWHERE_ELSE: Mapping[ProviderName, str] = MappingProxyType({})


class Judge:
    """Has answers verified.

    Args:
        registry: The providers.
        keys: Where their keys come from.
        base_urls: Where a provider's requests go instead of to the vendor: a gateway, or a test.
        seconds: How long a verdict may take in all.
    """

    def __init__(
        self,
        registry: Registry,
        keys: Keys,
        base_urls: Mapping[ProviderName, str] = _NOWHERE_ELSE,
        seconds: float = _SECONDS,
    ) -> None:
        self._registry = registry
        self._keys = keys
        self._base_urls = base_urls
        self._seconds = seconds

    async def judge(self, case: Case) -> Verdict:
        """Return the verdict on an answer.

        Raises:
            VerifierFailure: There is none; how often to try again is the caller's to decide.
        """
        vendor = self._registry[case.config.provider].vendor
        try:
            return await asyncio.wait_for(self._judge(case), self._seconds)
        except asyncio.TimeoutError:
            raise failures.slow(vendor, self._seconds) from None
        except VerifierFailure:
            raise
        except Exception as error:  # noqa: BLE001 -- its words may hold what was sent
            raise failures.broken(vendor, error) from None

    async def _judge(self, case: Case) -> Verdict:
        config, offer = case.config, self._registry[case.config.provider]
        key = self._keys.value(config)
        began = time.monotonic()
        # Libraries take their time to load, and a payload to be written.
        provider = await asyncio.to_thread(offer.load)
        prompt = await asyncio.to_thread(build, case, secrets.token_hex(16))
        call = Call(
            vendor=offer.vendor,
            prompt=prompt,
            model=model_of(config, offer) or "",
            key=key,
            key_env=self._keys.name(config),
            seconds=self._seconds,
            base_url=self._base_urls.get(config.provider),
            metadata=config.metadata or {},
            environment=self._keys.environment,
        )
        reply = await provider.ask(call)
        return reading.verdict(reply, case, offer.vendor, time.monotonic() - began)

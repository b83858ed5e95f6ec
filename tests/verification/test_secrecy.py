"""Neither the key nor what people wrote is ever logged, however loud the logs are."""

import io
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from awaithumans.server.observing import logs
from awaithumans.server.verification.judging import Judge
from awaithumans.server.verification.keys import Keys
from awaithumans.server.verification.model import VerifierFailure
from awaithumans.server.verification.registry import KEY_ENVS, OFFERS
from tests.support import vendors
from tests.support.vendors import PROVIDERS
from tests.verification.cases import KEY, case

CANARIES = (KEY, "payload-canary", "answer-canary", "instructions-canary", "reason-canary")
MANNERS = (
    vendors.refuses("reason-canary", (["reason"], "reason-canary")),
    vendors.fails(400, "invalid_request_error"),
    vendors.fails(500, "api_error"),
    vendors.garbage,
    vendors.empty,
    vendors.declines,
    vendors.cut_off,
    vendors.breaks_off,
)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The loggers of the process as they were before."""
    root = logging.getLogger()
    every = {root: root.level} | {
        one: one.level
        for one in root.manager.loggerDict.values()
        if isinstance(one, logging.Logger)
    }
    handlers, raises = root.handlers[:], logging.raiseExceptions
    yield
    root.handlers[:], logging.raiseExceptions = handlers, raises
    for logger, level in every.items():
        logger.setLevel(level)
    logging.captureWarnings(False)


async def everything() -> None:
    """Have every provider asked, with every kind of end."""
    for manner in MANNERS:
        async with vendors.vendors(manner) as there:
            keys = Keys(environment=dict.fromkeys(KEY_ENVS, KEY))
            asking = Judge(OFFERS, keys, there.base_urls)
            for provider in PROVIDERS:
                with suppress(VerifierFailure):
                    await asking.judge(case(provider))
            assert len(there.asked) == len(PROVIDERS)


async def test_nothing_is_logged_at_the_level_of_debugging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logs.configure("json", "debug", [])
    logging.getLogger().addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "awaithumans")
    await everything()
    assert not [canary for canary in CANARIES if canary in caplog.text]


async def test_a_library_that_makes_itself_loud_is_not_heard() -> None:
    stream = io.StringIO()
    logs.configure("text", "debug", [], stream)
    # The libraries are loaded, then every logger there is made as loud as its variable makes it.
    await everything()
    for logger in logging.getLogger().manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.setLevel(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    await everything()
    assert not [canary for canary in CANARIES if canary in stream.getvalue()]


async def test_without_that_the_libraries_would_tell(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("anthropic", "openai"):
        caplog.set_level(logging.DEBUG, name)
    await everything()
    assert "payload-canary" in caplog.text


async def test_a_missing_library_is_said_with_what_to_run() -> None:
    offer = replace(OFFERS["claude"], module="nothing_of_the_kind")
    judge = Judge({"claude": offer}, Keys(environment={"ANTHROPIC_API_KEY": KEY}))
    with pytest.raises(VerifierFailure, match=r'pip install "awaithumans\[verifier-claude\]"'):
        await judge.judge(case())

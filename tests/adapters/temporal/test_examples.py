"""examples/temporal runs as it stands: a worker, a receiver, and somebody who asks."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.adapters.temporal.engine import Engine, until
from tests.support.process import PAYLOAD_KEY, TOKEN, free_port

EXAMPLES = Path(__file__).parents[3] / "examples" / "temporal"


@contextmanager
def example(engine: Engine, port: int, *command: str) -> "Generator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=EXAMPLES,
        env={
            **os.environ,
            "TEMPORAL_ADDRESS": engine.temporal.service_client.config.target_host,
            "AWAITHUMANS_URL": str(engine.humans.base_url),
            "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN,
            "AWAITHUMANS_CALLBACK_URL": f"http://127.0.0.1:{port}/",
            "AWAITHUMANS_PAYLOAD_KEY": PAYLOAD_KEY,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def listens(port: int) -> None:
    async def found() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.post(f"http://127.0.0.1:{port}/?wf=x")).status_code == 401
            except httpx.TransportError:
                return False

    await until(found)


@pytest.mark.parametrize("receiver", ["receiver.py", "receiver_asgi.py"])
async def test_the_example_runs_as_it_stands(engine: Engine, receiver: str) -> None:
    port = free_port()
    with (
        example(engine, port, "worker.py"),
        example(engine, port, receiver, str(port)),
        example(engine, port, "ask.py") as asking,
    ):
        await listens(port)
        await engine.answer(await engine.open_task(), "within policy")
        out, _ = await asyncio.to_thread(asking.communicate, timeout=20)
    assert out == "approved=True reason=within policy\n"

"""Runs the workflow and the activities; the awaithumans server and its key are in the environment.

AWAITHUMANS_URL=... AWAITHUMANS_ADMIN_API_TOKEN=... AWAITHUMANS_CALLBACK_URL=http://localhost:8080 \
    python worker.py
"""

import asyncio
import os

from refund import Refund
from temporalio.client import Client
from temporalio.worker import Worker

from awaithumans.adapters.temporal import AwaitHumansActivities


async def main() -> None:
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    activities = AwaitHumansActivities().all()
    await Worker(client, task_queue="refunds", workflows=[Refund], activities=activities).run()


asyncio.run(main())

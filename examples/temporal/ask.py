"""Starts a workflow and waits for its result.

python ask.py
"""

import asyncio
import os
import uuid

from refund import Refund
from temporalio.client import Client


async def main() -> None:
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    handle = await client.start_workflow(
        Refund.run, args=[250, "cus_123"], id=f"refund-{uuid.uuid4()}", task_queue="refunds"
    )
    print(await handle.result())


asyncio.run(main())

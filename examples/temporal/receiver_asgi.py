"""The same with the ready-made ASGI application, for which any ASGI server will do.

AWAITHUMANS_PAYLOAD_KEY=<the server's> python receiver_asgi.py [port]
"""

import asyncio
import os
import sys

import uvicorn
from temporalio.client import Client

from awaithumans.adapters.temporal import callback_app


async def main() -> None:
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    await uvicorn.Server(uvicorn.Config(callback_app(client), port=port)).serve()


asyncio.run(main())

"""Receives awaithumans' webhooks and wakes the workflows, with nothing else installed.

AWAITHUMANS_PAYLOAD_KEY=<the server's> python receiver.py [port]
"""

import asyncio
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from temporalio.client import Client
from temporalio.service import RPCError

from awaithumans.adapters.temporal import dispatch_signal
from awaithumans.callbacks import signing_keys

LARGEST_BODY = 2 * 1024 * 1024  # Temporal takes no more in one signal


class Receiver(BaseHTTPRequestHandler):
    client: Client
    loop: asyncio.AbstractEventLoop

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.answer(413)
            return
        telling = dispatch_signal(
            temporal_client=self.client,
            workflow_id=parse_qs(urlsplit(self.path).query).get("wf", [""])[0],
            body=self.rfile.read(length),
            signature_header=self.headers["X-Awaithumans-Signature"],
        )
        try:
            asyncio.run_coroutine_threadsafe(telling, self.loop).result()
        except PermissionError:
            self.answer(401)
        except LookupError:
            self.answer(404)
        except ValueError:
            self.answer(400)
        except RPCError as error:
            print("could not tell Temporal:", error, file=sys.stderr)
            self.answer(503)  # the webhook comes again
        else:
            self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


async def main() -> None:
    signing_keys()  # complains now, rather than with the first webhook, if there is no key
    Receiver.client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    Receiver.loop = asyncio.get_running_loop()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    await asyncio.to_thread(server.serve_forever)


asyncio.run(main())

"""Receives webhooks with nothing but the standard library and the bare awaithumans package.

AWAITHUMANS_PAYLOAD_KEY=<the server's> python plain.py [port]
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from awaithumans.callbacks import signing_keys, verify_standard_webhook

LARGEST_BODY = 6 * 1024 * 1024
seen: set[str] = set()  # the same webhook may come twice; keep this in your database


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.answer(413)
            return
        body = self.rfile.read(length)
        if not verify_standard_webhook(body=body, headers=dict(self.headers)):
            self.answer(401)
            return
        self.answer(204)  # at once; what takes long comes afterwards
        if self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            task = json.loads(body)
            print(task["task_id"], task["status"], task["response"], flush=True)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


signing_keys()  # complains now, rather than with the first webhook, if there is no key
port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()

"""Receives webhooks in a FastAPI application.

AWAITHUMANS_PAYLOAD_KEY=<the server's> uvicorn with_fastapi:app --port 8080
"""

from typing import Any

from fastapi import FastAPI, HTTPException, Request

from awaithumans.callbacks import signing_keys, verify_standard_webhook

app = FastAPI()
signing_keys()  # complains now, rather than with the first webhook, if there is no key
seen: set[str] = set()  # the same webhook may come twice; keep this in your database


@app.post("/awaithumans", status_code=204)
async def receive(request: Request) -> None:
    body = (
        await request.body()
    )  # as it came: what was parsed and written again is not what was signed
    if not verify_standard_webhook(body=body, headers=request.headers):
        raise HTTPException(401, "the signature is wrong, or the webhook is old")
    if request.headers["webhook-id"] in seen:
        return
    seen.add(request.headers["webhook-id"])
    task: dict[str, Any] = await request.json()
    print(task["task_id"], task["status"], task["response"], flush=True)

"""An agent that takes no refund decision without a reason: a model checks what the person says."""

import logging

from pydantic import BaseModel

from awaithumans import VerificationExhaustedError, await_human_sync
from awaithumans.verifiers.claude import claude_verifier


class RefundPayload(BaseModel):
    amount: int
    customer: str


class RefundDecision(BaseModel):
    approved: bool
    reason: str = ""


# What the verifier refuses while the agent waits is a warning of the logger "awaithumans".
logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")

try:
    decision = await_human_sync(
        task="Approve refund?",
        payload_schema=RefundPayload,
        payload=RefundPayload(amount=250, customer="cus_123"),
        response_schema=RefundDecision,
        timeout_seconds=900,
        verifier=claude_verifier(
            instructions="Refuse any decision without a reason that fits the amount.",
            max_attempts=3,
        ),
    )
except VerificationExhaustedError as error:
    print(f"no decision after {error.attempts} answers: {error.reason}")
else:
    print(decision.approved, decision.reason)

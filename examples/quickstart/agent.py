from pydantic import BaseModel

from awaithumans import await_human_sync


class RefundPayload(BaseModel):
    amount: int
    customer: str


class RefundDecision(BaseModel):
    approved: bool
    reason: str = ""


decision = await_human_sync(
    task="Approve refund?",
    payload_schema=RefundPayload,
    payload=RefundPayload(amount=250, customer="cus_123"),
    response_schema=RefundDecision,
    timeout_seconds=900,
)
print(decision.approved, decision.reason)

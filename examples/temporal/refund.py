"""A workflow that asks a person, and parks until they answer: in a second, or in two weeks."""

from pydantic import BaseModel
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from awaithumans import TaskTimeoutError
    from awaithumans.adapters.temporal import await_human


class RefundPayload(BaseModel):
    amount: int
    customer: str


class RefundDecision(BaseModel):
    approved: bool
    reason: str = ""


@workflow.defn
class Refund:
    @workflow.run
    async def run(self, amount: int, customer: str) -> str:
        try:
            decision = await await_human(
                task="Approve refund?",
                payload_schema=RefundPayload,
                payload=RefundPayload(amount=amount, customer=customer),
                response_schema=RefundDecision,
                timeout_seconds=14 * 24 * 3600,
            )
        except TaskTimeoutError:
            return "nobody answered"
        return f"approved={decision.approved} reason={decision.reason}"

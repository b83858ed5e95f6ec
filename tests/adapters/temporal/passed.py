"""A workflow whose sandbox passes everything of ours through."""

from pydantic import BaseModel
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from awaithumans import TaskCancelledError
    from awaithumans.adapters.temporal import await_human


class Refund(BaseModel):
    amount: int


class Decision(BaseModel):
    approved: bool


@workflow.defn
class Passed:
    @workflow.run
    async def run(self) -> str:
        try:
            decision = await await_human(
                task="Approve refund?",
                payload_schema=Refund,
                payload=Refund(amount=250),
                response_schema=Decision,
                timeout_seconds=900,
            )
        except TaskCancelledError:
            return "cancelled"
        return "approved" if decision.approved else "refused"

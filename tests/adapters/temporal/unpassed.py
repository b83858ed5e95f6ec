"""A workflow that imports everything into its sandbox, and in the file that runs its worker."""

from pydantic import BaseModel
from temporalio import workflow

from awaithumans import TaskCancelledError
from awaithumans.adapters.temporal import AwaitHumansActivities, await_human
from awaithumans.verifiers.claude import claude_verifier

__all__ = ["AwaitHumansActivities", "Unpassed", "UnpassedVerified"]


class Refund(BaseModel):
    amount: int


class Decision(BaseModel):
    approved: bool


@workflow.defn
class Unpassed:
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


@workflow.defn
class UnpassedVerified:
    @workflow.run
    async def run(self) -> str:
        decision = await await_human(
            task="Approve refund?",
            payload_schema=Refund,
            payload=Refund(amount=250),
            response_schema=Decision,
            timeout_seconds=900,
            verifier=claude_verifier("Be strict."),
        )
        return "approved" if decision.approved else "refused"

"""A graph that pays refunds: small ones by itself, larger ones when a person has approved them.

The graph is kept in `refund.db`. Kill this program while it waits and start it again: it goes on
with the same task, and with the answer if there is one by then.
"""

import sys
from typing import TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from awaithumans.adapters.langgraph import await_human, drive_human_loop


class Refund(BaseModel):
    amount: int
    customer: str


class Decision(BaseModel):
    approved: bool
    reason: str = ""


class State(TypedDict, total=False):
    amount: int
    customer: str
    approved: bool
    outcome: str


def review(state: State) -> State:
    if state["amount"] <= 50:
        return {"approved": True}
    decision = await_human(
        task=f"Approve the refund of ${state['amount']} to {state['customer']}?",
        payload_schema=Refund,
        payload=Refund(amount=state["amount"], customer=state["customer"]),
        response_schema=Decision,
        timeout_seconds=86_400,
    )
    return {"approved": decision.approved}


def pay(state: State) -> State:
    did = "paid" if state["approved"] else "kept"
    return {"outcome": f"${state['amount']} {did}"}


graph = StateGraph(State)
graph.add_node("review", review)
graph.add_node("pay", pay)
graph.add_edge(START, "review")
graph.add_edge("review", "pay")
graph.add_edge("pay", END)

file = sys.argv[1] if len(sys.argv) > 1 else "refund.db"
with SqliteSaver.from_conn_string(file) as checkpointer:
    result = drive_human_loop(
        graph.compile(checkpointer=checkpointer),
        {"amount": 250, "customer": "cus_123"},
        config={"configurable": {"thread_id": "refund-17"}},
    )
print(result["outcome"])

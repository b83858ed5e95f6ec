"""An agent as a process of its own, for tests that kill it: two branches, kept in SQLite."""

import signal
import sys
from itertools import count

from langgraph.checkpoint.sqlite import SqliteSaver

from awaithumans.adapters.langgraph import drive_human_loop
from tests.adapters.langgraph.graphs import State, asking, asks, branches, on

_drafts = count(1)


def drafts(state: State) -> State:
    """Ask about another draft in each execution, as one that a model writes is."""
    draft = "Draft of another process?" if "again" in sys.argv else f"Draft {next(_drafts)}?"
    return {"heard": [f"Draft {asks(state, draft, cancel_on_abort='cancels' in sys.argv)}"]}


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with SqliteSaver.from_conn_string(sys.argv[1]) as saver:
        graph = branches(saver, drafts=drafts, steps=asking("First?", "Second?"))
        print(sorted(drive_human_loop(graph, {"tag": sys.argv[2]}, on())["heard"]))

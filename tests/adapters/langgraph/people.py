"""Somebody who answers what the graphs of these tests ask, and drivers to wait for."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from awaithumans import AwaitHumansSync, TaskSummary
from awaithumans.adapters.langgraph import drive_human_loop
from tests.support.process import TOKEN

_numbers = count(1)
# A process takes seconds to load LangGraph on a busy machine.
_PATIENCE_SECONDS = 60


@dataclass
class Person:
    """Answers, and knows the questions of one test from those of the others."""

    client: AwaitHumansSync
    pool: ThreadPoolExecutor
    tag: str = field(default_factory=lambda: f"[{next(_numbers)}]")

    @property
    def at(self) -> dict[str, Any]:
        """Where the driver finds this person."""
        return {"server_url": self.client.server_url, "api_key": TOKEN}

    def drive(self, graph: Any, graph_input: Any, config: Any, **options: Any) -> "Future[Any]":
        """Drive a graph beside the test."""
        return self.pool.submit(drive_human_loop, graph, graph_input, config, **self.at, **options)

    def tasks(self, **filters: Any) -> list[TaskSummary]:
        return self.client.tasks.list(q=self.tag, **filters).items

    def asked(self) -> list[str]:
        """All that was ever asked, in alphabetical order."""
        return sorted(task.task.removesuffix(self.tag) for task in self.tasks())

    def sees(self, *titles: str) -> list[TaskSummary]:
        """Wait until exactly these questions are open."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found = sorted(self.tasks(terminal=False), key=lambda task: task.task)
            if [task.task.removesuffix(self.tag) for task in found] == sorted(titles):
                return found
            assert time.monotonic() < deadline, [task.task for task in found]
            time.sleep(0.02)

    def deletes(self, title: str) -> None:
        """Wait for a question, and delete its task for good, as an operator may."""
        path = f"{self.client.server_url}/api/tasks/{self.sees(title)[0].id}"
        gone = httpx.delete(path, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
        assert gone.status_code == 204, gone.text

    def answers(self, title: str, approved: bool = True, beside: tuple[str, ...] = ()) -> None:
        """Wait for a question, and answer it, while others are open."""
        found = self.sees(title, *beside)
        mine = next(task for task in found if task.task == f"{title}{self.tag}")
        self.client.tasks.complete(mine.id, {"approved": approved})

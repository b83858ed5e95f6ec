"""What becomes of messages for a channel that is not set up."""

from ..tasks.deliveries import Delivery, Outcome


class NotSetUp:
    """Sends nothing, and says why: the history and the task show it.

    Args:
        why: What is missing, and what to do.
    """

    def __init__(self, why: str) -> None:
        self._why = why

    async def send(self, _delivery: Delivery, _body: str) -> Outcome:
        """Say why nothing can be sent; no further attempt will do."""
        return Outcome(None, self._why, permanent=True)

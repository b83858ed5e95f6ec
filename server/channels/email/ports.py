"""What the channel needs of a way to send mails."""

from typing import Protocol

from ...tasks.deliveries import Outcome
from .mail import Mail


class Transport(Protocol):
    """A way to send mails."""

    async def send(self, mail: Mail, delivery_id: str) -> Outcome:
        """Try once; whatever goes wrong is an outcome.

        Args:
            mail: What is sent; the same for every attempt of a delivery.
            delivery_id: Which delivery it is, so that no attempt is taken for another mail.
        """
        ...

"""The use case of replies that were not taken: whoever sent one is told."""

from ..ids import is_id
from . import owing
from .answers import Answers
from .deliveries import Why
from .ports import Writer

# To one person, of one task: two programs that answer each other come to an end.
MOST_TOLD = 3


class Replies(Answers):
    """What can be done with replies to mails, beside `say`."""

    async def not_taken(self, task_id: str, email: str, why: Why, mail: str, said: str) -> bool:
        """Have a person told by mail that their reply was not taken.

        Each mail is told of once, however often it is handed over, and one person of three mails to
        one task at most. Of what was taken meanwhile nobody is told that it was not.

        Args:
            task_id: Which task; one that is not there any more tells nobody.
            email: Their address, which is known to be theirs.
            why: Why it was not taken.
            mail: The id of the mail that it came by.
            said: What it said, if anything.

        Returns:
            Whether they will be told because of this call.

        Raises:
            StorageUnavailable: Nobody will be.
        """

        def work(tx: Writer) -> bool:
            task = tx.locked(task_id)
            if task is None:
                return False
            notice = owing.not_taken(task, email, why, mail, said)
            told = [one for one in tx.replies_not_taken(task_id) if one.target == notice.target]
            known = any(one.is_of(email, mail, said) for one in told)
            if known or len(told) >= MOST_TOLD or tx.came_by(task_id, mail, said, email):
                return False
            self._owe(tx, tx.owe(task, [notice], self._clock.now(), self._relay.lease))
            return True

        return is_id(task_id, "tsk") and await self._store.write(work, about=[task_id])

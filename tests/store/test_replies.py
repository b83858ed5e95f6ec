"""Replies to mails that were taken, and those that were not, on both databases."""

import asyncio

from awaithumans.server.errors import Forbidden, VerificationInProgress
from awaithumans.server.outbox.relay import Relay
from awaithumans.server.tasks.deliveries import NotTaken, Outcome, digest
from awaithumans.server.tasks.model import Actor
from awaithumans.server.tasks.replies import MOST_TOLD
from tests.store.kept import Kept
from tests.store.test_messages import ARRIVED, carrying
from tests.store.test_relay import Sending, all_are, settled
from tests.support.made import AGENT, a_verified_draft

MAIL, EMAIL = "email:sue@example.com", "sue@example.com"
SAID = "Yes."
BY_MAIL = Actor("reviewer", EMAIL, None, "email", invited=True)


async def made(kept: Kept) -> str:
    return (await kept.tasks.create(a_verified_draft(notify=(MAIL,)), AGENT)).task.id


async def not_taken(kept: Kept, task_id: str) -> list[NotTaken]:
    return await kept.store.read(lambda tx: tx.replies_not_taken(task_id))


async def test_a_mail_that_comes_many_times_at_once_is_told_of_once(kept: Kept) -> None:
    task_id = await made(kept)
    calls = [kept.tasks.not_taken(task_id, EMAIL, "no_words", "<1@a>", SAID) for _ in range(10)]
    assert sorted(await asyncio.gather(*calls)) == [False] * 9 + [True]
    assert await not_taken(kept, task_id) == [NotTaken(MAIL, "<1@a>", digest(SAID))]


async def test_many_mails_at_once_are_told_of_a_few_times(kept: Kept) -> None:
    task_id = await made(kept)
    calls = [kept.tasks.not_taken(task_id, EMAIL, "no_words", f"<{n}@a>", SAID) for n in range(20)]
    assert sum(await asyncio.gather(*calls)) == MOST_TOLD == len(await not_taken(kept, task_id))


async def test_an_answer_that_comes_many_times_at_once_is_taken_each_time(kept: Kept) -> None:
    task_id = await made(kept)
    calls = [kept.tasks.say(task_id, "Yes.", BY_MAIL, "<1@a>") for _ in range(10)]
    assert {full.task.version for full in await asyncio.gather(*calls)} == {2}
    other = kept.tasks.say(task_id, "Yes.", BY_MAIL, "<2@a>")
    (refused,) = await asyncio.gather(other, return_exceptions=True)
    assert isinstance(refused, VerificationInProgress)


async def test_of_a_mail_that_is_taken_and_refused_at_once_only_one_is_said(kept: Kept) -> None:
    """Two servers get the same mail; between them the task has become somebody's who may answer."""
    task_id = await made(kept)
    told, said = await asyncio.gather(
        kept.tasks.not_taken(task_id, EMAIL, "not_theirs", "<1@a>", SAID),
        kept.tasks.say(task_id, SAID, BY_MAIL, "<1@a>"),
        return_exceptions=True,
    )
    assert told is isinstance(said, Forbidden)
    status = (await kept.tasks.get(task_id)).task.status
    assert (status, len(await not_taken(kept, task_id))) == (
        ("created", 1) if told else ("submitted", 0)
    )


async def test_other_words_under_the_same_id_are_another_mail(kept: Kept) -> None:
    task_id = await made(kept)
    assert await kept.tasks.not_taken(task_id, EMAIL, "no_words", "<1@a>", "")
    full = await kept.tasks.say(task_id, SAID, BY_MAIL, "<1@a>")
    assert (full.task.status, full.task.version) == ("submitted", 2)
    other = kept.tasks.say(task_id, "No!", BY_MAIL, "<1@a>")
    (refused,) = await asyncio.gather(other, return_exceptions=True)
    assert isinstance(refused, VerificationInProgress)
    assert await kept.tasks.not_taken(task_id, EMAIL, "verifying", "<1@a>", "No!")
    assert not await kept.tasks.not_taken(task_id, EMAIL, "verifying", "<1@a>", SAID)


async def test_what_tells_of_it_asks_nobody_and_changes_no_task(kept: Kept) -> None:
    task_id = await made(kept)
    async with carrying(kept, Sending(Outcome(None, None, obsolete=True)), "email") as relay:
        await settled(kept, relay, all_are("skipped"))
    before = await kept.tasks.get(task_id)
    await kept.tasks.not_taken(task_id, EMAIL, "no_words", "<1@a>", SAID)
    async with carrying(kept, Sending(ARRIVED), "email") as relay:
        await arrived(kept, relay, task_id)
    assert await kept.tasks.get(task_id) == before
    line = (await kept.tasks.audit(task_id))[-1]
    assert (line.from_status, line.to_status, line.action) == ("created", "created", "notified")
    assert line.extra_data["purpose"] == "not_taken"


async def arrived(kept: Kept, relay: Relay, task_id: str) -> None:
    relay.wake()
    while (await kept.tasks.audit(task_id))[-1].action != "notified":
        await asyncio.sleep(0.01)

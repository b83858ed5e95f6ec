"""Links and the browsers that followed one, on a real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from awaithumans.server.auth.links import LIFETIME, Links
from awaithumans.server.auth.model import person
from awaithumans.server.auth.tokens import digest
from awaithumans.server.directory.credentials import Purpose
from awaithumans.server.errors import LinkInvalid, ResponseInvalid, TaskAlreadySettled, TaskNotFound
from awaithumans.server.ids import new_id
from awaithumans.server.tasks.model import Person
from tests.store.kept import Kept
from tests.support.made import NOW, TICK, an_account

SUE = an_account("sue", id=new_id("usr", NOW))
EMAIL, OUTSIDER = "sue@example.com", "ann@elsewhere.example"
YES = {"approved": True}


@pytest.fixture
def links(kept: Kept) -> Links:
    return Links(kept.store, kept.clock)


async def _made(
    kept: Kept, links: Links, email: str | None = EMAIL, purpose: Purpose = "open", **changes: int
) -> tuple[str, str]:
    """Return a new task and the secret of a link to it."""
    task_id = (await kept.created(**changes)).task.id
    return task_id, await links.make(task_id, email, None, "email", purpose)


async def test_a_link_is_kept_by_its_hash_and_says_what_it_leads_to(
    kept: Kept, links: Links
) -> None:
    await kept.add_people(SUE)
    task_id, token = await _made(kept, links)
    asked = await links.look(token, "open")
    assert asked is not None
    assert (asked.task.id, asked.who, asked.link.token_hash) == (task_id, SUE, digest(token))
    assert (asked.link.user_id, asked.link.used_at) == (SUE.id, None)
    assert asked.link.expires_at == NOW + timedelta(hours=1)
    assert await links.look(token, "answer") is None
    assert await links.look(digest(token), "open") is None


async def test_a_link_ends_after_a_day_at_most(kept: Kept, links: Links) -> None:
    _, token = await _made(kept, links, timeout_seconds=2_592_000)
    kept.clock.advance((LIFETIME - TICK).total_seconds())
    assert (await links.invitation(token)).link.expires_at == NOW + LIFETIME
    kept.clock.advance(TICK.total_seconds())
    with pytest.raises(LinkInvalid):
        await links.invitation(token)
    with pytest.raises(LinkInvalid):
        await links.follow(token)


async def test_no_link_is_made_to_a_task_that_is_gone(kept: Kept, links: Links) -> None:
    task_id, token = await _made(kept, links)
    await kept.tasks.delete(task_id)
    assert await links.look(token, "open") is None
    with pytest.raises(TaskNotFound):
        await links.make(task_id, EMAIL, None, "email", "open")


async def test_of_twenty_who_follow_at_once_one_gets_in(kept: Kept, links: Links) -> None:
    task_id, token = await _made(kept, links, OUTSIDER)
    done = await asyncio.gather(*(links.follow(token) for _ in range(20)), return_exceptions=True)
    followed = [one for one in done if not isinstance(one, BaseException)]
    assert len(followed) == 1
    assert all(isinstance(one, LinkInvalid) for one in done if isinstance(one, BaseException))
    assert await kept.count("task_sessions") == 1
    caller = await links.recognize(None, followed[0].session, task_id)
    assert caller is not None
    assert (caller.kind, caller.email, caller.task_id) == ("link", OUTSIDER, task_id)


async def test_of_twenty_who_answer_at_once_one_does_and_the_link_is_spent_with_it(
    kept: Kept, links: Links
) -> None:
    task_id, token = await _made(kept, links, OUTSIDER, "answer")
    actor = (await links.question(token)).actor
    done = await asyncio.gather(
        *(kept.tasks.complete(task_id, YES, actor) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(one, TaskAlreadySettled) for one in done) == 19
    assert await kept.count("links", "used_at IS NOT NULL") == 1
    with pytest.raises(TaskAlreadySettled, match=r"ann@elsewhere\.example"):
        await links.question(token)


async def test_an_answer_that_is_refused_leaves_the_link_good(kept: Kept, links: Links) -> None:
    task_id, token = await _made(kept, links, OUTSIDER, "answer")
    actor = (await links.question(token)).actor
    with pytest.raises(ResponseInvalid):
        await kept.tasks.complete(task_id, {}, actor)
    assert await kept.count("links", "used_at IS NULL") == 1
    assert (await kept.tasks.complete(task_id, YES, actor)).task.completed_by_email == OUTSIDER


async def test_an_address_that_changed_hands_opens_nothing(kept: Kept, links: Links) -> None:
    await kept.add_people(SUE)
    task_id, token = await _made(kept, links)
    _, other = await _made(kept, links)
    followed = await links.follow(other)
    moved = replace(SUE, email="sue@new.example")
    await kept.store.write(lambda tx: tx.save_account(moved))
    await kept.add_people(an_account("eve", id=new_id("usr", NOW), email=EMAIL))
    assert await links.look(token, "open") is None
    assert await links.recognize(None, followed.session, task_id) is None


async def test_a_person_without_an_address_is_known_by_their_id(kept: Kept, links: Links) -> None:
    member = replace(SUE, email=None, slack_user_id="U0123ABCD")
    await kept.add_people(member)
    task_id = (await kept.created()).task.id
    token = await links.make(task_id, None, member.id, "slack", "open")
    followed = await links.follow(token)
    caller = await links.recognize(None, followed.session, None)
    assert caller is not None
    actor = caller.actor()
    assert (actor.user_id, actor.channel, actor.invited) == (member.id, "slack", True)
    nobody = await links.make(task_id, None, None, "slack", "open")
    assert await links.look(nobody, "open") is None


async def test_who_is_signed_in_stays_so_where_they_may_see_the_task(
    kept: Kept, links: Links
) -> None:
    await kept.add_people(SUE)
    task_id, token = await _made(kept, links, OUTSIDER)
    followed = await links.follow(token)
    sue = person(SUE)
    for asked_for in (None, "tsk_other", task_id):
        # It is open to anybody.
        assert await links.recognize(sue, followed.session, asked_for) == sue
    await kept.tasks.assign(task_id, {"email": "joe@example.com"}, sue.actor())
    assert await links.recognize(sue, followed.session, None) == sue
    guest = await links.recognize(sue, followed.session, task_id)
    assert (guest and guest.email, sue.view) == (OUTSIDER, Person(EMAIL, SUE.id))
    assert await links.recognize(sue, "wrong", task_id) == sue


async def test_what_has_expired_is_cleared_away_by_what_is_made(kept: Kept, links: Links) -> None:
    for _ in range(30):
        _, token = await _made(kept, links)
        await links.follow(token)
    kept.clock.advance(timedelta(hours=2).total_seconds())
    await links.follow((await _made(kept, links))[1])
    # Links are kept for a day more, so that late comers hear what became of the task.
    assert await kept.count("links") == 31
    assert await kept.count("task_sessions") == 30 - 20 + 1
    kept.clock.advance(timedelta(days=2).total_seconds())
    await _made(kept, links)
    assert await kept.count("links") == 31 - 20 + 1


async def test_two_who_clear_away_at_once_do_not_get_in_each_others_way(
    kept: Kept, links: Links
) -> None:
    tokens = [(await _made(kept, links))[1] for _ in range(30)]
    await asyncio.gather(*(links.follow(token) for token in tokens))
    kept.clock.advance(timedelta(days=3).total_seconds())
    task_id = (await kept.created()).task.id
    made = [links.make(task_id, EMAIL, None, "email", "open") for _ in range(20)]
    fresh = await asyncio.gather(*made)
    await asyncio.gather(*(links.follow(token) for token in fresh))
    assert await kept.count("links") == 20
    assert await kept.count("task_sessions") == 20

"""What somebody writes under a message is their answer, where a verifier understands it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.channels.slack.office import Office, office
from tests.support.slack_places import Message
from tests.support.slack_requests import message_event, retried
from tests.support.vendors import Manner, Vendors, extracts, in_turn, refuses, vendors, verdict
from tests.verification.conftest import KEY, KEY_ENVS, RULES

CONFIG = {"provider": "claude", "instructions": RULES, "max_attempts": 2}
ANSWER = {"approved": True, "reason": "It was broken."}


@asynccontextmanager
async def checking(folder: Path, manner: Manner) -> AsyncGenerator[tuple[Office, Vendors]]:
    """Run a server with Slack whose verifier behaves in this manner, with Sue and Bob."""
    async with vendors(manner) as listening:
        url = listening.base_urls["claude"]
        with patch.dict("os.environ", {KEY_ENVS["claude"]: KEY}):
            async with office(folder, anthropic_url=url) as made:
                await made.hire("sue")
                await made.hire("bob")
                yield made, listening


async def write(acme: Office, message: Message, text: str, **event: Any) -> dict[str, Any]:
    """Write in the message's thread."""
    given = {"channel": message.channel, "thread_ts": message.ts} | event
    said = message_event(text, **given)
    assert (await acme.event(said)).status_code == 200
    return said


async def test_plain_words_are_understood_and_checked(tmp_path: Path) -> None:
    async with checking(tmp_path, extracts(ANSWER)) as (acme, models):
        task, message = await acme.posted(verifier_config=CONFIG)
        said = await write(acme, message, "yes, it was &lt;broken&gt; <@U0BOB>")
        assert (await acme.event(said, **retried({}, 1))).status_code == 200
        state = await acme.becomes(task, "completed")

        assert state["response"] == ANSWER
        who = (state["completed_by_email"], state["completed_via_channel"])
        assert who == ("sue@example.com", "slack")
        (asked,) = models.asked
        assert "yes, it was <broken> @U0BOB" in asked.user
        await acme.slack.has(lambda it: it.ephemerals)
        (told,) = acme.slack.ephemerals
        assert told.text == "Thank you. Your answer is being checked."
        assert (told.user, told.thread_ts) == ("U0SUE", message.ts)
        await acme.slack.has(lambda it: it.message.text.startswith("Answered"))


async def test_a_refusal_is_on_the_message_and_in_the_thread_for_who_answered(
    tmp_path: Path,
) -> None:
    manner = in_turn(refuses("There is no reason."), verdict())
    async with checking(tmp_path, manner) as (acme, _):
        task, message = await acme.posted(verifier_config=CONFIG)
        await acme.press(message, "Claim")
        await acme.slack.has(lambda it: "Answer" in message.labels)
        view_id = await acme.form(message)
        answered = await acme.submit(view_id, Approved="Yes")
        assert "Your answer is being checked." in str(answered["view"])
        await acme.becomes(task, "rejected")

        await acme.slack.has(lambda it: "There is no reason." in message.shown)
        assert message.labels == ["Answer again", "Open in dashboard"]
        await acme.slack.has(lambda it: len(it.messages) == 2)
        (reply,) = [one for one in acme.slack.messages.values() if one.thread_ts == message.ts]
        assert "<@U0SUE> Your answer was not accepted." in reply.shown
        assert "There is no reason." in reply.shown
        again = await acme.submit(await acme.form(message, "Answer again"), Approved="No")
        assert "Your answer is being checked." in str(again["view"])
        await acme.becomes(task, "completed")
        await acme.slack.has(lambda it: message.text.startswith("Answered"))
        assert len(acme.slack.messages) == 2


async def test_what_was_not_understood_is_asked_again(tmp_path: Path) -> None:
    unclear = verdict(passed=False, reason="It says neither yes nor no.", understood=False)
    async with checking(tmp_path, unclear) as (acme, _):
        task, message = await acme.posted("slack:@sue", verifier_config=CONFIG)
        await write(acme, message, "hm")
        await acme.slack.has(lambda it: len(it.messages) == 2)

        (reply,) = [one for one in acme.slack.messages.values() if one.thread_ts]
        assert "was not understood. Please answer again." in reply.shown
        assert "It says neither yes nor no." in reply.shown
        assert "not_understood" in await acme.actions(task)


async def test_strangers_bots_edits_and_other_threads_are_no_answers(tmp_path: Path) -> None:
    async with checking(tmp_path, verdict()) as (acme, models):
        task, message = await acme.posted(verifier_config=CONFIG)
        await write(acme, message, "yes", bot_id="B0BOT")
        await write(acme, message, "yes", subtype="message_changed")
        await write(acme, message, "yes", thread_ts="1767225600.999999")
        await write(acme, message, "yes", thread_ts=None)
        await write(acme, message, "yes", team="T0OTHER")
        await asyncio.sleep(0.2)
        assert acme.slack.ephemerals == []
        await write(acme, message, "yes", user="U0EVE")
        await acme.slack.has(lambda it: it.called("chat.postEphemeral"))
        assert (await acme.state(task))["status"] == "notified"
        assert models.asked == []


async def test_a_thread_under_a_task_without_a_verifier_is_a_conversation(tmp_path: Path) -> None:
    async with checking(tmp_path, verdict()) as (acme, _):
        task, message = await acme.posted()
        await write(acme, message, "what is this about?")
        await asyncio.sleep(0.2)

        assert await acme.actions(task) == ["notified"]
        assert acme.slack.ephemerals == []

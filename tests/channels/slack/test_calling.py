"""Every call of Slack's API is a result or a failure that says what to do."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from awaithumans.server.channels.slack import modal, oauth
from awaithumans.server.channels.slack.blocks import MessageView, message
from awaithumans.server.channels.slack.calling import Posted, SlackApi, is_slacks, proxy_for
from awaithumans.server.channels.slack.failures import SlackFailure
from awaithumans.server.tasks.model import Content
from tests.support.bodies import REFUND_DECISION_SCHEMA, REFUND_PAYLOAD_SCHEMA
from tests.support.clock import ManualClock
from tests.support.made import NOW, a_task
from tests.support.slack import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, CODE, TOKEN, Slack, slack
from tests.support.slack_manners import answers, fails, limited, slow
from tests.support.slack_places import a_member
from tests.support.slack_requests import trigger

BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "Hello"}}]


@pytest.fixture
async def stand_in() -> AsyncIterator[Slack]:
    async with slack() as made:
        yield made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def api(stand_in: Slack, clock: ManualClock) -> AsyncIterator[SlackApi]:
    made = SlackApi(stand_in.url, seconds=0.5, clock=clock)
    yield made
    await made.close()


async def failure(call: Awaitable[Any]) -> SlackFailure:
    with pytest.raises(SlackFailure) as refused:
        await call
    return refused.value


async def post(api: SlackApi, channel: str = "#refunds") -> Posted:
    return await api.post_message(TOKEN, channel, "Hello", BLOCKS)


async def test_a_message_is_posted_and_rewritten(api: SlackApi, stand_in: Slack) -> None:
    task = a_task()
    content = Content({"amount": 250}, REFUND_PAYLOAD_SCHEMA, REFUND_DECISION_SCHEMA)
    view = MessageView(task, content, "http://127.0.0.1:3001/task", broadcast=True)

    posted = await api.post_message(TOKEN, "#refunds", *message(view))
    assert posted == Posted("C0REFUNDS", stand_in.message.ts)
    assert stand_in.message.labels == ["Claim", "Open in dashboard"]

    settled = replace(view, task=replace(task, status="cancelled", cancelled_at=NOW))
    await api.update_message(TOKEN, posted, *message(settled))
    assert stand_in.message.text == "Cancelled: Approve refund?"
    assert (stand_in.message.labels, stand_in.message.versions) == ([], 2)


async def test_a_reply_goes_to_the_thread(api: SlackApi, stand_in: Slack) -> None:
    posted = await api.post_message(TOKEN, "C0REFUNDS", "Hello", BLOCKS, thread_ts="1.2")

    assert stand_in.messages[posted.channel, posted.ts].thread_ts == "1.2"


async def test_one_person_is_told_alone(api: SlackApi, stand_in: Slack) -> None:
    await api.post_ephemeral(TOKEN, "C0REFUNDS", "U0SUE", "Not yours")

    (told,) = stand_in.ephemerals
    assert (told.user, told.text) == ("U0SUE", "Not yours")
    assert not stand_in.messages


async def test_a_modal_is_opened_and_replaced(api: SlackApi, stand_in: Slack) -> None:
    content = Content({"amount": 250}, REFUND_PAYLOAD_SCHEMA, REFUND_DECISION_SCHEMA)
    pressed = trigger()

    view_id = await api.open_view(TOKEN, pressed, modal.view(a_task(), content))
    assert stand_in.views[view_id]["submit"]["text"] == "Send answer"
    assert (await failure(api.open_view(TOKEN, pressed, modal.done("x")))).permanent

    await api.update_view(TOKEN, view_id, modal.done("Thank you."))
    assert stand_in.views[view_id]["title"]["text"] == "Done"


async def test_people_are_found_by_address_id_and_handle(api: SlackApi) -> None:
    by_email = await api.lookup_by_email(TOKEN, "sue@example.com")

    assert by_email == await api.user_info(TOKEN, "U0SUE")
    assert by_email == await api.find_by_handle(TOKEN, "Sue")
    assert (by_email.id, by_email.email, by_email.is_person) == ("U0SUE", "sue@example.com", True)
    assert await api.open_dm(TOKEN, "U0SUE") == "D0SUE"


async def test_the_members_are_read_page_by_page_without_bots(
    api: SlackApi, stand_in: Slack
) -> None:
    members = stand_in.workspaces[TOKEN].members
    members += [a_member(f"m{n}") for n in range(5)]
    members.append(a_member("gone", deleted=True))

    found = await api.users_list(TOKEN)

    assert [one.handle for one in found] == ["sue", "bob", "m0", "m1", "m2", "m3", "m4"]
    assert len(stand_in.called("users.list")) == 5


async def test_the_members_are_remembered_for_ten_minutes(
    api: SlackApi, stand_in: Slack, clock: ManualClock
) -> None:
    stand_in.page = 100
    await asyncio.gather(*(api.find_by_handle(TOKEN, "sue") for _ in range(20)))
    clock.advance(600)
    await api.find_by_handle(TOKEN, "bob")
    assert len(stand_in.called("users.list")) == 1

    clock.advance(1)
    await api.find_by_handle(TOKEN, "bob")
    assert len(stand_in.called("users.list")) == 2


async def test_somebody_new_is_found_a_minute_later(
    api: SlackApi, stand_in: Slack, clock: ManualClock
) -> None:
    stand_in.page = 100
    assert (await failure(api.find_by_handle(TOKEN, "eve"))).code == "users_not_found"
    stand_in.workspaces[TOKEN].members.append(a_member("eve"))
    assert (await failure(api.find_by_handle(TOKEN, "eve"))).code == "users_not_found"

    clock.advance(61)
    assert (await api.find_by_handle(TOKEN, "eve")).id == "U0EVE"


@pytest.mark.parametrize(
    "answer", ['{"ok": true}', '{"ok": true, "members": [1]}', '{"ok": true, "members": [{}]}']
)
async def test_members_that_cannot_be_read_are_tried_again(
    api: SlackApi, stand_in: Slack, answer: str
) -> None:
    stand_in.then("users.list", answers(200, answer))

    assert (await failure(api.find_by_handle(TOKEN, "sue"))).code == "malformed_answer"
    assert (await api.find_by_handle(TOKEN, "sue")).id == "U0SUE"


async def test_a_name_that_several_have_is_nobodys(api: SlackApi, stand_in: Slack) -> None:
    members = stand_in.workspaces[TOKEN].members
    members += [
        a_member(name, profile={"display_name": "Sam", "real_name": "Sam"}) for name in ("s1", "s2")
    ]

    refused = await failure(api.find_by_handle(TOKEN, "sam"))

    assert (refused.code, refused.permanent) == ("handle_ambiguous", True)
    assert "member id" in refused.error


async def test_whose_token_it_is(api: SlackApi) -> None:
    identity = await api.auth_test(TOKEN)

    assert (identity.team_id, identity.team_name, identity.bot_user_id) == (
        *("T0ACME", "Acme"),
        "U0BOT",
    )


async def test_too_many_calls_are_told_when_to_go_on(api: SlackApi, stand_in: Slack) -> None:
    stand_in.then("chat.postMessage", limited(17))

    refused = await failure(post(api))

    assert (refused.code, refused.permanent, refused.retry_after) == ("ratelimited", False, 17.0)
    await post(api)


@pytest.mark.parametrize(
    "code", ["token_expired", "invalid_auth", "account_inactive", "token_revoked"]
)
async def test_a_token_that_is_no_more_is_never_tried_again(
    api: SlackApi, stand_in: Slack, code: str
) -> None:
    stand_in.then("chat.postMessage", fails(code))

    refused = await failure(post(api))

    assert (refused.code, refused.permanent) == (code, True)
    assert "Install the app in the workspace again." in refused.error


async def test_another_workspaces_token_is_refused(api: SlackApi) -> None:
    refused = await failure(api.post_message("xoxb-other", "#refunds", "Hello", BLOCKS))

    assert (refused.code, refused.permanent) == ("invalid_auth", True)


async def test_a_channel_without_the_app_is_told_to_invite_it(
    api: SlackApi, stand_in: Slack
) -> None:
    stand_in.workspaces[TOKEN].outside.add("C0REFUNDS")

    refused = await failure(post(api))
    assert refused.error.startswith("not_in_channel: Invite the app")
    assert (await failure(post(api, "#nowhere"))).code == "channel_not_found"
    assert refused.permanent


async def test_a_missing_scope_is_named(api: SlackApi, stand_in: Slack) -> None:
    stand_in.then("chat.postMessage", fails("missing_scope", needed="chat:write", provided="x"))

    assert "Needed: chat:write." in (await failure(post(api))).error


@pytest.mark.parametrize(
    ("manner", "code"),
    [
        (answers(500), "server_error"),
        (answers(503, "<html>", "text/html"), "server_error"),
        (answers(200, "{"), "malformed_answer"),
        (answers(200, "[]"), "malformed_answer"),
        (answers(200, "null"), "malformed_answer"),
        (answers(200, '"ok"'), "malformed_answer"),
        (answers(200, '{"ok": true}'), "malformed_answer"),
        (answers(200, '{"ok": true, "channel": 1, "ts": []}'), "malformed_answer"),
        (answers(200, '{"ok": false}'), "malformed_answer"),
        (answers(200, "ok", "text/plain"), "malformed_answer"),
        (answers(200, "<html>", "text/html"), "malformed_answer"),
        (fails("internal_error"), "internal_error"),
        (slow(2), "timeout"),
    ],
)
async def test_what_is_slacks_own_trouble_is_tried_again(
    api: SlackApi, stand_in: Slack, manner: Any, code: str
) -> None:
    stand_in.then("chat.postMessage", manner)

    refused = await failure(post(api))

    assert (refused.code, refused.permanent) == (code, False)
    await post(api)


async def test_an_unknown_word_of_slacks_is_given_and_a_text_is_not(
    api: SlackApi, stand_in: Slack
) -> None:
    stand_in.then("chat.postMessage", fails("brand_new_reason"), fails(f"no: {TOKEN}"))

    assert (await failure(post(api))).code == "brand_new_reason"
    assert (await failure(post(api))).code == "unknown_error"


async def test_a_slack_that_is_not_there_is_tried_again() -> None:
    api = SlackApi("http://127.0.0.1:9/api/", seconds=0.5)
    try:
        refused = await failure(post(api))
    finally:
        await api.close()

    assert (refused.code, refused.permanent) == ("unreachable", False)


async def test_blocks_that_slack_does_not_take_are_refused(api: SlackApi, stand_in: Slack) -> None:
    long = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3_001}}

    refused = await failure(api.post_message(TOKEN, "#refunds", "Hello", [long]))

    assert (refused.code, refused.permanent) == ("invalid_blocks", True)
    assert stand_in.refused == ["blocks/0/text: must have 1 to 3000 characters, has 3001"]


async def test_a_press_is_answered_where_it_came_from(api: SlackApi, stand_in: Slack) -> None:
    await api.respond(stand_in.response_url("7"), "Too late", replace_original=False)

    ((name, body),) = stand_in.responses
    assert (name, body["text"], body["response_type"]) == ("7", "Too late", "ephemeral")
    expired = await failure(api.respond(stand_in.response_url("expired"), "Too late"))
    assert (expired.code, expired.permanent) == ("expired_url", True)
    stand_in.then("response_url", limited(3), answers(502))
    assert (await failure(api.respond(stand_in.response_url(), "x"))).retry_after == 3.0
    assert (await failure(api.respond(stand_in.response_url(), "x"))).code == "server_error"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x", "https://hooks.slack.com.evil.example/x", "file:///etc/passwd", ""],
)
async def test_nothing_is_sent_to_an_address_that_is_not_slacks(
    api: SlackApi, stand_in: Slack, url: str
) -> None:
    assert (await failure(api.respond(url, "x"))).code == "not_a_slack_url"
    assert stand_in.calls == []


def test_slacks_own_hooks_are_slacks() -> None:
    base = "https://slack.com/api/"

    assert is_slacks("https://hooks.slack.com/actions/T1/2/3", base)
    assert not is_slacks("http://hooks.slack.com/actions/T1/2/3", base)


async def test_an_installation_gives_its_token(api: SlackApi, stand_in: Slack) -> None:
    made = await oauth.exchange(api, CLIENT_ID, CLIENT_SECRET, CODE, "https://x.example/callback")

    assert made == oauth.Installation(
        *("T0ACME", "Acme", "U0BOT", TOKEN, ("chat:write", "users:read"), "U0OLGA")
    )
    assert TOKEN not in repr(made)
    assert stand_in.calls[-1].args["redirect_uri"] == "https://x.example/callback"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('{"ok": true}', "not_allowed_token_type"),
        ('{"ok": true, "token_type": "user"}', "not_allowed_token_type"),
        ('{"ok": true, "token_type": "bot", "access_token": "xoxb-1"}', "malformed_answer"),
        (
            '{"ok": true, "token_type": "bot", "access_token": "x", "team": null}',
            "malformed_answer",
        ),
    ],
)
async def test_an_installation_without_a_bot_is_none(
    api: SlackApi, stand_in: Slack, answer: str, code: str
) -> None:
    stand_in.then("oauth.v2.access", answers(200, answer))

    assert (await failure(oauth.exchange(api, CLIENT_ID, CLIENT_SECRET, CODE, None))).code == code


async def test_a_wrong_code_or_secret_installs_nothing(api: SlackApi) -> None:
    wrong_code = await failure(oauth.exchange(api, CLIENT_ID, CLIENT_SECRET, "no", None))
    wrong_secret = await failure(oauth.exchange(api, CLIENT_ID, "no", CODE, None))

    assert (wrong_code.code, wrong_secret.code) == ("invalid_code", "bad_client_secret")


async def test_no_token_and_no_text_is_logged_or_told(
    api: SlackApi, stand_in: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canary = [{"type": "section", "text": {"type": "plain_text", "text": "canary-text"}}]
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: api.post_message(TOKEN, "#refunds", "canary-text", canary),
        lambda: api.users_list(TOKEN),
        lambda: api.open_connection(APP_TOKEN),
        lambda: api.oauth_v2_access(CLIENT_ID, CLIENT_SECRET, CODE, None),
    ]
    told: list[str] = []
    for call in calls:
        for manner in (slow(0), fails("invalid_auth"), limited(1), answers(200, "{"), slow(1)):
            for method in (
                *("chat.postMessage", "users.list", "apps.connections.open"),
                "oauth.v2.access",
            ):
                stand_in.always(method, manner)
            try:
                await call()
            except SlackFailure as refused:
                told += [str(refused), repr(refused), str(refused.__cause__)]

    said = caplog.text + "".join(told)
    assert len(told) >= 3 * 12
    for secret in (TOKEN, APP_TOKEN, CLIENT_SECRET, CODE, "canary-text", "secret-"):
        assert secret not in said


async def test_a_failure_hides_what_was_behind_it(api: SlackApi, stand_in: Slack) -> None:
    stand_in.then("chat.postMessage", fails("invalid_auth"))
    refused = await failure(post(api))

    assert refused.__cause__ is None
    assert refused.__context__ is None


async def test_it_can_be_used_again_after_it_was_closed(api: SlackApi) -> None:
    await api.auth_test(TOKEN)
    await api.close()
    await api.close()
    await api.auth_test(TOKEN)


def test_a_proxy_of_the_environment_is_used_but_for_its_exceptions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1,slack.internal")

    assert proxy_for("https://slack.com/api/") == "http://proxy.example:3128"
    assert proxy_for("wss://wss-primary.slack.com/link") == "http://proxy.example:3128"
    assert proxy_for("https://slack.internal/api/") is None
    assert proxy_for("http://127.0.0.1:1/api/") is None

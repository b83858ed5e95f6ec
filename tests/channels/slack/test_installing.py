"""The app is installed in any number of workspaces, by operators who were sent from here."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.channels.slack.office import Office, office
from tests.support.inprocess import Person
from tests.support.slack import CLIENT_ID, CLIENT_SECRET, TOKEN
from tests.support.slack_manners import answers, fails
from tests.support.slack_places import Workspace, a_member

START = "/api/channels/slack/oauth/start"
BACK = "/api/channels/slack/oauth/callback"
LIST = "/api/channels/slack/installations"
BETA = "xoxb-2222222222-beta-secret"
CODES = {"code-acme": TOKEN, "code-beta": BETA}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[Office]:
    settings: dict[str, Any] = {
        "slack_bot_token": None,
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
    }
    async with office(tmp_path, **settings) as made:
        beta = Workspace("T0BETA", "Beta Inc.", "U0BETABOT", {"refunds": "C0BETA"})
        beta.members = [a_member("ben"), a_member("bot", is_bot=True)]
        made.slack.workspaces[BETA] = beta
        made.slack.codes = dict(CODES)
        yield made


async def begun(olga: Person) -> tuple[dict[str, str], str]:
    """Begin an installation; return what Slack is told, and what the browser keeps."""
    led = await olga.browser.get(START)
    assert led.status_code == 302, led.text
    url = urlsplit(led.headers["location"])
    assert url.path == "/oauth/v2/authorize"
    cookie = led.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    return {name: values[0] for name, values in parse_qs(url.query).items()}, cookie.split(";")[0]


async def back(olga: Person, cookie: str | None, **query: str) -> httpx.Response:
    session = olga.browser.headers["cookie"]
    olga.browser.cookies.clear()
    headers = {"Cookie": session if cookie is None else f"{session}; {cookie}"}
    return await olga.browser.get(BACK, params=query, headers=headers)


async def install(app: Office, olga: Person, code: str) -> str:
    told, cookie = await begun(olga)
    led = await back(olga, cookie, code=code, state=told["state"])
    assert led.status_code == 303, led.text
    return led.headers["location"]


async def test_the_app_is_installed_in_two_workspaces_and_each_is_meant_by_name(
    app: Office,
) -> None:
    olga = await app.served.person("olga@example.com", "operator")
    told, _ = await begun(olga)
    assert (told["client_id"], told["redirect_uri"]) == (CLIENT_ID, f"http://testserver{BACK}")
    assert "chat:write" in told["scope"].split(",")

    assert await install(app, olga, "code-acme") == "/slack?installed=T0ACME"
    _, only = await app.posted("slack:#refunds")
    assert only.team == "T0ACME"
    assert await install(app, olga, "code-beta") == "/slack?installed=T0BETA"
    listed = (await app.client.get(LIST)).json()
    assert [
        (one["team_id"], one["team_name"], one["source"], one["installed_by_email"])
        for one in listed["items"]
    ] == [
        ("T0ACME", "Acme", "oauth", "olga@example.com"),
        ("T0BETA", "Beta Inc.", "oauth", "olga@example.com"),
    ]
    assert (listed["configured"], listed["oauth_available"]) == (True, True)

    unnamed = await app.notes(await app.task(), lambda it: it["status"] == "abandoned")
    assert unnamed["last_error"].startswith("The app is installed in several workspaces.")
    for target in ("slack+T0BETA:#refunds", "slack+beta-inc:#refunds", "slack+T0BETA:@ben"):
        _, message = await app.posted(target)
        assert message.team == "T0BETA"


async def test_identities_of_two_workspaces_are_two_people(app: Office) -> None:
    olga = await app.served.person("olga@example.com", "operator")
    await install(app, olga, "code-acme")
    await install(app, olga, "code-beta")
    await app.served.person(None, slack_user_id="U0BEN")
    task, message = await app.posted("slack+T0BETA:#refunds")
    await app.press(message, "Claim", "ben")
    assert "not in this server's directory" in await app.told("ben")

    app.slack.responses.clear()
    await app.hire("ben", slack_team_id="T0BETA")
    await app.press(message, "Claim", "ben")
    assert (await app.becomes(task, "assigned"))["assigned_to_email"] == "ben@example.com"


async def test_what_comes_back_counts_once_and_for_whom_it_was_begun(app: Office) -> None:
    olga = await app.served.person("olga@example.com", "operator")
    omar = await app.served.person("omar@example.com", "operator")

    async def refused(who: Person, cookie: str | None, **query: str) -> str:
        led = await back(who, cookie, **query)
        assert led.status_code == 303
        return led.headers["location"].removeprefix("/slack?error=")

    told, cookie = await begun(olga)
    good = {"code": "code-acme", "state": told["state"]}
    other, others = await begun(omar)
    name = cookie.split("=")[0]
    assert await refused(olga, None, **good) == "state_missing"
    assert await refused(olga, f"{name}=forged", **good) == "state_invalid"
    assert await refused(olga, others, **good) == "state_invalid"
    assert await refused(olga, cookie, code="code-acme", state=other["state"]) == "state_invalid"
    assert await refused(olga, cookie, code="code-acme") == "state_invalid"
    assert await refused(omar, cookie, **good) == "state_invalid"
    assert app.slack.called("oauth.v2.access") == []

    led = await back(olga, cookie, **good)
    assert led.headers["location"] == "/slack?installed=T0ACME"
    assert 'awaithumans_slack_state="";' in led.headers["set-cookie"]
    app.slack.codes = dict(CODES)
    assert await refused(olga, cookie, **good) == "state_used"

    told, cookie = await begun(olga)
    app.served.clock.advance(600)
    assert await refused(olga, cookie, code="code-acme", state=told["state"]) == "state_expired"


@pytest.mark.parametrize("word", ["access_denied", "<script>", ""])
async def test_why_slack_gave_nothing_is_said(app: Office, word: str) -> None:
    olga = await app.served.person("olga@example.com", "operator")
    told, cookie = await begun(olga)
    led = await back(olga, cookie, error=word, state=told["state"])
    wanted = word if word == "access_denied" else "unknown_error"
    assert led.headers["location"] == f"/slack?error={wanted}" or not word

    assert await install(app, olga, "nonsense") == "/slack?error=invalid_code"


async def test_only_operators_install(app: Office) -> None:
    sue = await app.hire("sue")
    for client, status in ((sue.browser, 403), (app.client, 403), (app.served.stranger, 401)):
        for path in (START, BACK):
            assert (await client.get(path)).status_code == status


async def test_a_workspace_is_forgotten_when_an_operator_says_so_or_slack(app: Office) -> None:
    olga = await app.served.person("olga@example.com", "operator")
    await install(app, olga, "code-acme")
    members = (await app.client.get(f"{LIST}/T0ACME/members")).json()["items"]
    assert members[0] == {
        "user_id": "U0SUE",
        "name": "sue",
        "display_name": "sue",
        "email": "sue@example.com",
    }
    app.slack.then("users.list", fails("missing_scope"))
    failed = await app.client.get(f"{LIST}/T0ACME/members")
    assert (failed.status_code, failed.json()["error_code"]) == (502, "CHANNEL_FAILED")
    assert "missing_scope" in failed.json()["message"]
    assert (await app.client.delete(f"{LIST}/T0ACME")).status_code == 204
    assert (await app.client.delete(f"{LIST}/T0ACME")).status_code == 404

    app.slack.codes = dict(CODES)
    await install(app, olga, "code-acme")
    # The word of the old token comes after the new one: it is good, and stays.
    gone: dict[str, Any] = {"team_id": "T0ACME", "type": "event_callback", "event_id": "Ev1"}
    revoked = {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}
    await app.event(gone | {"event": revoked})
    await app.slack.has(lambda it: it.called("auth.test"))
    app.slack.then("auth.test", answers(503))
    await app.event(gone | {"event_id": "Ev2", "event": {"type": "app_uninstalled"}})
    await app.slack.has(lambda it: len(it.called("auth.test")) == 2)
    assert len((await app.client.get(LIST)).json()["items"]) == 1
    del app.slack.workspaces[TOKEN]
    await app.event(gone | {"event_id": "Ev3", "event": {"type": "app_uninstalled"}})
    for _ in range(100):
        if not (await app.client.get(LIST)).json()["items"]:
            return
        await app.later(0)
    raise AssertionError("it is still there")

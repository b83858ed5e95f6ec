"""A server with people, and with Slack on loopback, for a browser to go to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.dashboard.site import Site, people_of
from tests.support.process import ServerProcess
from tests.support.slack import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, CODE, TOKEN, Slack, slack
from tests.support.slack_places import Workspace, a_member

START = "/api/channels/slack/oauth/start"
NORDLICHT, SUEDWIND = "T0000001", "T0000002"
_APP = {
    "AWAITHUMANS_SLACK_CLIENT_ID": CLIENT_ID,
    "AWAITHUMANS_SLACK_CLIENT_SECRET": CLIENT_SECRET,
}
ALL = _APP | {
    "AWAITHUMANS_SLACK_BOT_TOKEN": TOKEN,
    "AWAITHUMANS_SLACK_APP_TOKEN": APP_TOKEN,
}
APP_ALONE = _APP
_INSTALLED = "xoxb-3333333333-nordlicht-secret"


@asynccontextmanager
async def slack_site(
    folder: Path, environment: dict[str, str], command: str = "serve"
) -> AsyncGenerator[tuple[Site, Slack]]:
    """Run a server with these settings of Slack, where two workspaces are.

    The one's token is `TOKEN`; the app can be installed in the other.
    """
    async with slack() as made:
        suedwind = Workspace(SUEDWIND, "Südwind", channels={"approvals": "C0APPROVALS"})
        people = [a_member("sue", id="U0000001"), a_member("guest", id="U0000002", profile={})]
        made.workspaces = {TOKEN: suedwind, _INSTALLED: Workspace(NORDLICHT, "Nordlicht")}
        made.workspaces[_INSTALLED].members = people
        made.codes = {CODE: _INSTALLED}
        where = {"AWAITHUMANS_SLACK_URL": made.url.removesuffix("/api/")}
        server = ServerProcess(folder, command, **environment, **where)
        site = await asyncio.to_thread(lambda: people_of(server.start()))
        try:
            yield site, made
        finally:
            site.agent.close()
            await asyncio.to_thread(server.kill)


async def install(site: Site) -> None:
    """Install the app in the workspace that does not have it, as Olga."""
    cookies = {"awaithumans_session": site.sessions["olga"]}
    async with httpx.AsyncClient(base_url=site.url, timeout=20) as browser:
        browser.cookies.update(cookies)
        led = await browser.get(START)
        back = await browser.get(led.headers["location"])
        done = await browser.get(back.headers["location"])
        assert done.headers["location"] == f"/slack?installed={NORDLICHT}"

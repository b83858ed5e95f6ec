"""The operations of Slack: workspaces, installing the app, and trying targets."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from awaithumans.generated import models

from ..channels.slack.failures import NoWorkspace, SlackFailure
from ..errors import (
    ChannelFailed,
    FeatureNotAvailable,
    SlackInstallationNotFound,
    ValidationFailed,
)
from .cookies import kept
from .credentials import By
from .parts import Having, Parts
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

_PATH = "/api/channels/slack"
_STATE = "awaithumans_slack_state"
_FOUND, _SEE_OTHER = 302, 303
_NOT_SET_UP = (
    "not set up: set AWAITHUMANS_SLACK_BOT_TOKEN and AWAITHUMANS_SLACK_APP_TOKEN; docs/slack.md "
    "says where to get them"
)
_NO_OAUTH = (
    "The app can't be installed from here: set AWAITHUMANS_SLACK_CLIENT_ID, "
    "AWAITHUMANS_SLACK_CLIENT_SECRET and AWAITHUMANS_PAYLOAD_KEY."
)
TeamId = Annotated[str, Path(min_length=1, max_length=64)]
Word = Annotated[str | None, Query(max_length=1000)]

routes = APIRouter(tags=["slack"], route_class=StrictRoute)


async def slack_state(parts: Parts) -> models.ChannelState:
    """Return how the channel is, for the status page."""
    if parts.slack is None:
        return models.ChannelState(channel="slack", configured=False, detail=_NOT_SET_UP)
    return models.ChannelState(
        channel="slack", configured=parts.slack.configured, detail=await parts.slack.detail()
    )


@routes.get(
    _PATH + "/installations", operation_id="listSlackInstallations", responses=refuses(*PRIVATE)
)
async def list_slack_installations(_caller: By, parts: Having) -> models.SlackInstallationList:
    """Return the workspaces, and how the channel is set up."""
    slack, state = parts.slack, await slack_state(parts)
    found = () if slack is None else await slack.listed()
    return models.SlackInstallationList(
        items=[models.SlackInstallation(**asdict(one)) for one in found],
        configured=state.configured,
        detail=state.detail,
        oauth_available=slack is not None and slack.installer.ready,
        socket_mode="off" if slack is None else slack.socket_mode,
        interactions_url=f"{parts.base_url}{_PATH}/interactions",
        events_url=f"{parts.base_url}{_PATH}/events",
    )


@routes.delete(
    _PATH + "/installations/{team_id}",
    operation_id="deleteSlackInstallation",
    status_code=204,
    responses=refuses(*PRIVATE, SlackInstallationNotFound, ValidationFailed),
)
async def delete_slack_installation(team_id: TeamId, _caller: By, parts: Having) -> None:
    """Forget a workspace."""
    if parts.slack is None or not await parts.slack.forget(team_id):
        raise SlackInstallationNotFound


@routes.get(
    _PATH + "/installations/{team_id}/members",
    operation_id="listSlackMembers",
    responses=refuses(*PRIVATE, SlackInstallationNotFound, ChannelFailed, ValidationFailed),
)
async def list_slack_members(team_id: TeamId, _caller: By, parts: Having) -> models.SlackMemberList:
    """Return the people of a workspace."""
    if parts.slack is None:
        raise SlackInstallationNotFound
    try:
        found = await parts.slack.members(team_id)
    except SlackFailure as failure:
        raise ChannelFailed(f"Slack: {failure.error}") from None
    except NoWorkspace:
        raise SlackInstallationNotFound from None
    return models.SlackMemberList(
        items=[
            models.SlackMember(
                user_id=one.id,
                name=one.handle,
                display_name=one.display_name or one.real_name or None,
                email=one.email,
            )
            for one in found
        ]
    )


@routes.post(
    _PATH + "/test", operation_id="sendTestSlackMessage", responses=refuses(*PRIVATE, *BODY)
)
async def send_test_slack_message(
    body: models.TestSlackRequest, _caller: By, parts: Having
) -> models.TestResult:
    """Post a message to try a target."""
    if parts.slack is None:
        return models.TestResult(ok=False, detail=f"Slack is {_NOT_SET_UP}.")
    ok, detail = await parts.slack.test(body.target)
    return models.TestResult(ok=ok, detail=detail)


@routes.get(
    _PATH + "/oauth/start",
    operation_id="startSlackInstallation",
    status_code=_FOUND,
    response_class=Response,
    responses=refuses(*PRIVATE, FeatureNotAvailable),
)
async def start_slack_installation(caller: By, parts: Having) -> Response:
    """Lead an operator to Slack, to install the app."""
    if parts.slack is None or not parts.slack.installer.ready:
        raise FeatureNotAvailable(_NO_OAUTH)
    begun = parts.slack.installer.begin(caller.user_id or "")
    response = RedirectResponse(begun.url, _FOUND)
    secure = parts.base_url.startswith("https:")
    response.set_cookie(
        f"__Host-{_STATE}" if secure else _STATE,
        begun.kept,
        max_age=600,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return response


@routes.get(
    _PATH + "/oauth/callback",
    operation_id="finishSlackInstallation",
    status_code=_SEE_OTHER,
    response_class=Response,
    responses=refuses(*PRIVATE, FeatureNotAvailable, ValidationFailed),
)
async def finish_slack_installation(
    request: Request,
    caller: By,
    parts: Having,
    code: Word = None,
    state: Word = None,
    error: Word = None,
) -> Response:
    """Take what an operator comes back from Slack with."""
    if parts.slack is None or not parts.slack.installer.ready:
        raise FeatureNotAvailable(_NO_OAUTH)
    cookie = kept(request, _STATE, parts.base_url)
    led = await parts.slack.installer.finish(
        cookie, state, code, error, caller.user_id or "", caller.email
    )
    response = RedirectResponse(f"/slack?{led}", _SEE_OTHER)
    secure = parts.base_url.startswith("https:")
    name = f"__Host-{_STATE}" if secure else _STATE
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
    return response

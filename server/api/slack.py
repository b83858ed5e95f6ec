"""The operations of Slack: workspaces, and trying them."""

from typing import Annotated

from fastapi import APIRouter, Path

from awaithumans.generated import models

from ..errors import ChannelFailed, SlackInstallationNotFound, ValidationFailed
from .credentials import By
from .parts import Having
from .refusals import BODY, PRIVATE, refuses
from .strict import StrictRoute

_PATH = "/api/channels/slack"
TeamId = Annotated[str, Path(min_length=1, max_length=64)]

routes = APIRouter(tags=["slack"], route_class=StrictRoute)


@routes.get(
    _PATH + "/installations", operation_id="listSlackInstallations", responses=refuses(*PRIVATE)
)
async def list_slack_installations(_caller: By, parts: Having) -> models.SlackInstallationList:
    """Return the workspaces, and how the channel is set up."""
    raise NotImplementedError


@routes.delete(
    _PATH + "/installations/{team_id}",
    operation_id="deleteSlackInstallation",
    status_code=204,
    responses=refuses(*PRIVATE, SlackInstallationNotFound, ValidationFailed),
)
async def delete_slack_installation(team_id: TeamId, _caller: By, parts: Having) -> None:
    """Forget a workspace."""
    raise NotImplementedError


@routes.get(
    _PATH + "/installations/{team_id}/members",
    operation_id="listSlackMembers",
    responses=refuses(*PRIVATE, SlackInstallationNotFound, ChannelFailed, ValidationFailed),
)
async def list_slack_members(team_id: TeamId, _caller: By, parts: Having) -> models.SlackMemberList:
    """Return the people of a workspace."""
    raise NotImplementedError


@routes.post(
    _PATH + "/test", operation_id="sendTestSlackMessage", responses=refuses(*PRIVATE, *BODY)
)
async def send_test_slack_message(
    body: models.TestSlackRequest, _caller: By, parts: Having
) -> models.TestResult:
    """Post a message to try a target."""
    raise NotImplementedError

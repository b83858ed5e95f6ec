"""Slack, put together: only a server that has it configured loads what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..channels.slack.setup import Setup
from ..channels.unconfigured import NotSetUp
from ..clock import Clock
from ..config import Settings
from ..outbox import recording
from ..outbox.backoff import MESSAGES
from ..outbox.relay import Carrier, Relay
from ..running import Database
from ..sealing import Sealer
from ..tasks.service import Tasks

if TYPE_CHECKING:
    from ..channels.slack.channel import SlackChannel
    from ..channels.slack.ports import Links


def setup_of(settings: Settings) -> Setup:
    """Return what is set of Slack."""
    return Setup(
        bot_token=settings.slack_bot_token,
        signing_secret=settings.slack_signing_secret,
        app_token=settings.slack_app_token,
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret,
        url=settings.slack_url,
        base_url=settings.base_url,
    )


def carry_slack(
    relay: Relay,
    settings: Settings,
    store: Database,
    service: Tasks,
    clock: Clock,
    links: Links | None = None,
) -> SlackChannel | None:
    """Have the relay send what is for Slack; return the channel, None if nothing of it is set."""
    record = recording.Messages(service.arrived)
    setup = setup_of(settings)
    if not setup.begun:
        away = NotSetUp("the Slack channel is not configured on this server")
        relay.carry("slack", Carrier(away, record, MESSAGES))
        relay.carry("slack_update", Carrier(away, recording.nothing, MESSAGES))
        return None
    from ..channels.slack.acting import Acts
    from ..channels.slack.calling import SlackApi
    from ..channels.slack.channel import SlackChannel
    from ..channels.slack.forms import Forms
    from ..channels.slack.inbound import Inbound
    from ..channels.slack.installing import Installer
    from ..channels.slack.people import People
    from ..channels.slack.sending import LEASE, SlackSender, SlackUpdater
    from ..channels.slack.telling import Teller
    from ..channels.slack.workspaces import Workspaces
    from ..channels.slack.writing import Messages

    api = SlackApi(setup.api_url, clock=clock)
    sealer = Sealer(settings.payload_keys)
    workspaces = Workspaces(store, api, sealer, clock, setup.bot_token)
    messages = Messages(store, api, workspaces, setup.base_url, links)
    people = People(store, workspaces)
    forms = Forms(api, service, people, workspaces, setup.base_url)
    teller = Teller(api, workspaces)
    acts = Acts(store, service, people, workspaces, messages, teller, forms)
    sender = SlackSender(store, workspaces, messages, clock)
    updater = SlackUpdater(store, api, workspaces, messages)
    relay.carry("slack", Carrier(sender, record, MESSAGES, LEASE))
    relay.carry("slack_update", Carrier(updater, recording.nothing, MESSAGES, LEASE))
    installer = Installer(setup, api, workspaces, sealer, clock)
    inbound = Inbound(acts, forms)
    return SlackChannel(setup, store, api, workspaces, messages, inbound, installer, clock)

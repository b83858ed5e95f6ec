"""What Slack sends: presses, forms and messages, in its shapes, and signed as it signs."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
APP = "A0AWAIT"

_numbers = count(1)


def signed(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """Return the headers with which Slack proves that it sent a body."""
    timestamp = str(int(at.timestamp()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def retried(
    headers: Mapping[str, str], number: int, reason: str = "http_timeout"
) -> dict[str, str]:
    """Return the headers of an event that Slack sends once more."""
    return {**headers, "X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}


def form(payload: Mapping[str, Any]) -> bytes:
    """Return the body of an interaction: one form field that holds JSON."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def block_action(
    action: Mapping[str, Any],
    *,
    user: str = "U0SUE",
    team: str = "T0ACME",
    channel: str = "C0REFUNDS",
    ts: str = "1767225600.000100",
    response_url: str = "",
    message: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what Slack sends when a button is pressed.

    Args:
        action: The button, as it is in the message.
        user: Who pressed it.
        team: The workspace.
        channel: Where the message is.
        ts: The message.
        response_url: Where to answer for the next half an hour.
        message: The message itself, its text and blocks.
    """
    return {
        "type": "block_actions",
        "user": _user(user, team),
        "api_app_id": APP,
        "token": "deprecated",
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel,
            "is_ephemeral": False,
        },
        "trigger_id": trigger(),
        "team": {"id": team, "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "refunds"},
        "message": {"type": "message", "user": "U0BOT", "ts": ts, **(message or {})},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [{**action, "block_id": "ah_actions", "action_ts": "1767225601.000200"}],
    }


def view_submission(
    view: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    user: str = "U0SUE",
    team: str = "T0ACME",
    view_id: str = "V0000001",
) -> dict[str, Any]:
    """Return what Slack sends when a modal is sent.

    Args:
        view: The modal, as it was shown.
        values: What was filled in, by block id, as `typed` makes it.
        user: Who sent it.
        team: The workspace.
        view_id: The modal's id.
    """
    return {
        "type": "view_submission",
        "team": {"id": team, "domain": "acme"},
        "user": _user(user, team),
        "api_app_id": APP,
        "token": "deprecated",
        "trigger_id": trigger(),
        "view": {
            **view,
            "id": view_id,
            "team_id": team,
            "app_id": APP,
            "bot_id": "B0BOT",
            "hash": "1767225602.abcdef",
            "state": {"values": values},
        },
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }


def message_event(
    text: str,
    *,
    user: str = "U0SUE",
    team: str = "T0ACME",
    channel: str = "C0REFUNDS",
    thread_ts: str | None = None,
    **of_event: Any,
) -> dict[str, Any]:
    """Return what Slack sends when somebody writes; `of_event` is added, such as a `subtype`."""
    number = next(_numbers)
    thread = {} if thread_ts is None else {"thread_ts": thread_ts, "parent_user_id": "U0BOT"}
    ts = f"1767225700.{number:06}"
    return {
        "token": "deprecated",
        "team_id": team,
        "api_app_id": APP,
        "event": {
            "type": "message",
            "user": user,
            "ts": ts,
            "client_msg_id": f"00000000-0000-4000-8000-{number:012}",
            "text": text,
            "team": team,
            "channel": channel,
            "event_ts": ts,
            "channel_type": "im" if channel.startswith("D") else "channel",
            **thread,
            **of_event,
        },
        "type": "event_callback",
        "event_id": f"Ev{number:08}",
        "event_time": 1767225700,
        "authorizations": [
            {"team_id": team, "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
    }


def url_verification(
    challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
) -> dict[str, Any]:
    """Return what Slack sends when the address for events is first entered."""
    return {"token": "deprecated", "challenge": challenge, "type": "url_verification"}


def typed(view: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill a modal in as a person does, and return its state's values.

    Args:
        view: The modal.
        given: What is put in, by the label of the input: the text that is typed or picked, the
            label of an option, or several in a list. Of two with one label it is the first.
            What is not in it stays as it began.
    """
    values: dict[str, Any] = {}
    left = dict(given)
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        label, element = block["label"]["text"], block["element"]
        state = _state(element, left.pop(label)) if label in left else _begun(element)
        values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **state}}
    assert not left, f"the modal does not ask for {list(left)}"
    return values


def trigger() -> str:
    """Return a trigger id, with which one modal can be opened."""
    number = next(_numbers)
    return f"{number}.{number}.0123456789abcdef0123456789abcdef"


_PICKED = {
    "plain_text_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
}


def _begun(element: Mapping[str, Any]) -> dict[str, Any]:
    name, initial = _PICKED[element["type"]]
    return {name: element.get(initial, [] if name == "selected_options" else None)}


def _state(element: Mapping[str, Any], given: Any) -> dict[str, Any]:
    name, _ = _PICKED[element["type"]]
    if name == "selected_options":
        return {name: [_option(element, label) for label in given]}
    return {name: _option(element, given) if name == "selected_option" else given}


def _option(element: Mapping[str, Any], label: str) -> dict[str, Any]:
    (option,) = [one for one in element["options"] if one["text"]["text"] == label]
    return option


def _user(user: str, team: str) -> dict[str, Any]:
    name = user.removeprefix("U0").lower()
    return {"id": user, "username": name, "name": name, "team_id": team}

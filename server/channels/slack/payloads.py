"""What Slack sends, read without trust: `interaction`, `event`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, cast

from ...tasks.model import Json
from .buttons import Press, pressed
from .modal import Origin, origin_of

_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_TS = re.compile(r"\d{1,12}\.\d{1,9}")
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Who did it: a member's id, and the workspaces that it may be of, the likeliest first.

    `team` is the workspace that it happened in. In a channel that is shared with another company,
    somebody of that one may have the same id as somebody here.
    """

    team: str
    teams: tuple[str, ...]
    user: str

    @property
    def at_home(self) -> bool:
        """Whether they are a member where it happened."""
        return self.team in self.teams


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was done, and how to answer there; `thread` is the message whose thread it is."""

    channel: str | None = None
    ts: str | None = None
    thread: str | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button of ours; `id` is that of the press."""

    id: str
    by: Identity
    place: Place
    press: Press


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody sent a form of ours; `view` is the form, with what was put in as its `state`."""

    id: str
    by: Identity
    place: Place
    origin: Origin
    view_id: str
    view: Json


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote in a thread."""

    id: str
    by: Identity
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Removed:
    """The app was removed from a workspace, or its token there was revoked."""

    id: str
    team: str


def interaction(payload: Mapping[str, Any]) -> Pressed | Sent | None:
    """Read an interaction; None for what is none of ours, or malformed."""
    by = _identity(
        _of(payload, "team"),
        _of(payload, "user"),
        _text(_of(payload, "enterprise"), "id", _ID),
    )
    id_ = _text(payload, "trigger_id")
    if by is None or id_ is None:
        return None
    if payload.get("type") == "view_submission":
        return _sent(payload, by, id_)
    if payload.get("type") == "block_actions":
        return _pressed(payload, by, id_)
    return None


def event(payload: Mapping[str, Any]) -> Said | Removed | None:
    """Read an event; None for what is of no interest: bots, edits, and what is in no thread."""
    happened, team = _of(payload, "event"), _text(payload, "team_id", _ID)
    id_ = _text(payload, "event_id")
    if team is None or id_ is None:
        return None
    kind = happened.get("type")
    if kind == "app_uninstalled" or (
        kind == "tokens_revoked" and _of(happened, "tokens").get("bot")
    ):
        return Removed(id_, team)
    organization = _text(payload, "enterprise_id", _ID)
    return _said(happened, team, id_, organization) if kind == "message" else None


def _pressed(payload: Mapping[str, Any], by: Identity, id_: str) -> Pressed | None:
    actions = payload.get("actions")
    first = cast("list[Any]", actions)[0] if isinstance(actions, list) and actions else None
    press = pressed(cast("Json", first)) if isinstance(first, dict) else None
    if press is None:
        return None
    container, shown = _of(payload, "container"), _of(payload, "message")
    place = Place(
        _text(_of(payload, "channel"), "id", _ID),
        _text(container, "message_ts", _TS),
        _text(shown, "thread_ts", _TS),
        _text(payload, "response_url"),
    )
    return Pressed(id_, by, place, press)


def _sent(payload: Mapping[str, Any], by: Identity, id_: str) -> Sent | None:
    view = _of(payload, "view")
    origin, view_id = origin_of(view), _text(view, "id", _ID)
    if origin is None or view_id is None:
        return None
    return Sent(id_, by, Place(origin.channel, origin.ts), origin, view_id, view)


def _said(happened: Json, team: str, id_: str, organization: str | None) -> Said | None:
    theirs = _text(happened, "team", _ID) or team
    user: Json = {"id": happened.get("user"), "team_id": theirs}
    by = _identity({"id": team}, user, organization)
    channel = _text(happened, "channel", _ID)
    thread, text = _text(happened, "thread_ts", _TS), _text(happened, "text", longest=40_000)
    known = happened.get("subtype") in (None, "thread_broadcast", "file_share")
    if not known or happened.get("bot_id") or happened.get("hidden"):
        return None
    if by is None or channel is None or thread is None or text is None:
        return None
    place = Place(channel, thread, thread)
    return Said(id_, by, place, plain_words(text))


def plain_words(text: str) -> str:
    """Return a text as it was typed: without what Slack makes of links and of `&`, `<`, `>`."""
    typed = _MARKED.sub(lambda found: found[2] or found[1].removeprefix("mailto:"), text)
    return unescape(typed).strip()


def _identity(team: Json, user: Json, organization: str | None) -> Identity | None:
    """Return who it is; an app of a whole organization is told the workspace with the user only.

    The workspaces of an organization have members in common: there all of them count.
    """
    id_, theirs = _text(user, "id", _ID), _text(user, "team_id", _ID)
    here = _text(team, "id", _ID) or theirs
    if id_ is None or here is None:
        return None
    nearest = theirs or here
    teams = (nearest,) if organization is None else (nearest, here, organization)
    return Identity(here, tuple(dict.fromkeys(teams)), id_)


def _of(payload: Mapping[str, Any], name: str) -> Json:
    found = payload.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}


def _text(
    payload: Mapping[str, Any],
    name: str,
    shape: re.Pattern[str] | None = None,
    longest: int = _LONGEST,
) -> str | None:
    found = payload.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= longest or "\x00" in found:
        return None
    return found if shape is None or shape.fullmatch(found) else None

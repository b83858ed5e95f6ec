"""What each way of sending mails needs to be told."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ...errors.base import FieldProblem
from .addresses import parse_sender
from .hosts import is_loopback

Via = Literal["smtp", "resend", "file", "log"]

_NAME = r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$"
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def _address(text: str) -> str:
    parse_sender(text)
    return text


def _base_url(text: str) -> str:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        url = urlsplit("")
    host = url.hostname or ""
    secure = url.scheme == "https" or (url.scheme == "http" and is_loopback(host))
    if not secure or not host or url.query or url.fragment or url.username is not None:
        raise ValueError("must be an https address")
    return text


_Host = Annotated[str, Field(pattern=r"^[\w.:\[\]-]+$", max_length=253)]
_Secret = Annotated[str, Field(min_length=1, max_length=1000)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class _Smtp(_Settings):
    host: _Host
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: Annotated[str, Field(min_length=1, max_length=320)] | None = None
    password: _Secret | None = None


class _Resend(_Settings):
    api_key: Annotated[str, Field(pattern=r"^[!-~]+$", max_length=1000)]
    base_url: Annotated[str, AfterValidator(_base_url)] = "https://api.resend.com"


class _File(_Settings):
    folder: Annotated[str, Field(min_length=1, max_length=4000)]


class _Log(_Settings):
    pass


class _Whole(_Settings):
    name: Annotated[str, Field(pattern=_NAME)]
    sender: Annotated[str, AfterValidator(_address)]
    transport: Via


_SETTINGS: dict[str, type[_Settings]] = {
    "smtp": _Smtp,
    "resend": _Resend,
    "file": _File,
    "log": _Log,
}


def problems(
    name: str, sender: str, transport: str, settings: Mapping[str, Any]
) -> tuple[FieldProblem, ...]:
    """Say what is wrong with a sender's settings: each field at fault, and never its value."""
    found = _of(_Whole, {"name": name, "sender": sender, "transport": transport})
    kind = _SETTINGS.get(transport)
    if kind is None:
        return found
    found += _of(kind, dict(settings), "settings")
    return found or (_of_signing_in(settings) if transport == "smtp" else ())


def completed(transport: Via, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return valid settings with what was left out of them."""
    complete = _SETTINGS[transport].model_validate(dict(settings)).model_dump(exclude_none=True)
    if transport == "smtp":
        complete.setdefault("port", _PORTS[complete["security"]])
    return complete


def _of(kind: type[_Settings], given: Mapping[str, Any], *above: str) -> tuple[FieldProblem, ...]:
    try:
        kind.model_validate(given)
    except ValidationError as invalid:
        return tuple(
            FieldProblem((*above, *each["loc"]), each["msg"].removeprefix("Value error, "))
            for each in invalid.errors(
                include_url=False, include_context=False, include_input=False
            )
        )
    return ()


def _of_signing_in(settings: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
    named, proven = (settings.get(word) is not None for word in ("username", "password"))
    if named != proven:
        missing = "password" if named else "username"
        return (FieldProblem(("settings", missing), "is needed, for the other is given"),)
    if named and settings.get("security") == "none" and not is_loopback(settings["host"]):
        told = "must be tls or starttls, for a password is never sent without"
        return (FieldProblem(("settings", "security"), told),)
    return ()

"""Settings: `AWAITHUMANS_*` in the environment or in `.env`."""

import base64
import binascii
import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from .channels import EmailSettings, SlackSettings
from .verification import VerifierSettings

PREFIX = "AWAITHUMANS_"
_ADDRESS = re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?")
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
# Read by the SDK and the adapters, not by the server.
OF_THE_SDK = frozenset({"AWAITHUMANS_URL", "AWAITHUMANS_QUIET", "AWAITHUMANS_CALLBACK_URL"})


class Settings(EmailSettings, SlackSettings, VerifierSettings, BaseSettings):
    """What an operator can set; the first of command line, environment, `.env`, default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    host: str = Field("127.0.0.1", description="The address to listen on; `0.0.0.0` is every one.")
    port: int = Field(3001, ge=1, le=65535, description="The port to listen on.")
    public_url: str | None = Field(
        None,
        description="Where people and agents reach the server; links are made from it. "
        "`awaithumans serve` needs it.",
    )
    data_dir: Path = Field(
        Path("~/.awaithumans"),
        description="The folder of the SQLite file, and of what `awaithumans dev` generates.",
    )
    database_url: str | None = Field(
        None,
        repr=False,
        description="The database: `postgresql://user:password@host/name`, for any number of "
        "server processes, or `sqlite:///path/to/file.db`, for one. By default the file "
        "`awaithumans.db` in the data folder.",
    )
    payload_key: str | None = Field(
        None,
        repr=False,
        description="32 random bytes in URL-safe base64, for signatures and encryption; several, "
        "separated by commas, rotate: webhooks carry a signature by each. `awaithumans serve` "
        "needs it.",
    )
    admin_api_token: str | None = Field(
        None,
        min_length=16,
        repr=False,
        description="The bearer token of agents and automation, at least 16 characters. "
        "`awaithumans serve` needs it.",
    )
    callback_allow_private: bool = Field(
        False,
        description="Whether webhooks may go to addresses that are not on the internet: private, "
        "loopback, link-local, metadata. `awaithumans dev` sets it.",
    )
    retention_days: int | None = Field(
        None,
        ge=1,
        le=36_500,
        description="After how many days a settled task is removed, with its history. By default "
        "never.",
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        [],
        description="The proxies in front of the server whose `X-Forwarded-For` is believed: "
        "addresses and networks, separated by commas, such as `127.0.0.1,10.0.0.0/8`. By default "
        "none is; then all who come through a proxy share the limits of signing in.",
    )

    metrics_public: bool = Field(
        False,
        description="Whether `/metrics` is answered without credentials, where nobody but "
        "Prometheus can reach it. By default it needs the admin token, or an API key with "
        "`metrics:read`.",
    )
    log_format: Literal["json", "text"] | None = Field(
        None,
        description="How lines are logged: `json` or `text`. By default `json` for "
        "`awaithumans serve`, `text` for `awaithumans dev`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        None,
        description="From which level on: `debug`, `info` (each request), `warning` or `error`. By "
        "default `info` for `awaithumans serve`, `warning` for `awaithumans dev`.",
    )
    drain_seconds: float = Field(
        0,
        ge=0,
        le=300,
        description="For how many seconds the server goes on serving after SIGTERM while "
        "`/api/ready` answers 503, so that a load balancer sends nothing more before it stops.",
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _are_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        named = [part.strip() for part in value.split(",") if part.strip()]
        try:
            return [str(ipaddress.ip_network(part)) for part in named]
        except ValueError:
            raise ValueError(
                "must be addresses and networks, such as 127.0.0.1,10.0.0.0/8"
            ) from None

    @field_validator("payload_key")
    @classmethod
    def _is_a_key(cls, value: str | None) -> str | None:
        for key in (value or "").split(",") if value else ():
            try:
                size = len(_decoded(key))
            except (binascii.Error, ValueError):
                size = 0
            if size != 32:
                raise ValueError("must be 32 bytes in URL-safe base64")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str | None) -> str | None:
        if value is None or value.startswith(_POSTGRES):
            return value
        if not value.startswith(_SQLITE):
            raise ValueError("must be postgresql://host/name or sqlite:///path/to/file.db")
        if not value.removeprefix(_SQLITE).strip("/"):
            raise ValueError("must name a file: sqlite:///path/to/file.db")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS.fullmatch(value):
            raise ValueError("must be an http or https address with a host, and no query")
        return value and value.rstrip("/")

    @property
    def payload_keys(self) -> list[bytes]:
        """The bytes of the payload keys, the present one first."""
        return [_decoded(key) for key in self.payload_key.split(",")] if self.payload_key else []

    @property
    def base_url(self) -> str:
        """Where the server is reached: the public URL, or this machine's port."""
        if self.public_url:
            return self.public_url
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::") else self.host  # noqa: S104 -- compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def folder(self) -> Path:
        """The data folder, `~` resolved."""
        return self.data_dir.expanduser()

    @property
    def postgres(self) -> str | None:
        """The address of the PostgreSQL database, when that is the database."""
        url = self.database_url
        return url if url is not None and url.startswith(_POSTGRES) else None

    @property
    def database(self) -> str:
        """The database, as people are told of it: without its password."""
        if self.postgres is None:
            return str(self.database_path)
        url = urlsplit(self.postgres)
        user = f"{url.username}@" if url.username else ""
        return f"postgresql://{user}{url.netloc.rpartition('@')[2]}{url.path}"

    @property
    def secrets(self) -> list[str]:
        """What must never be shown to anybody."""
        url = urlsplit(self.database_url or "")
        password = url.password or ""
        keys = (self.payload_key or "").split(",")
        found = [self.admin_api_token, password, unquote(password), *map(str.strip, keys)]
        found += [self.smtp_password, self.resend_api_key, self.slack_bot_token]
        found += [self.slack_signing_secret, self.slack_app_token, self.slack_client_secret]
        return [secret for secret in found if secret]

    @property
    def database_path(self) -> Path:
        """The SQLite file, when that is the database."""
        if self.database_url is None:
            return self.folder / "awaithumans.db"
        return Path(self.database_url.removeprefix(_SQLITE)).expanduser()


def _decoded(key: str) -> bytes:
    """Return the bytes of one payload key.

    Raises:
        ValueError: It is not URL-safe base64 (binascii.Error is one).
    """
    padded = key.strip().rstrip("=") + "="
    return base64.b64decode(padded, altchars=b"-_", validate=True)


class ConfigurationError(Exception):
    """The settings can't be used; the message names each and says what to do."""


def load(**given: object) -> Settings:
    """Read the settings; what is `given` and not None wins.

    Raises:
        ConfigurationError: A value is not usable.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # pyright: ignore[reportArgumentType] -- pydantic checks the values
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False)
        ]
        raise ConfigurationError("\n".join(lines)) from None


def variables() -> dict[str, str]:
    """Return the variables of the environment, and under them the lines of `.env`."""
    lines = DotEnvSettingsSource(Settings, case_sensitive=True).env_vars
    given = {name: value for name, value in lines.items() if value}
    return given | {name: value for name, value in os.environ.items() if value}


def unknown_names() -> list[str]:
    """Return the `AWAITHUMANS_*` names in the environment and in `.env` that nothing reads."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OF_THE_SDK
    given = {*os.environ, *map(str.upper, DotEnvSettingsSource(Settings).env_vars)}
    return sorted(name for name in given if name.startswith(PREFIX) and name not in known)

"""Settings of the channels: email and Slack."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class EmailSettings(BaseSettings):
    """The default sender; others are kept in the database, under names."""

    email_transport: Literal["smtp", "resend", "file", "log"] | None = Field(
        None,
        description="How mail is sent by default: `smtp`, `resend`, `file` (a JSON file each, for "
        "tests) or `log` (a line each). By default not at all, unless a named sender is set up.",
    )
    email_from: str | None = Field(
        None,
        description="The default sender: `Name <answers@example.com>`.",
    )
    smtp_host: str | None = Field(None, description="The mail server of the default sender.")
    smtp_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Its port; by default 465 for `tls`, 587 for `starttls`, 25 for `none`.",
    )
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "starttls",
        description="How the connection is encrypted: `tls` from its start, `starttls` (required, "
        "never without), or `none`.",
    )
    smtp_username: str | None = Field(None, description="Whom to sign in to the mail server as.")
    smtp_password: str | None = Field(
        None, repr=False, description="The password for the mail server."
    )
    resend_api_key: str | None = Field(
        None, repr=False, description="The API key of Resend, for the transport `resend`."
    )
    resend_url: str = Field(
        "https://api.resend.com", description="Where Resend is, or what stands before it."
    )
    email_folder: Path | None = Field(
        None,
        description="The folder of the transport `file`; by default `mails` in the data folder.",
    )
    email_reply_to: str | None = Field(
        None,
        description="The mailbox that takes answers in plain words, such as `answers@example.com`, "
        "where tasks have a verifier. Mail to `answers+…@example.com` has to be handed over to "
        "`/api/channels/email/inbound`. By default mails can't be replied to.",
    )
    reminders: bool = Field(
        False,
        description="Whether those who were asked by mail are reminded, after half and after 90 % "
        "of the timeout.",
    )


class SlackSettings(BaseSettings):
    """One workspace by its token, or several by OAuth; Socket Mode where nothing can reach us."""

    slack_bot_token: str | None = Field(
        None, repr=False, description="The bot token of one workspace: `xoxb-…`."
    )
    slack_signing_secret: str | None = Field(
        None,
        repr=False,
        description="The app's signing secret, by which what Slack sends is known to be Slack's. "
        "Needed unless there is an app token.",
    )
    slack_app_token: str | None = Field(
        None,
        repr=False,
        description="The app-level token, `xapp-…`, for Socket Mode: the server connects to Slack, "
        "and needs no public address.",
    )
    slack_client_id: str | None = Field(
        None, description="The app's client id, for installing it in several workspaces."
    )
    slack_client_secret: str | None = Field(
        None, repr=False, description="The app's client secret, for the same."
    )
    slack_url: str = Field(
        "https://slack.com", description="Where Slack is, or what stands before it."
    )

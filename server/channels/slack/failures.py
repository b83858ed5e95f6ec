"""Why Slack did not do what it was asked for, in its own word and in ours."""

from __future__ import annotations

from collections.abc import Mapping

_REINSTALL = "Install the app in the workspace again."
_INVITE = "Invite the app to the channel: /invite it there."
_NO_CHANNEL = "There is no such channel, or it is private and the app is not in it."
_NO_PERSON = "Nobody in the workspace is known by this."
_GONE = "The message is not there any more."
_REFUSED = "Slack does not take what was sent; this is a fault of the server."
_SLACK_IS_ILL = "Slack has trouble of its own; it will be tried again."
_LATER = "Slack asks for a pause; it will be tried again."

# What to do about each, by Slack's code.
_HINTS: Mapping[str, str] = {
    "not_authed": "No token is configured. Set the bot token, or install the app.",
    "invalid_auth": f"The token is not valid. {_REINSTALL}",
    "token_expired": f"The token has expired. {_REINSTALL}",
    "token_revoked": f"The token was revoked. {_REINSTALL}",
    "account_inactive": f"The app was removed from the workspace. {_REINSTALL}",
    "not_allowed_token_type": "The token is of the wrong kind: xoxb-… for messages, xapp-… for "
    "Socket Mode.",
    "missing_scope": f"The app lacks a permission. Add it to the app's scopes. {_REINSTALL}",
    "no_permission": f"The app lacks a permission. {_REINSTALL}",
    "org_login_required": "The workspace is being moved to an organization.",
    "ekm_access_denied": "The organization's administrators have suspended access.",
    "access_denied": "The workspace does not allow this app.",
    "not_in_channel": _INVITE,
    "channel_not_found": f"{_NO_CHANNEL} {_INVITE}",
    "is_archived": "The channel is archived.",
    "restricted_action": "The workspace does not let the app post there.",
    "users_not_found": _NO_PERSON,
    "user_not_found": _NO_PERSON,
    "user_disabled": "This person's account is deactivated.",
    "handle_ambiguous": "Several people have this name; use the member id (slack:@U…).",
    "cannot_dm_bot": "That is a bot; bots have nobody to answer.",
    "message_not_found": _GONE,
    "cant_update_message": _GONE,
    "expired_trigger_id": "It took too long to open the form. Press the button again.",
    "exchanged_trigger_id": "The form was opened already.",
    "trigger_expired": "It took too long to open the form. Press the button again.",
    "expired_url": "Slack takes no more answers to that press.",
    "used_url": "Slack takes no more answers to that press.",
    "not_a_slack_url": "The address to answer at is none of Slack's; nothing was sent.",
    "bad_client_secret": "The client secret is not the app's.",
    "invalid_client_id": "The client id is no app's.",
    "invalid_code": "The installation took too long, or was done already. Begin again.",
    "code_already_used": "The installation was done already. Begin again.",
    "bad_redirect_uri": "The app's settings at Slack do not allow this server's redirect URL.",
    "invalid_blocks": _REFUSED,
    "invalid_blocks_format": _REFUSED,
    "invalid_arguments": _REFUSED,
    "msg_too_long": _REFUSED,
    "msg_blocks_too_long": _REFUSED,
    "view_too_large": _REFUSED,
}
# What may be well a moment later.
_PASSING: Mapping[str, str] = {
    "ratelimited": _LATER,
    "rate_limited": _LATER,
    "internal_error": _SLACK_IS_ILL,
    "fatal_error": _SLACK_IS_ILL,
    "service_unavailable": _SLACK_IS_ILL,
    "request_timeout": _SLACK_IS_ILL,
    "team_added_to_org": "The workspace is being moved; it will be tried again.",
    "accesslimited": _SLACK_IS_ILL,
    "server_error": _SLACK_IS_ILL,
    "timeout": "Slack did not answer in time; it will be tried again.",
    "unreachable": "No connection to Slack; it will be tried again.",
    "outrun": "The task changed faster than its message; it will be tried again.",
    "malformed_answer": "Slack's answer could not be read; it will be tried again.",
}


class NoWorkspace(Exception):
    """It is not known which workspace is meant, or there is no token for it; says what to do."""


class SlackFailure(Exception):
    """Slack did not do what it was asked for.

    Attributes:
        code: Slack's own word, such as `not_in_channel`; or ours, where Slack did not say.
        error: That word, and what to do about it. Never holds a token or what was sent.
        permanent: Whether trying again without a change would fail again.
        retry_after: After how many seconds to try again, where Slack says.
    """

    def __init__(self, code: str, retry_after: float | None = None, more: str = "") -> None:
        said = _HINTS.get(code) or _PASSING.get(code) or "Slack refused."
        self.code = code
        self.error = f"{code}: {said}{more}"
        self.permanent = code not in _PASSING
        self.retry_after = retry_after
        super().__init__(self.error)

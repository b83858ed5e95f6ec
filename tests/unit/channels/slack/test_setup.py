from dataclasses import replace

import pytest

from awaithumans.server.channels.slack.setup import Setup

NOTHING = Setup(None, None, None, None, None, "https://slack.com", "https://humans.example.com")
B, S, A = {"bot_token": "xoxb-1"}, {"signing_secret": "s"}, {"app_token": "xapp-1"}
N, C = {"client_id": "1.2"}, {"client_secret": "c"}


@pytest.mark.parametrize("given", [{}, B | S, B | A, N | C | S, N | C | A, B | S | A | N | C])
def test_what_is_whole_lacks_nothing(given: dict[str, str]) -> None:
    assert replace(NOTHING, **given).missing == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (B, ["Neither AWAITHUMANS_SLACK_SIGNING_SECRET nor AWAITHUMANS_SLACK_APP_TOKEN is set"]),
        (A, ["AWAITHUMANS_SLACK_BOT_TOKEN is not set"]),
        (S, ["AWAITHUMANS_SLACK_BOT_TOKEN is not set"]),
        (B | A | N, ["AWAITHUMANS_SLACK_CLIENT_ID is set without AWAITHUMANS_SLACK_CLIENT_SECRET"]),
        (B | A | C, ["AWAITHUMANS_SLACK_CLIENT_SECRET is set without AWAITHUMANS_SLACK_CLIENT_ID"]),
        (
            N | C,
            ["Neither AWAITHUMANS_SLACK_SIGNING_SECRET nor AWAITHUMANS_SLACK_APP_TOKEN is set"],
        ),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(
    given: dict[str, str], missing: list[str]
) -> None:
    found = replace(NOTHING, **given).missing
    assert [one[: len(start)] for one, start in zip(found, missing, strict=True)] == missing
    assert all("et " in one.partition(": ")[2] for one in found)


def test_no_secret_is_shown() -> None:
    shown = repr(replace(NOTHING, **(B | S | A | C)))
    assert not [one for one in ("xoxb-1", "'s'", "xapp-1", "'c'") if one in shown]

from urllib.parse import parse_qs, urlsplit

from awaithumans.server.channels.slack.oauth import SCOPES, authorize_url


def test_a_person_is_sent_to_slack_with_what_the_app_needs() -> None:
    url = authorize_url("1.2", "https://x.example/callback?a=b&c", "a&b=c", team="T0ACME")

    assert urlsplit(url)[:3] == ("https", "slack.com", "/oauth/v2/authorize")
    assert parse_qs(urlsplit(url).query) == {
        "client_id": ["1.2"],
        "scope": [",".join(SCOPES)],
        "redirect_uri": ["https://x.example/callback?a=b&c"],
        "state": ["a&b=c"],
        "team": ["T0ACME"],
    }
    assert "team" not in parse_qs(urlsplit(authorize_url("1", "https://x", "s")).query)

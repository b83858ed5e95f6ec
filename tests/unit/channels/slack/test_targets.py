import pytest

from awaithumans.server.channels.slack.targets import MalformedTarget, Target, parse


@pytest.mark.parametrize(
    ("entry", "target"),
    [
        ("slack:#refunds", Target(None, "channel", "refunds")),
        ("slack:#pagos-é_2", Target(None, "channel", "pagos-é_2")),
        ("slack:#C0123ABCD", Target(None, "channel", "C0123ABCD")),
        ("slack:@sue", Target(None, "handle", "sue")),
        ("slack:@Sue.Miller", Target(None, "handle", "sue.miller")),
        ("slack:@U0123ABCD", Target(None, "user", "U0123ABCD")),
        ("slack:U0123ABCD", Target(None, "user", "U0123ABCD")),
        ("slack:@W0123ABCD", Target(None, "user", "W0123ABCD")),
        ("slack:sue@example.com", Target(None, "email", "sue@example.com")),
        ("slack+T0ACME:#refunds", Target("T0ACME", "channel", "refunds")),
        ("slack+Acme-Corp:#refunds", Target("Acme-Corp", "channel", "refunds")),
        ("slack+T0ACME:sue@example.com", Target("T0ACME", "email", "sue@example.com")),
    ],
)
def test_an_entry_is_taken_apart(entry: str, target: Target) -> None:
    assert parse(entry) == target


@pytest.mark.parametrize(
    "entry",
    [
        *("", "slack", "slack:", "slack:#", "slack:@", "slack:refunds", "slack:#Refunds"),
        *("slack:#a b", "slack:#" + "x" * 81, "slack+:#refunds", "slack+a b:#refunds"),
        *("slack+T0ACME", "slack:@sue miller", "slack:@-sue", "slack:sue@", "slack:@sue@x.com"),
        *(
            "slack:sue@example",
            "slack:su san@example.com",
            "slack:#refunds\n",
            "email:a@example.com",
        ),
        *("Slack:#refunds", "slack:<!channel>", "slack:#<!here>", "slack:a@b.com,c@d.com"),
    ],
)
def test_what_names_nobody_is_told_what_is_allowed(entry: str) -> None:
    with pytest.raises(MalformedTarget, match="slack:#channel, slack:@handle"):
        parse(entry)


def test_a_channel_is_a_broadcast_and_a_person_is_not() -> None:
    kinds = {parse(entry).kind: parse(entry).broadcast for entry in ("slack:#a", "slack:@a")}

    assert kinds == {"channel": True, "handle": False}


def test_a_channel_is_called_by_its_name_or_its_id() -> None:
    assert parse("slack:#refunds").channel == "#refunds"
    assert parse("slack:#C0123ABCD").channel == "C0123ABCD"

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awaithumans.server.auth.limits import WINDOW, Attempt, attempt, seconds_to_wait
from awaithumans.server.directory.credentials import Failures
from tests.support.made import NOW, TICK

SUE, BOB = "sue@example.com", "bob@example.com"
HOST = "192.0.2.1"


def place(host: str | None) -> str:
    bucket = attempt(SUE, host, None).place
    assert bucket is not None
    return bucket


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"),
        ("2001:DB8:0:0:1::", "2001:db8:0:0:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        (None, ""),
    ],
)
def test_one_subscriber_is_one_place(one: str | None, other: str | None) -> None:
    assert place(one) == place(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("::1", "127.0.0.1"),
        ("garbage", "other garbage"),
        ("192.0.2.1", None),
    ],
)
def test_different_subscribers_are_different_places(one: str | None, other: str | None) -> None:
    assert place(one) != place(other)


@pytest.mark.parametrize(
    "host",
    [
        *("", "testclient", "unix:", "a\x00b", "1" * 5000, "[::1]", " 192.0.2.1", "192.0.2.1:80"),
        *("192.0.2.01", "999.1.1.1", "2001:db8::/64"),
        *("::1%eth0", "::ffff:1.2.3.4%1", "fe80::1%" + "x" * 100),
    ],
)
def test_any_host_has_a_place(host: str) -> None:
    assert len(place(host)) == 64


@given(st.text())
def test_whatever_a_host_is_called_it_has_a_place(host: str) -> None:
    assert len(place(host)) == 64


def test_an_attempt_counts_for_its_address_at_its_place_and_for_the_place() -> None:
    tried = attempt(SUE, HOST, None)
    assert list(tried.buckets.values()) == [10, 100]
    assert tried.place == attempt(BOB, HOST, None).place
    assert tried.own != attempt(BOB, HOST, None).own
    assert tried.own != attempt(SUE, "192.0.2.2", None).own


def test_a_known_browser_counts_for_itself_alone_wherever_it_is() -> None:
    tried = attempt(SUE, HOST, "secret")
    assert list(tried.buckets.values()) == [10]
    assert tried == attempt(SUE, "192.0.2.2", "secret")
    assert tried.own != attempt(SUE, HOST, "other secret").own


def test_neither_addresses_nor_places_nor_browsers_are_kept() -> None:
    for tried in (attempt(SUE, HOST, None), attempt(SUE, HOST, "secret")):
        for bucket in tried.buckets:
            assert len(bucket) == 64
            assert not {SUE, HOST, "secret"} & {bucket}


def test_no_address_can_be_made_to_count_for_another() -> None:
    # An address that ends where a place begins would otherwise be the same text.
    assert attempt("a", "b\0c", None).own != attempt("a\0b", "c", None).place
    assert attempt("place", HOST, None).own != attempt(SUE, HOST, None).place


TRIED = Attempt("own", "place")


@pytest.mark.parametrize(
    ("own", "whole", "waits"),
    [(0, 0, False), (9, 99, False), (10, 0, True), (0, 100, True), (10, 100, True), (11, 0, True)],
)
def test_the_tenth_failure_of_an_address_and_the_hundredth_of_a_place_are_the_last(
    own: int, whole: int, waits: bool
) -> None:
    failures = {
        bucket: Failures(count, NOW) for bucket, count in (("own", own), ("place", whole)) if count
    }
    assert (seconds_to_wait(TRIED, failures, NOW) > 0) is waits


@pytest.mark.parametrize(
    ("since", "seconds"),
    [
        (timedelta(0), 900),
        (TICK, 900),
        (timedelta(seconds=1), 899),
        (WINDOW - timedelta(seconds=1) - TICK, 2),
        (WINDOW - timedelta(seconds=1), 1),
        (WINDOW - TICK, 1),
        (WINDOW, 0),
    ],
)
def test_the_wait_ends_when_the_oldest_failure_is_forgotten_in_whole_seconds(
    since: timedelta, seconds: int
) -> None:
    failures = {"own": Failures(10, NOW)}
    assert seconds_to_wait(TRIED, failures, NOW + since) == seconds


def test_of_two_full_buckets_the_longer_wait_counts() -> None:
    failures = {
        "own": Failures(10, NOW - timedelta(minutes=10)),
        "place": Failures(100, NOW - timedelta(minutes=5)),
    }
    assert seconds_to_wait(TRIED, failures, NOW) == 600


def test_other_buckets_do_not_count() -> None:
    assert seconds_to_wait(TRIED, {"another": Failures(1000, NOW)}, NOW) == 0


def test_a_clock_that_went_back_makes_nobody_wait_for_longer_than_the_window() -> None:
    failures = {"own": Failures(10, NOW)}
    assert seconds_to_wait(TRIED, failures, NOW - timedelta(hours=1)) == 900
    assert seconds_to_wait(TRIED, failures, NOW + timedelta(hours=1)) == 0

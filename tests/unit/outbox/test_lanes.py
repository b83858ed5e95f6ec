from datetime import timedelta

from awaithumans.server.outbox.lanes import MOST, PER_HOST, PER_RECEIVER, REMEMBERED, Lanes
from awaithumans.server.tasks.deliveries import Waiting
from tests.support.made import NOW

HOST = "https://example.com"


def waiting(count: int, receiver: str = "/a", host: str = HOST) -> list[Waiting]:
    return [
        Waiting(f"{host}{receiver}{number}", "webhook", host, host + receiver)
        for number in range(count)
    ]


def enter(lanes: Lanes, count: int = 1, receiver: str = "/a", host: str = HOST) -> None:
    for _ in range(count):
        lanes.enter(host, host + receiver)


def test_a_receiver_begins_with_one_at_a_time() -> None:
    lanes = Lanes()
    assert len(lanes.chosen(waiting(5))) == 1
    enter(lanes)
    assert lanes.chosen(waiting(5)) == []
    assert lanes.full_receivers() == [HOST + "/a"]
    assert lanes.full_hosts() == []


def test_each_that_arrives_makes_room_for_one_more_up_to_a_limit() -> None:
    lanes = Lanes()
    enter(lanes)
    for pace in range(1, PER_RECEIVER + 5):
        enter(lanes)
        lanes.leave(HOST, HOST + "/a", arrived=True)
        expected = min(pace + 1, PER_RECEIVER)
        assert len(lanes.chosen(waiting(100))) == expected - 1


def test_one_that_fails_takes_the_room_away() -> None:
    lanes = Lanes()
    enter(lanes, 2)
    lanes.leave(HOST, HOST + "/a", arrived=True)
    assert len(lanes.chosen(waiting(5))) == 1
    enter(lanes)
    lanes.leave(HOST, HOST + "/a", arrived=False)
    assert lanes.chosen(waiting(5)) == []


def test_a_receiver_gets_faster_one_by_one_too() -> None:
    lanes = Lanes()
    for pace in range(1, 6):
        assert len(lanes.chosen(waiting(100))) == pace
        enter(lanes)
        lanes.leave(HOST, HOST + "/a", arrived=True)


def test_the_receiver_that_has_got_nothing_for_longest_is_forgotten() -> None:
    lanes = Lanes()
    for number in range(REMEMBERED + 1):
        enter(lanes, receiver=f"/{number}")
        lanes.leave(HOST, f"{HOST}/{number}", arrived=True)
        enter(lanes, receiver="/1")
        lanes.leave(HOST, f"{HOST}/1", arrived=True)
    assert len(lanes.chosen(waiting(5, "/0"))) == 1
    assert len(lanes.chosen(waiting(5, "/2"))) == 2
    assert len(lanes.chosen(waiting(100, "/1"))) == PER_RECEIVER
    assert sum(len(kept) for kept in vars(lanes).values()) == REMEMBERED


def test_a_receiver_that_fails_is_not_kept_in_mind() -> None:
    lanes = Lanes()
    enter(lanes)
    lanes.leave(HOST, HOST + "/a", arrived=False)
    assert not any(vars(lanes).values())


def test_a_receiver_that_asks_for_a_pause_gets_nothing_until_its_end() -> None:
    lanes = Lanes()
    lanes.rest(HOST + "/a", NOW + timedelta(seconds=30))
    lanes.rest(HOST + "/a", NOW + timedelta(seconds=10))
    lanes.rest(HOST + "/b", NOW + timedelta(seconds=60))
    assert lanes.chosen([*waiting(2), *waiting(1, "/c")]) == [HOST + "/c0"]
    assert not lanes.has_room(HOST, HOST + "/a")
    assert sorted(lanes.full_receivers()) == [HOST + "/a", HOST + "/b"]

    assert lanes.rested(NOW + timedelta(seconds=29)) == NOW + timedelta(seconds=30)
    assert lanes.rested(NOW + timedelta(seconds=30)) == NOW + timedelta(seconds=60)
    assert lanes.chosen(waiting(2)) == [HOST + "/a0"]
    assert lanes.rested(NOW + timedelta(seconds=60)) is None
    assert not any(vars(lanes).values())


def test_a_receiver_that_is_full_leaves_room_for_others() -> None:
    lanes = Lanes()
    enter(lanes)
    assert len(lanes.chosen([*waiting(5), *waiting(1, "/b"), *waiting(1, "/a", "http://b")])) == 2


def test_a_host_has_a_limit_however_many_receivers_it_has() -> None:
    lanes = Lanes()
    many = [one for n in range(100) for one in waiting(1, f"/{n}")]
    assert len(lanes.chosen(many)) == PER_HOST
    for number in range(PER_HOST):
        enter(lanes, receiver=f"/{number}")
    assert lanes.full_hosts() == [HOST]
    assert lanes.chosen(many) == []
    assert len(lanes.chosen(waiting(1, host="https://other.example"))) == 1


def test_there_is_a_limit_in_all() -> None:
    lanes = Lanes()
    many = [one for n in range(MOST + 10) for one in waiting(1, host=f"https://{n}.example")]
    assert len(lanes.chosen(many)) == MOST
    enter(lanes, 3)
    assert (lanes.sending, lanes.room) == (3, MOST - 3)
    assert len(lanes.chosen(many)) == MOST - 3

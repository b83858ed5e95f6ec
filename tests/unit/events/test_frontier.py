from awaithumans.server.events.frontier import Frontier
from awaithumans.server.events.model import Happening, Listener, position
from awaithumans.server.tasks.model import Person

_LONG = 31.0


def _line(seq: int, *taken_from: str) -> Happening:
    return Happening(seq, f"aud_{seq}", "tsk_1", "created", 1, "created", taken_from)


def _lines(*numbers: int) -> list[Happening]:
    return [_line(seq) for seq in numbers]


def test_lines_in_order_move_the_mark():
    frontier = Frontier(_lines(4, 5), 0)
    assert frontier.mark == "5-aud_5"
    assert frontier.take(_line(6), 0)
    assert (frontier.mark, frontier.high, frontier.holes()) == ("6-aud_6", 6, [])


def test_an_empty_history_begins_at_nothing():
    frontier = Frontier((), 0)
    assert (frontier.mark, frontier.high) == ("0-", 0)
    assert frontier.take(_line(1), 0)
    assert frontier.mark == "1-aud_1"


def test_a_line_is_told_once():
    frontier = Frontier(_lines(1), 0)
    assert frontier.take(_line(3), 0)
    assert not frontier.take(_line(3), 0)
    assert not frontier.take(_line(1), 0)


def test_the_mark_waits_for_a_hole_to_be_filled():
    frontier = Frontier(_lines(1), 0)
    assert frontier.take(_line(3), 0)
    assert frontier.take(_line(4), 1)
    assert (frontier.mark, frontier.high, frontier.holes()) == ("1-aud_1", 4, [2])
    assert frontier.take(_line(2), 2)
    assert (frontier.mark, frontier.holes()) == ("4-aud_4", [])


def test_a_hole_that_is_older_than_any_transaction_stays_one():
    frontier = Frontier(_lines(1), 0)
    frontier.take(_line(3), 0)
    frontier.take(_line(4), _LONG)
    assert (frontier.mark, frontier.holes()) == ("4-aud_4", [])


def test_holes_among_the_newest_lines_may_still_be_filled():
    frontier = Frontier(_lines(7, 9), 0)
    assert (frontier.mark, frontier.holes()) == ("7-aud_7", [8])
    assert frontier.take(_line(8), 0)
    assert frontier.mark == "9-aud_9"


def test_many_lines_above_a_hole_end_the_waiting():
    frontier = Frontier(_lines(1), 0)
    for seq in range(3, 1010):
        frontier.take(_line(seq), 0)
    assert (frontier.mark, frontier.holes()) == ("1009-aud_1009", [])


def test_a_gap_of_millions_costs_little():
    frontier = Frontier(_lines(1), 0)
    frontier.take(_line(10_000_000), 0)
    assert len(frontier.holes()) == 200
    assert frontier.holes()[-1] == 9_999_999


def test_the_id_of_an_event_is_its_place():
    assert position(_line(12).mark) == (12, "aud_12")
    assert position("0-") == (0, "")
    for foreign in ("", "12", "-1", "x-1", "-", "٣-a", "9" * 30 + "-a"):
        assert position(foreign) is None


def test_whoever_could_see_a_task_is_told_that_it_was_taken_away():
    sue = Listener(Person("sue@example.com", "usr_sue"))
    assert sue.lost(_line(1, "usr_sue"))
    assert sue.lost(_line(1, "sue@example.com"))
    assert sue.lost(_line(1, "anybody"))
    assert not sue.lost(_line(1, "usr_bob", "bob@example.com"))
    assert not sue.lost(_line(1))
    assert not Listener(None).lost(_line(1, "anybody"))

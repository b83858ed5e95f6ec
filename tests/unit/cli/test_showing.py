from datetime import datetime, timedelta, timezone

from awaithumans.server.cli.showing import line, moment, table


def test_columns_are_as_wide_as_their_widest_cell_on_a_terminal() -> None:
    rows = [("東京", "1"), ("Zoe\u0308", None), ("", "3")]
    assert table(("NAME", "N"), rows) == ["NAME  N", "東京  1", "Zoe\u0308   -", "-     3"]


def test_a_cell_stays_on_its_line_and_steers_nothing() -> None:
    assert table(("A", "B"), [("x\n\x1b[2Jy\t\u202ez", "b")]) == ["A         B", "x [2Jy z  b"]


def test_what_has_only_controls_in_it_is_shown_as_nothing() -> None:
    assert table(("A",), [("\x07\n",)]) == ["A", "-"]


def test_a_text_on_one_line_keeps_its_words() -> None:
    assert line(" two\r\n\twords \x00") == "two words"


def test_a_time_is_shown_to_the_minute_in_utc() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    assert moment(datetime(2026, 1, 31, 20, 0, 59, tzinfo=there)) == "2026-01-31 14:30Z"

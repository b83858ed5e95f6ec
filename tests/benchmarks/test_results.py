"""What the pages say was measured is what was recorded, and the picture can be read."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks.plan import Row
from benchmarks.plot import FULL, short
from benchmarks.results import BEGIN, END, PAGE, PICTURE, README, RESULTS, Results

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def results() -> Results:
    return Results.read()


def test_the_readme_shows_what_is_recorded(results: Results) -> None:
    text = README.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert results.shown_in(text) == text


def test_the_page_and_the_picture_show_what_is_recorded(results: Results) -> None:
    assert (RESULTS / PAGE).read_text() == results.page()
    assert (RESULTS / PICTURE).read_text() == results.picture()


def texts(picture: str) -> list[str]:
    return ["".join(each.itertext()) for each in ET.fromstring(picture).iter(f"{SVG}text")]


def test_the_picture_names_every_promise_and_tells_every_figure(results: Results) -> None:
    told = texts(results.picture())
    for row in results.rows:
        assert (row.what in told) == (row.holds is not None)
        assert row.holds is None or short(row.measured) in told
        assert row.database in (*told, "")


def drawn(*rows: Row) -> list[ET.Element]:
    machine = {"cores": "2", "processor": "any"}
    picture = Results("2026-01-01", machine, {}, list(rows)).picture()
    return [bar for bar in ET.fromstring(picture).iter(f"{SVG}rect") if len(bar)]


def test_a_bar_is_as_long_as_what_is_used_and_one_that_misses_passes_the_line() -> None:
    half = Row("this", "5 ms", "", "<= 10 ms", 0.5, database="SQLite")
    missed = Row("that <&>", "9 s", "", "<= 1 s", 9.0, database="PostgreSQL")
    lengths = [float(bar.attrib["width"]) for bar in drawn(half, missed)]
    assert lengths[0] == FULL / 2
    assert FULL < lengths[1] < 1.2 * FULL


def test_a_row_without_a_promise_is_not_drawn() -> None:
    assert drawn(Row("shown", "3 ms", database="SQLite")) == []


@pytest.mark.parametrize(
    ("measured", "figure"),
    [
        ("2,536/s; p50 11.24 ms, p99 53.30 ms (n=38,086) = 23.2% of the floor", "2,536/s"),
        ("p50 1.27 ms, p99 3.05 ms (n=1,000) = 0.88 x", "0.88 x"),
        ("p50 1.44 ms, p99 2.73 ms (n=1,000)", "p50 1.44 ms, p99 2.73 ms"),
        ("1.33 s", "1.33 s"),
    ],
)
def test_of_what_was_measured_the_figure_that_is_judged_is_shown(
    measured: str, figure: str
) -> None:
    assert short(measured) == figure

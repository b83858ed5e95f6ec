import pytest

from awaithumans.server.tasks.statistics import quantile


@pytest.mark.parametrize(
    ("values", "median", "p95"),
    [
        ([], None, None),
        ([7.0], 7.0, 7.0),
        ([1.0, 2.0], 1.0, 2.0),
        ([float(n) for n in range(1, 101)], 50.0, 95.0),
        ([float(n) for n in range(1, 21)], 10.0, 19.0),
    ],
)
def test_a_quantile_is_the_smallest_value_that_so_many_do_not_exceed(
    values: list[float], median: float | None, p95: float | None
) -> None:
    assert quantile(values, 0.5) == median
    assert quantile(values, 0.95) == p95

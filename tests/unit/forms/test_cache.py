"""The same schema is compiled once; the cache never grows beyond its bounds."""

import threading
from typing import Any

import pytest

from awaithumans.server.forms.cache import SchemaCache
from awaithumans.server.forms.validation import Schema, SchemaError, compiled

CACHE = "awaithumans.server.forms.cache"


def titled(title: str) -> dict[str, Any]:
    return {"title": title}


def test_an_equal_document_is_compiled_once() -> None:
    cache = SchemaCache()
    first = cache.get({"type": "object", "title": "A"}, assert_formats=True)

    assert cache.get({"title": "A", "type": "object"}, assert_formats=True) is first
    assert cache.get({"title": "B", "type": "object"}, assert_formats=True) is not first


def test_formats_asserted_and_not_are_two_schemas() -> None:
    cache = SchemaCache()
    date = {"format": "date"}

    assert cache.get(date, assert_formats=True).problems("x")
    assert not cache.get(date, assert_formats=False).problems("x")


def test_the_least_recently_used_is_dropped_when_there_are_too_many() -> None:
    cache = SchemaCache(most=2)
    one, two = (cache.get(titled(name), assert_formats=True) for name in "ab")
    assert cache.get(titled("a"), assert_formats=True) is one

    cache.get(titled("c"), assert_formats=True)

    assert cache.get(titled("a"), assert_formats=True) is one
    assert cache.get(titled("b"), assert_formats=True) is not two


def test_the_least_recently_used_is_dropped_when_they_are_too_large_together() -> None:
    cache = SchemaCache(most_bytes=100)
    first = cache.get(titled("a" * 40), assert_formats=True)
    second = cache.get(titled("b" * 20), assert_formats=True)
    assert cache.get(titled("a" * 40), assert_formats=True) is first

    cache.get(titled("c" * 20), assert_formats=True)

    assert cache.get(titled("a" * 40), assert_formats=True) is first
    assert cache.get(titled("b" * 20), assert_formats=True) is not second


def test_a_schema_larger_than_the_cache_is_not_kept() -> None:
    cache = SchemaCache(most_bytes=10)

    first = cache.get(titled("a" * 40), assert_formats=True)

    assert not first.problems(1)
    assert cache.get(titled("a" * 40), assert_formats=True) is not first


def test_a_refused_document_is_refused_again() -> None:
    cache = SchemaCache()

    for _ in range(2):
        with pytest.raises(SchemaError):
            cache.get({"type": 5}, assert_formats=True)


def test_many_threads_may_ask_at_once() -> None:
    cache = SchemaCache(most=3)

    def ask() -> None:
        for n in range(60):
            assert not cache.get(titled(str(n % 5)), assert_formats=True).problems(1)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert cache.get(titled("0"), assert_formats=True).problems(1) == []


def test_a_schema_that_two_threads_compile_at_once_is_kept_and_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache = SchemaCache(most_bytes=30)
    faster: list[Schema] = []

    def compile_slowly(document: Any, canonical: bytes, *, assert_formats: bool) -> Schema:
        monkeypatch.setattr(CACHE + ".compiled", compiled)
        faster.append(cache.get(document, assert_formats=assert_formats))
        return compiled(document, canonical, assert_formats=assert_formats)

    monkeypatch.setattr(CACHE + ".compiled", compile_slowly)
    cache.get(titled("a"), assert_formats=True)
    cache.get(titled("b"), assert_formats=True)

    assert [cache.get(titled("a"), assert_formats=True)] == faster

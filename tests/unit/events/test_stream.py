import asyncio
from collections.abc import AsyncGenerator

from awaithumans.server.events.model import Listener
from awaithumans.server.events.stream import Stream, heartbeat, opening, resync


async def _next(chunks: AsyncGenerator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(chunks), 5)


async def test_what_happened_meanwhile_is_sent_together():
    stream = Stream(Listener())
    chunks = stream.chunks(b"first")
    assert await _next(chunks) == b"first"
    stream.put(b"one,", "1-a")
    stream.put(b"two", "2-b")
    assert await _next(chunks) == b"one,two"


async def test_a_reader_who_is_too_slow_is_told_to_read_everything_again():
    stream = Stream(Listener())
    chunks = stream.chunks(b"")
    await _next(chunks)
    for number in range(1, 300):
        stream.put(b"event %d;" % number, f"{number}-a")
    told = await _next(chunks)
    assert told.startswith(resync("257-a"))
    assert told.endswith(b"event 299;")
    assert told.count(b";") == 42


async def test_a_sign_of_life_is_given_only_while_nothing_is_told():
    stream = Stream(Listener())
    chunks = stream.chunks(b"")
    await _next(chunks)
    stream.beat("1-a")
    assert await _next(chunks) == heartbeat("1-a") == b": alive\nid: 1-a\n\n"
    stream.put(b"event", "2-b")
    stream.beat("2-b")
    assert await _next(chunks) == b"event"


async def test_a_stream_that_ended_tells_nothing_more():
    stream = Stream(Listener())
    chunks = stream.chunks(b"first")
    await _next(chunks)
    stream.put(b"event", "1-a")
    stream.end()
    assert [chunk async for chunk in chunks] == []


def test_the_first_words_say_when_and_where_to_come_back():
    assert opening("7-a", 2.0) == b"retry: 2000\nid: 7-a\n\n"

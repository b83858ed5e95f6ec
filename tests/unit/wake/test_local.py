import asyncio
import time

import pytest

from awaithumans.server.wake.local import LocalParked, LocalWaker


@pytest.fixture
def waker() -> LocalWaker:
    return LocalWaker()


async def goes_on_at_once(parked: LocalParked) -> bool:
    began = time.monotonic()
    await parked.wait(5)
    return time.monotonic() - began < 1


async def test_a_wake_between_subscribing_and_waiting_is_not_missed(waker: LocalWaker) -> None:
    with waker.subscribe("tsk_1") as parked:
        waker.wake("tsk_1")
        assert await goes_on_at_once(parked)


async def test_a_wake_before_anybody_subscribed_is_not_kept(waker: LocalWaker) -> None:
    waker.wake("tsk_1")
    with waker.subscribe("tsk_1") as parked:
        waiting = asyncio.create_task(parked.wait(5))
        await asyncio.sleep(0)
        assert not waiting.done()
        waker.wake("tsk_1")
        await waiting


async def test_everybody_who_waits_for_a_task_is_woken_and_nobody_else(waker: LocalWaker) -> None:
    with waker.subscribe("a") as one, waker.subscribe("a") as two, waker.subscribe("b") as other:
        waiting = asyncio.create_task(other.wait(5))
        waker.wake("a")
        assert await goes_on_at_once(one)
        assert await goes_on_at_once(two)
        assert not waiting.done()
        waker.wake("b")
        await waiting


async def test_nobody_waits_longer_than_asked(waker: LocalWaker) -> None:
    with waker.subscribe("a") as parked:
        await asyncio.wait_for(parked.wait(0.01), 1)


async def test_being_woken_twice_is_being_woken(waker: LocalWaker) -> None:
    with waker.subscribe("a") as parked:
        waker.wake("a")
        waker.wake("a")
        waker.close()
        assert await goes_on_at_once(parked)


async def test_closing_wakes_everybody_and_says_so(waker: LocalWaker) -> None:
    assert not waker.closed
    with waker.subscribe("a") as one, waker.subscribe("b") as two:
        waker.close()
        assert waker.closed
        assert await goes_on_at_once(one)
        assert await goes_on_at_once(two)
    assert waker.parked == 0


async def test_who_leaves_is_forgotten_however_they_leave(waker: LocalWaker) -> None:
    async def waits(task_id: str) -> None:
        with waker.subscribe(task_id) as parked:
            await parked.wait(30)

    waiting = [asyncio.create_task(waits(f"tsk_{n % 10}")) for n in range(100)]
    await asyncio.sleep(0)
    assert waker.parked == 100
    for each in waiting[:50]:
        each.cancel()
    for n in range(10):
        waker.wake(f"tsk_{n}")
    await asyncio.gather(*waiting, return_exceptions=True)
    with pytest.raises(ZeroDivisionError), waker.subscribe("a"):
        raise ZeroDivisionError
    assert waker.parked == 0
    assert not vars(waker)["_parked"]


async def test_who_subscribes_while_the_woken_leave_is_not_forgotten_with_them(
    waker: LocalWaker,
) -> None:
    with waker.subscribe("a") as early:
        waker.wake("a")
        await early.wait(1)
        late = waker.subscribe("a")
        parked = late.__enter__()
    assert waker.parked == 1
    waker.wake("a")
    assert await goes_on_at_once(parked)
    late.__exit__(None, None, None)
    assert not vars(waker)["_parked"]


async def test_a_wait_that_ended_leaves_no_timer_behind(waker: LocalWaker) -> None:
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []
    call_later = loop.call_later

    def noted(*args: object, **named: object) -> asyncio.TimerHandle:
        timers.append(call_later(*args, **named))  # pyright: ignore[reportArgumentType] -- passed on
        return timers[-1]

    loop.call_later = noted  # pyright: ignore[reportAttributeAccessIssue] -- to see the timer
    with waker.subscribe("a") as parked:
        waker.wake("a")
        await parked.wait(30)
    (timer,) = timers
    assert timer.cancelled()

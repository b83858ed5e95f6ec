"""The refusals of callback URLs and of deliveries, with what provokes each."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx

from tests.support.bodies import refund
from tests.support.inprocess import InProcess

Provoke = Callable[[InProcess], Awaitable[httpx.Response]]

_DELIVERIES = "/api/admin/webhook-deliveries"
_NONE = f"{_DELIVERIES}/dlv_0000000000000000000000000A"
_CANARY = "canary-4711"


def _ask(method: str, path: str) -> Provoke:
    return lambda served: served.client.request(method, path)


def _callback(url: str) -> Provoke:
    return lambda served: served.client.post("/api/tasks", json=refund(callback_url=url))


async def _redelivered_while_it_is_sent(served: InProcess) -> httpx.Response:
    await served.server.jobs.relay.stop()
    # Nobody is there: the name is reserved for that (RFC 6761, 6.4).
    body = refund(callback_url="https://receiver.invalid/done")
    made = await served.client.post("/api/tasks", json=body)
    await served.client.post(f"/api/tasks/{made.json()['id']}/cancel")
    (delivery,) = (await served.client.get(_DELIVERIES)).json()["items"]
    now = served.clock.now()
    until = now + timedelta(seconds=10)
    await served.store.write(lambda tx: tx.lease_deliveries([delivery["id"]], now, until))
    return await served.client.post(f"{_DELIVERIES}/{delivery['id']}/redeliver")


_URLS = {
    "without a scheme": f"{_CANARY}.example/done",
    "of another scheme": f"ftp://{_CANARY}.example/done",
    "of a file": f"file:///{_CANARY}",
    "without a host": f"https:///{_CANARY}",
    "with credentials": f"https://user:{_CANARY}@example.com/",
    "with a name only": f"https://{_CANARY}@example.com/",
    "with a fragment": f"https://example.com/#{_CANARY}",
    "with an empty fragment": "https://example.com/#",
    "with a port out of bounds": "https://example.com:65536/",
    "with the port 0": "https://example.com:0/",
    "with a port that is none": f"https://example.com:{_CANARY}/",
    "with an empty port": "https://example.com:/",
    "with a space": f"https://example.com/{_CANARY} x",
    "with a line break": "https://example.com/\r\nX-Forwarded-For: 1.2.3.4",
    "with a backslash": "https://example.com\\@127.0.0.1/",
    "with a letter beyond ASCII": "https://exämple.com/",
    "with a broken bracket": "https://[::1/",
    "with brackets around a name": f"https://[{_CANARY}]/",
    "with an empty label": "https://example..com/",
    "with a label too long": f"https://{'x' * 64}.com/",
    "with an interface": "https://[fe80::1%25eth0]/",
    "at loopback": "http://127.0.0.1:8080/done",
    "at loopback, in decimal": "http://2130706433/",
    "at loopback, in octal": "http://0177.0.0.1/",
    "at loopback, in hexadecimal": "http://0x7f.1/",
    "at loopback, in IPv6": "http://[::1]/",
    "at loopback, mapped": "http://[::ffff:127.0.0.1]/",
    "at a private address": "http://10.1.2.3/",
    "at the metadata of a cloud": "http://169.254.169.254/latest/meta-data/",
}

OF_DELIVERIES: dict[str, tuple[Provoke, int, str]] = {
    **{
        f"a callback {how}": (_callback(url), 422, "CALLBACK_URL_INVALID")
        for how, url in _URLS.items()
    },
    "a callback with NUL": (_callback("https://example.com/\x00"), 422, "VALIDATION_ERROR"),
    "a callback that is too long": (
        _callback("https://example.com/" + "x" * 2000),
        422,
        "VALIDATION_ERROR",
    ),
    "an empty callback": (_callback(""), 422, "VALIDATION_ERROR"),
    "no such delivery": (_ask("GET", _NONE), 404, "DELIVERY_NOT_FOUND"),
    "no such delivery to send": (_ask("POST", f"{_NONE}/redeliver"), 404, "DELIVERY_NOT_FOUND"),
    "a delivery's id that is none": (_ask("GET", f"{_DELIVERIES}/42"), 404, "DELIVERY_NOT_FOUND"),
    "a delivery that is being sent": (
        _redelivered_while_it_is_sent,
        409,
        "DELIVERY_IN_PROGRESS",
    ),
    "a delivery's state that is none": (
        _ask("GET", f"{_DELIVERIES}?status={_CANARY}"),
        422,
        "VALIDATION_ERROR",
    ),
    "another kind of cursor": (
        _ask("GET", f"{_DELIVERIES}?cursor=tsk_{'0' * 26}"),
        422,
        "VALIDATION_ERROR",
    ),
}

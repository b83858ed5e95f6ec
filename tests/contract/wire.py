"""Bytes on a connection, for what no HTTP client would send."""

import asyncio
import time
from dataclasses import dataclass

from tests.support.process import TOKEN, ServerProcess

AUTHORIZATION = f"Authorization: Bearer {TOKEN}\r\n".encode()


@dataclass
class Heard:
    """What came back before the server closed the connection."""

    data: bytes
    seconds: float
    closed: bool

    @property
    def status(self) -> int:
        """The status of the first response; 0 when there is none."""
        words = self.data.split(b" ", 2)
        return int(words[1]) if self.data.startswith(b"HTTP/1.1 ") else 0

    @property
    def statuses(self) -> list[int]:
        """The statuses of every response, in order."""
        return [int(part[:3]) for part in self.data.split(b"HTTP/1.1 ")[1:]]


def head(method: str, path: str, *lines: str) -> bytes:
    """Return a request's head, with the admin token."""
    first = f"{method} {path} HTTP/1.1\r\nHost: x\r\n".encode()
    return first + AUTHORIZATION + b"".join(f"{line}\r\n".encode() for line in lines) + b"\r\n"


async def say(server: ServerProcess, *parts: bytes, within: float, pause: float = 0.2) -> Heard:
    """Send the parts, with a pause between them, and listen until the server closes.

    Args:
        server: Whom to talk to.
        parts: What to send, one after the other.
        within: After how many seconds to give up listening.
        pause: How many seconds to wait between two parts.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    started = time.monotonic()
    try:
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(pause)
            writer.write(part)
        return await _listen(reader, started, within)
    except OSError:
        return Heard(b"", time.monotonic() - started, closed=True)
    finally:
        writer.close()


async def _listen(reader: asyncio.StreamReader, started: float, within: float) -> Heard:
    data, closed = bytearray(), True

    async def read() -> None:
        while chunk := await reader.read(1 << 16):
            data.extend(chunk)

    try:
        await asyncio.wait_for(read(), within)
    except asyncio.TimeoutError:
        closed = False
    except OSError:
        pass
    return Heard(bytes(data), time.monotonic() - started, closed)

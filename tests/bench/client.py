"""A lean HTTP/1.1 client: kept connections, one request at a time on each, written once and sent as bytes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import orjson

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(kw_only=True, slots=True)
class Measure:
    """What a block of requests took. Latencies in seconds; `bodies` only when asked for."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    sample: bytes = b""
    bodies: list[bytes] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def request(method: str, path: str, *, headers: dict[str, str] | None = None, body: object = None) -> bytes:
    """Return a request as it goes over the wire; a body that is no bytes becomes JSON."""
    content = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode() + _END + content


def drive(
    port: int, requests: Iterator[bytes], *, clients: int, seconds: float = 3600.0, keep_bodies: bool = False
) -> Measure:
    """Send requests from `clients` connections in a closed loop until the time or the requests are over."""
    measure = Measure()
    began, cpu = time.perf_counter(), time.process_time()
    # In a thread of its own: where a browser is driven in this one, a loop runs already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(
            asyncio.run, _drive(port, requests, clients, began + seconds, measure, keep_bodies)
        ).result()
    measure.seconds, measure.cpu_s = time.perf_counter() - began, time.process_time() - cpu
    return measure


async def _drive(
    port: int, requests: Iterator[bytes], clients: int, until: float, measure: Measure, keep_bodies: bool
) -> None:
    loop = asyncio.get_running_loop()
    lines = [_Line(requests, until, measure, keep_bodies, loop) for _ in range(clients)]
    for line in lines:
        await loop.create_connection(partial(_same, line), "127.0.0.1", port)
    await asyncio.gather(*(line.done for line in lines))


class _Line(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last is whole."""

    def __init__(
        self, requests: Iterator[bytes], until: float, measure: Measure, keep_bodies: bool,
        loop: asyncio.AbstractEventLoop,
    ) -> None:  # fmt: skip
        self._requests, self._until, self._measure, self._keeps = requests, until, measure, keep_bodies
        self.done: asyncio.Future[None] = loop.create_future()
        self._buffer, self._whole, self._head = bytearray(), 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        now = time.perf_counter()
        try:
            following = next(self._requests, None) if now < self._until else None
        except Exception as error:
            self.done.set_exception(error)
            raise
        if following is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent = now
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._whole:
            self._head = self._buffer.find(_END)
            if self._head < 0:
                return
            self._whole = self._head + len(_END) + _length(self._buffer[: self._head])
        if len(self._buffer) >= self._whole:
            self._answered()

    def _answered(self) -> None:
        measure, status = self._measure, int(self._buffer[9:12])
        measure.latencies.append(time.perf_counter() - self._sent)
        measure.statuses[status] += 1
        if self._keeps:
            measure.bodies.append(bytes(self._buffer[self._head + len(_END) : self._whole]))
        elif status >= 400:
            measure.sample = bytes(self._buffer[: self._whole])
        self._buffer.clear()
        self._whole = 0
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server closed the connection"))


def _same(line: _Line) -> _Line:
    return line


def _length(head: bytearray) -> int:
    lowered = bytes(head).lower()
    at = lowered.find(_LENGTH)
    if at < 0:
        return 0
    end = lowered.find(b"\r\n", at)
    return int(lowered[at + len(_LENGTH) : end if end >= 0 else None])

"""Identifiers and secrets that are the same at every build: random bits from a stream, times from the
story.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from tracker.demo import seeds
from tracker.ids import SECRET_BYTES

_CHUNK = 1 << 16


class Identities:
    """Makes UUIDv7 (RFC 9562 §5.7) of the moment a thing began, and tracking secrets."""

    def __init__(self, seed: int) -> None:
        self._rng = seeds.stream(seed, "identities")
        self._bytes = self._stream()

    def new(self, at: datetime) -> UUID:
        head = int(at.timestamp() * 1000).to_bytes(6, "big")
        tail = bytearray(self._take(10))
        tail[0] = (tail[0] & 0x0F) | 0x70
        tail[2] = (tail[2] & 0x3F) | 0x80
        return UUID(bytes=head + bytes(tail))

    def secret(self) -> str:
        """128 bits as URL-safe text: known to whoever knows the seed, which a town that exists must not
        do.
        """
        return base64.urlsafe_b64encode(self._take(SECRET_BYTES)).rstrip(b"=").decode()

    def _take(self, count: int) -> bytes:
        return bytes(next(self._bytes) for _ in range(count))

    def _stream(self) -> Iterator[int]:
        while True:
            yield from self._rng.bytes(_CHUNK)

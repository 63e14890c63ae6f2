"""Tiles drawn a moment ago, kept compressed in this process: what ten readers look at is drawn once."""

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

MOST_BYTES = 32_000_000
# The first level takes a third of the time of the sixth, for a tenth more bytes.
LEVEL = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile's bytes, plain and compressed. Nothing is compressed when that would not make it smaller."""

    plain: bytes
    packed: bytes | None


def pack(plain: bytes) -> Drawn:
    """Return a tile ready to send."""
    packed = gzip.compress(plain, LEVEL, mtime=0) if len(plain) > 150 else None
    return Drawn(plain, packed if packed is not None and len(packed) < len(plain) else None)


class Shelf:
    """The tiles last used, up to so many bytes. The key must name everything that a tile depends on."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held = 0
        self._tiles: OrderedDict[str, Drawn] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Drawn | None:
        """Return a kept tile."""
        with self._lock:
            found = self._tiles.get(key)
            if found is not None:
                self._tiles.move_to_end(key)
            return found

    def keep(self, key: str, drawn: Drawn) -> None:
        """Keep a tile, and let go of those that were not used for longest."""
        with self._lock:
            if key in self._tiles:
                return
            self._tiles[key] = drawn
            self._held += _size(drawn)
            while self._held > self._most and self._tiles:
                self._held -= _size(self._tiles.popitem(last=False)[1])

    def clear(self) -> None:
        """Forget every tile: who measures drawing must not measure remembering."""
        with self._lock:
            self._tiles.clear()
            self._held = 0


def _size(drawn: Drawn) -> int:
    return len(drawn.plain) + len(drawn.packed or b"") + 200


shelf = Shelf()

"""The tree over the log of events: RFC 6962 hashes, kept as tiles of 256 (C2SP tlog-tiles), standard library
only.

A tile of level 0 holds 256 leaves, one of level n the roots of 256 full tiles of level n-1. Appending
touches the last tile of each level; a proof reads one tile per level.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

TILE = 256
BITS = 8
HASH = 32
EMPTY = hashlib.sha256(b"").digest()

# Returns the hashes of a tile, one after the other, empty when there is none.
Read = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: bytes) -> bytes:
    """Return the root of a full subtree, its leaves a power of two of hashes laid end to end."""
    sha, width = hashlib.sha256, 2 * HASH
    while len(hashes) > HASH:
        hashes = b"".join(
            sha(b"\x01" + hashes[at : at + width]).digest() for at in range(0, len(hashes), width)
        )
    return hashes


@dataclass(kw_only=True, slots=True)
class Tree:
    """A tree of `size` leaves over tiles that are read when needed; what is appended waits in `changed`."""

    size: int
    read: Read
    changed: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def tile(self, level: int, place: int) -> bytes:
        kept = self.changed.get((level, place))
        return self.read(level, place) if kept is None else kept

    def append(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes at the end."""
        hashes, level, start = b"".join(leaves), 0, self.size
        self.size += len(hashes) // HASH
        while hashes:
            place, held = divmod(start, TILE)
            begun = self.tile(level, place)[: held * HASH] if held else b""
            whole = begun + hashes
            roots = []
            for at in range(0, len(whole), TILE * HASH):
                piece = whole[at : at + TILE * HASH]
                self.changed[level, place + at // (TILE * HASH)] = piece
                if len(piece) == TILE * HASH:
                    roots.append(full_root(piece))
            hashes, level, start = b"".join(roots), level + 1, place

    def root(self) -> bytes:
        """Return the Merkle tree hash of all leaves."""
        return self.range_root(0, self.size) if self.size else EMPTY

    def range_root(self, start: int, end: int) -> bytes:
        """Return the hash of the subtree over leaves start…end-1; `start` is a multiple of its power of
        two.
        """
        count = end - start
        if count & (count - 1) == 0:
            return self._aligned(start, count.bit_length() - 1)
        split = 1 << ((count - 1).bit_length() - 1)
        return node_hash(self.range_root(start, start + split), self.range_root(start + split, end))

    def proof(self, leaf: int) -> list[bytes]:
        """Return the hashes that lead from a leaf to the root, the nearest first (RFC 6962 §2.1.1)."""
        if not 0 <= leaf < self.size:
            raise ValueError(f"leaf {leaf} of {self.size}")
        path, start, end = [], 0, self.size
        while end - start > 1:
            split = start + (1 << ((end - start - 1).bit_length() - 1))
            if leaf < split:
                path.append(self.range_root(split, end))
                end = split
            else:
                path.append(self.range_root(start, split))
                start = split
        return path[::-1]

    def _aligned(self, start: int, height: int) -> bytes:
        level, within = divmod(height, BITS)
        first = start >> (level * BITS)
        place, at = divmod(first, TILE)
        held = self.tile(level, place)[at * HASH : (at + (1 << within)) * HASH]
        if len(held) != HASH << within:
            raise ValueError(f"tile {level}/{place} is short")
        return full_root(held)


def root_from_proof(leaf: int, size: int, digest: bytes, path: Iterable[bytes]) -> bytes:
    """Return the root that a leaf's hash and its proof lead to. Raises ValueError for a path of another
    length.
    """
    steps, start, end = [], 0, size
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        is_left = leaf < split
        steps.append(is_left)
        start, end = (start, split) if is_left else (split, end)
    for is_left, other in zip(reversed(steps), path, strict=True):
        digest = node_hash(digest, other) if is_left else node_hash(other, digest)
    return digest

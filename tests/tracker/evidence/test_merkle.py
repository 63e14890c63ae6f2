"""The tree against RFC 6962 as it is written, for every size around the tiles' edges."""

from __future__ import annotations

import hashlib

import pytest

from tracker.evidence import merkle
from tracker.evidence.merkle import Tree

SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1_000, 65_535, 65_536, 65_537, 66_000)


def by_the_book(leaves: list[bytes]) -> bytes:
    """Return the Merkle tree hash as RFC 6962 §2.1 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + by_the_book(leaves[:split]) + by_the_book(leaves[split:])).digest()


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(at.to_bytes(4, "big")) for at in range(count)]


def grown(count: int, *steps: int) -> Tree:
    """Return a tree that grew in steps, each from the tiles the one before left."""
    kept: dict[tuple[int, int], bytes] = {}

    def read(level: int, place: int) -> bytes:
        return kept.get((level, place), b"")

    size, every = 0, leaves(count)
    for step in (*steps, count):
        tree = Tree(size=size, read=read)
        tree.append(every[size : min(step, count)])
        kept.update(tree.changed)
        size = tree.size
    return Tree(size=size, read=read)


@pytest.mark.parametrize("count", SIZES)
def test_the_root_is_the_one_of_the_book_however_the_tree_grew(count):
    expected = by_the_book(leaves(count))
    assert grown(count).root() == expected
    assert grown(count, 1, 200, 256, 300, 60_000).root() == expected


@pytest.mark.parametrize("count", SIZES)
def test_every_proof_leads_to_the_root_and_no_other_leaf_does(count):
    tree, every = grown(count), leaves(count)
    root = tree.root()
    for leaf in {0, 1, count // 3, count // 2, 255, 256, count - 1}:
        if leaf >= count:
            continue
        path = tree.proof(leaf)
        assert merkle.root_from_proof(leaf, count, every[leaf], path) == root
        if count > 1:
            assert merkle.root_from_proof(leaf, count, bytes(32), path) != root
            with pytest.raises(ValueError, match="zip"):
                merkle.root_from_proof(leaf, count, every[leaf], path[:-1])


def test_the_empty_tree_is_the_hash_of_nothing_and_has_no_proof():
    assert Tree(size=0, read=lambda *_: b"").root() == hashlib.sha256(b"").digest()
    with pytest.raises(ValueError, match="leaf 0 of 0"):
        Tree(size=0, read=lambda *_: b"").proof(0)

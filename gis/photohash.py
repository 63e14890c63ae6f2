"""Is this the same photo? A perceptual hash that survives resizing and compression, as 64 bits.

It recognises one picture sent twice, not one thing photographed twice: unlike hashes are no evidence.
"""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

# Of 64 bits. A larger distance is met between different pictures of one street.
NEAR = 4
_SIDE = 8


def difference_hash(image: Image.Image) -> int:
    """Hash a picture by whether each of 8 x 8 fields is brighter than its left neighbour (dHash)."""
    small = image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS)
    pixels = small.tobytes()
    bits = 0
    for row in range(_SIDE):
        first = row * (_SIDE + 1)
        for column in range(_SIDE):
            bits = bits << 1 | (pixels[first + column + 1] > pixels[first + column])
    return bits


def as_signed(bits: int) -> int:
    """Give a hash as databases keep 64 bits: signed."""
    return bits - (1 << 64) if bits >> 63 else bits


def from_signed(kept: int) -> int:
    """Give back the hash that `as_signed` made storable."""
    return kept & 0xFFFF_FFFF_FFFF_FFFF


def apart(one: int, other: int) -> int:
    """Count the bits in which two hashes differ, 0 to 64."""
    return (one ^ other).bit_count()


def least_apart(ones: Iterable[int], others: Iterable[int]) -> int | None:
    """Count the bits in which the two nearest pictures differ. Flat ones, without a gradient, never count."""
    told = [each for each in others if each]
    return min((apart(one, other) for one in ones if one for other in told), default=None)


def is_shared(ones: Iterable[int], others: Iterable[int]) -> bool:
    """Tell whether two reports carry one picture. A flat picture, without a gradient, never counts."""
    found = least_apart(ones, others)
    return found is not None and found <= NEAR

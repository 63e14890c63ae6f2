"""Which seats go together, and which free ones are nearest to those that are wanted. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ROW_APART = 2  # to change rows is worth two seats along one


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A seat as it stands: its unit, the place of its row from the stage, its number in the row."""

    unit: int
    row: int
    number: int
    is_accessible: bool = False


def nearest(free: Sequence[Spot], wanted: Sequence[Spot], quantity: int) -> list[int]:
    """Return the units of the free seats that stand in best for those wanted; none when there are too few.

    Side by side in one row where that can be, else as near as can be. Without `wanted` the front comes first.
    Places for wheelchairs are proposed only to who asked for one, or when no others are left.
    """
    asks_access = any(each.is_accessible for each in wanted)
    plain = [each for each in free if asks_access or not each.is_accessible]
    usable = plain if len(plain) >= quantity else list(free)
    if not 0 < quantity <= len(usable):
        return []
    blocks = sorted(_blocks(usable, quantity), key=lambda block: _cost(block, wanted))
    if blocks:
        return [each.unit for each in blocks[0]]
    return sorted(each.unit for each in sorted(usable, key=lambda each: _cost([each], wanted))[:quantity])


def _blocks(free: Sequence[Spot], quantity: int) -> Iterator[list[Spot]]:
    """Return every run of neighbours of that length in one row."""
    ordered = sorted(free, key=lambda each: (each.row, each.number))
    for first in range(len(ordered) - quantity + 1):
        block = ordered[first : first + quantity]
        if block[0].row == block[-1].row and block[-1].number - block[0].number == quantity - 1:
            yield block


def _cost(block: Sequence[Spot], wanted: Sequence[Spot]) -> tuple[float, int, int]:
    """Return how far a block is from what is wanted; the row and number settle what is equally far."""
    row, number = block[0].row, sum(each.number for each in block) / len(block)
    if not wanted:
        return (row, 0, block[0].number)
    to_row = sum(each.row for each in wanted) / len(wanted)
    to_number = sum(each.number for each in wanted) / len(wanted)
    return (ROW_APART * abs(row - to_row) + abs(number - to_number), row, block[0].number)

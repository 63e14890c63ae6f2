"""What a text was read to mean, before any point is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis.placenames import Entry

Kind = Literal["address", "asset", "crossing", "block", "landmark", "street"]
LEAST = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One place that a text may mean, with a score from 0 to 1.

    address: `entries` one street, `civic` and `suffix`; crossing: two streets; block: a street and the two it
    lies between; landmark and street: one entry; asset: `kinds` and its `number`. `words` are the tokens the
    names were read from: two readings of the same words are rivals, of others they complete each other.
    `area` is the code of a district that was named too.
    """

    kind: Kind
    score: float
    entries: tuple[Entry, ...] = ()
    civic: int | None = None
    suffix: str | None = None
    kinds: tuple[str, ...] = ()
    number: str | None = None
    words: frozenset[int] = frozenset()
    area: str | None = None

    def rivals(self, other: Reading) -> bool:
        """Tell whether both were read from the same words."""
        return not self.words.isdisjoint(other.words)

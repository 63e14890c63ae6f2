"""How every row ended. The outcomes add up to the rows read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.catalogue.promises import Text

IMPORTED, ATTACHED, OUTSIDE, PLACE_UNKNOWN = "imported", "attached", "outside", "place_unknown"
REFUSED, UNCHANGED, CHANGED = "refused", "unchanged", "changed"
OUTCOMES: Mapping[str, Text] = {
    IMPORTED: Text(fr="importées", en="imported"),
    ATTACHED: Text(fr="jointes, doublons", en="attached, duplicates"),
    PLACE_UNKNOWN: Text(fr="importées, lieu inconnu", en="imported, place unknown"),
    OUTSIDE: Text(fr="hors du territoire", en="outside the territory"),
    REFUSED: Text(fr="refusées", en="refused"),
    UNCHANGED: Text(fr="déjà là, inchangées", en="already here, unchanged"),
    CHANGED: Text(fr="déjà là, changées à la source", en="already here, changed at the source"),
}


@dataclass(kw_only=True, slots=True)
class Counts:
    """Rows per outcome; refused ones per reason, unknown places per finding, placed ones per district."""

    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    districts: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    @property
    def written(self) -> int:
        """Return how many rows left something in the database."""
        return sum(self.outcomes[each] for each in (IMPORTED, ATTACHED, PLACE_UNKNOWN))

    def add(self, other: "Counts") -> None:
        """Take in the counts of a batch."""
        self.outcomes.update(other.outcomes)
        self.reasons.update(other.reasons)
        self.places.update(other.places)
        self.districts.update(other.districts)

    def refuse(self, reason: str) -> None:
        self.outcomes[REFUSED] += 1
        self.reasons[reason] += 1

    def as_mapping(self) -> dict[str, Any]:
        return {
            "outcomes": {name: self.outcomes[name] for name in OUTCOMES},
            "reasons": dict(sorted(self.reasons.items())),
            "places": dict(sorted(self.places.items())),
            "districts": dict(sorted(self.districts.items())),
        }


def from_mapping(kept: Mapping[str, Any]) -> Counts:
    """Return the counts that `as_mapping` wrote."""
    return Counts(
        outcomes=Counter(kept.get("outcomes", {})),
        reasons=Counter(kept.get("reasons", {})),
        places=Counter(kept.get("places", {})),
        districts=Counter(kept.get("districts", {})),
    )

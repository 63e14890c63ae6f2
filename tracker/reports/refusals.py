"""Counting the reports that were not for this city, and nothing else about them (domain.md §6 ①)."""

from sqlalchemy import text

from tracker import ids
from tracker.http import edge
from tracker.places.errors import InWater, NotOurs, OutsideTerritory, PrivateLot

NOT_FOR_US = (OutsideTerritory, NotOurs, InWater, PrivateLot)

_COUNT = text("""
    INSERT INTO refusal (id, at, reason, service_code, third_party_code)
    VALUES (:id, :at, :reason, :service_code, CAST(:party AS text))
""")


def count(refused: OutsideTerritory | NotOurs | InWater | PrivateLot, *, service_code: str) -> None:
    """Count a refusal in a transaction of its own: the report's was rolled back."""
    party = None if isinstance(refused, PrivateLot) else refused.party
    with edge.transaction() as session:
        session.execute(
            _COUNT,
            {
                "id": ids.new_id(),
                "at": edge.clock(),
                "reason": _REASONS[type(refused)],
                "service_code": service_code,
                "party": party.code if party else None,
            },
        )


_REASONS = {
    OutsideTerritory: "outside",
    NotOurs: "not_ours",
    InWater: "in_water",
    PrivateLot: "private_lot",
}

"""The cases of a crew's queue, in the order it does them."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from gis import crs
from routing import crews
from routing.crews import Ground, Spot, Waiting
from tracker.cases import listing
from tracker.dispatch import desk as desks
from tracker.dispatch.desk import CrewRef

# What is given to a crew: before that, triage has only a crew in mind.
GIVEN = ("assigned", "planned", "in_progress", "made_safe", "on_hold", "info_needed")
BEGUN = ("in_progress", "made_safe")
MOST = 500
"""A crew has some dozens; of more, the dangers, those a person placed, and those due first are told."""

_OF = text(f"""
    SELECT {listing.COLUMNS}, o.place AS placed, o.set_by, o.set_at
    FROM "case" c LEFT JOIN crew_order o ON o.case_id = c.id AND o.crew_id = c.crew_id
    WHERE c.crew_id = :crew AND c.is_open AND c.status = ANY(:given) AND c.workflow <> ALL(:hidden)
    ORDER BY c.priority <> 1, o.place, c.resolve_by, c.id LIMIT :most
""")  # noqa: S608 -- composed of constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A crew's cases, the first to be done first; `places` by case number are those that somebody set."""

    crew: CrewRef
    rows: Sequence[RowMapping]
    places: Mapping[str, int]

    @property
    def tag(self) -> str:
        """Return what stands for this order: another one has another tag."""
        said = "\n".join(f"{row['number']} {self.places.get(row['number'], '')}" for row in self.rows)
        return f"q{hashlib.sha256(said.encode()).hexdigest()[:20]}"


def of(
    session: Session,
    crew: CrewRef,
    *,
    at: datetime,
    hidden: Sequence[str] = (),
    first: Sequence[str] | None = None,
) -> Queue:
    """Return a crew's queue as of an instant, without the families that its reader must not see.

    With `first`, as it would be if these cases and no others were placed by hand.
    """
    values = {"crew": crew.id, "given": list(GIVEN), "hidden": list(hidden), "most": MOST}
    rows = {row["number"]: row for row in session.execute(_OF, values).mappings()}
    zone = desks.current(session).calendar.zone
    if first is None:
        places = {number: row["placed"] for number, row in rows.items() if row["placed"] is not None}
    else:
        places = {number: at for at, number in enumerate(dict.fromkeys(first), start=1) if number in rows}
    waiting = [
        Waiting(
            key=number,
            due=row["resolve_by"],
            priority=row["priority"],
            is_begun=row["status"] in BEGUN,
            placed=places.get(number),
            day=row["resolve_by"].astimezone(zone).date(),
            spot=None if row["lon"] is None else (row["lon"], row["lat"]),
        )
        for number, row in rows.items()
    ]
    ground = Ground(today=at.astimezone(zone).date(), apart=metres, start=crew.depot)
    ordered = crews.queue(waiting, ground)
    return Queue(crew=crew, rows=[rows[each.key] for each in ordered], places=places)


def metres(a: Spot, b: Spot) -> float:
    """Return how far two places (lon, lat) of a town are from each other in a straight line, in metres."""
    per_lon, per_lat = crs.metres_per_degree((a[1] + b[1]) / 2)
    return math.hypot((a[0] - b[0]) * per_lon, (a[1] - b[1]) * per_lat)

"""What becomes of each case: the moves of staff and citizens after it was received, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.catalogue.definitions import Service
from tracker.demo import seeds
from tracker.demo.city import City
from tracker.demo.fate import Act, Life, Means
from tracker.demo.field_fates import FieldWork
from tracker.demo.filings import FIRST, Filing
from tracker.demo.incidents import Incident
from tracker.demo.office_fates import OfficeWork
from tracker.demo.request_plan import RequestPlan, StaffNotes


def decide_all(
    town: City,
    plan: RequestPlan,
    notes: StaffNotes,
    told: tuple[Sequence[Incident], Sequence[Filing], Mapping[str, Service], datetime],
) -> list[Act]:
    """Decide every case's moves up to the anchor, the earliest first."""
    incidents, filings, services, anchor = told
    rng = seeds.stream(town.seed, "lifecycles")
    means = Means(plan=plan, notes=notes, rng=rng)
    by_id = {each.id: each for each in incidents}
    counts: dict[int, int] = {}
    for filing in filings:
        counts[filing.incident] = counts.get(filing.incident, 0) + 1
    acts: list[Act] = []
    for filing in sorted((each for each in filings if each.way == FIRST), key=lambda each: each.incident):
        incident = by_id[filing.incident]
        slow = plan.slow_district
        is_slow = town.segments[incident.segment].district == slow.code
        life = Life(
            incident=incident,
            service=services[filing.service],
            first=filing,
            twins=counts[filing.incident] - 1,
            slow=slow.factor if is_slow else 1.0,
            anchor=anchor,
        )
        fate = FieldWork(means, life) if life.service.workflow == "field_work" else OfficeWork(means, life)
        fate.live()
        acts += [act for act in fate.acts if act.at <= anchor]
    return sorted(acts, key=lambda each: (each.at, each.incident))

"""Compose the story of a town: incidents, then what people say of them, then what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.catalogue.definitions import Service
from tracker.demo import doors, incidents, request_plan, staff
from tracker.demo.city import City
from tracker.demo.doors import TurnedAway
from tracker.demo.fates import Judge, Outcome
from tracker.demo.filings import Clerk
from tracker.demo.incidents import Incident, World
from tracker.demo.request_plan import TextsPlan
from tracker.demo.rota import Rota
from tracker.demo.window import Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """All that happens in the window. `outcomes` tells it incident by incident, the same every time."""

    world: World
    texts: TextsPlan
    incidents: Sequence[Incident]
    turned_away: Sequence[TurnedAway]

    def outcomes(self) -> Iterator[Outcome]:
        """Every incident's reports and cases, in the order of the incidents; made while they are asked
        for.
        """
        clerk, judge = (
            Clerk(self.world, self.texts, self.incidents),
            Judge(self.world, self.texts.staff_notes),
        )
        for incident in self.incidents:
            yield judge.decide(incident, list(clerk.file(incident)))

    @property
    def reports(self) -> int:
        return sum(len(incident.told) for incident in self.incidents)


def compose(town: City, services: Sequence[Service], window: Window) -> Story:
    """Compose the window of a town. The same town and window give the same story."""
    plan = request_plan.read_requests()
    world = World(
        town=town,
        plan=plan,
        services={service.code: service for service in services},
        rota=Rota(staff.read_staff()),
        window=window,
        total=plan.counts[town.size],
    )
    return Story(
        world=world,
        texts=request_plan.read_texts(),
        incidents=incidents.happen(world),
        turned_away=doors.turn_away(world),
    )

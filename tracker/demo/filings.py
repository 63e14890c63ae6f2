"""The reports people send of what happened: by whom, where they say it is, in which words, with which
photo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from tracker.catalogue.definitions import Service
from tracker.demo import answering, seeds
from tracker.demo.facts import Facts
from tracker.demo.incidents import Incident, Told, World
from tracker.demo.noise import SPOKEN, Locator, Place
from tracker.demo.people import Citizen, Contact, Crowd
from tracker.demo.request_plan import TextsPlan
from tracker.demo.wording import Scene, Voice, Writer


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """One report about an incident: its place in the town's count, and in the incident's own."""

    incident: int
    order: int
    serial: int
    service: str
    at: datetime
    place: Place
    description: str
    language: str
    channel: str
    answers: Mapping[str, object] = field(default_factory=dict)
    contact: Contact | None = None
    photo: int | None = None
    taken_at: tuple[float, float] | None = None


class Clerk:
    """Writes the reports of one incident after the other, in the order of the incidents."""

    def __init__(self, world: World, texts: TextsPlan, incidents: Sequence[Incident]) -> None:
        self._world, self._plan = world, world.plan
        self._rng = seeds.stream(world.town.seed, "reports")
        words = seeds.stream(world.town.seed, "texts")
        self._words = words
        self._writer = Writer(texts, world.plan.oddities, words)
        self._crowd = Crowd(world.plan, texts, world.town.seed, world.total)
        self._locator = Locator(world.town, world.plan.noise, self._rng)
        self._facts = Facts(world)
        self._serials = _serials(incidents)
        self._injected = _spread(
            incidents, max(2, round(world.plan.oddities.injected * min(1, world.total / 15_000)))
        )

    def file(self, incident: Incident) -> Iterator[Filing]:
        """Write every report of an incident, the first one first."""
        for order, told in enumerate(incident.told):
            yield self._one(incident, order, told)

    def _one(self, incident: Incident, order: int, told: Told) -> Filing:
        service = self._world.services[told.service]
        who = self._crowd.someone()
        by_crew = told.channel == "crew"
        is_agent = told.channel in ("phone", "counter")
        anonymous = by_crew or self._rng.uniform() < self._plan.anonymous
        voice = Voice(
            language="fr" if by_crew else who.language,
            is_mixed=who.is_mixed and not by_crew,
            is_mobile=told.channel == "mobile",
            is_agent=is_agent or by_crew,
        )
        place = self._locator.place(incident, service, told.channel, self._plan.edges.vague)
        text = self._writer.say(service, self._scene(incident), voice)
        if order == 0 and incident.id in self._injected:
            text = self._writer.injected(self._injected[incident.id])
        photo, elsewhere = self._photo(incident, order, service, place)
        return Filing(
            incident=incident.id,
            order=order,
            serial=self._serials[incident.id, order],
            service=service.code,
            at=told.at,
            place=place,
            description=text,
            language=voice.language,
            channel=told.channel,
            answers=self._facts.answer(
                incident, service, answering.answer(service, told.at, self._words), order
            ),
            contact=self._contact(service, who, told.channel, anonymous=anonymous),
            photo=photo,
            taken_at=elsewhere,
        )

    def _contact(self, service: Service, who: Citizen, channel: str, *, anonymous: bool) -> Contact | None:
        if anonymous and not service.needs_contact:
            return None
        return who.contact(by_phone=channel in SPOKEN and channel != "email")

    def _photo(
        self, incident: Incident, order: int, service: Service, place: Place
    ) -> tuple[int | None, tuple[float, float] | None]:
        """A scene's number, and the position its EXIF tells: sometimes that of somebody's kitchen."""
        plan, channel = self._plan, incident.told[order].channel
        chance = self._rng.uniform(0, 1, 3)
        if (
            channel not in ("mobile", "web")
            or service.code not in plan.photos.pavement
            or chance[0] >= plan.photos.before
        ):
            return None, None
        self._rng.integers(plan.photos.scenes)  # drawn for nothing, so that no later draw moves
        scene = self._facts.picture(incident, order)
        if channel != "mobile" or chance[1] >= plan.noise.exif_share:
            return scene, None
        if chance[2] < plan.noise.exif_elsewhere or place.lon is None or place.lat is None:
            return scene, self._locator.elsewhere()
        return scene, (place.lon, place.lat)

    def _scene(self, incident: Incident) -> Scene:
        segment = self._world.town.segments[incident.where.segment]
        return Scene(
            rue=segment.name,
            civic=self._world.town.lots.addresses[incident.where.address].civic,
            coin=self._locator.corners[incident.where.segment],
            jours=int(self._words.integers(2, 20)),
        )


def _serials(incidents: Sequence[Incident]) -> dict[tuple[int, int], int]:
    """Number all reports in order of time, from one."""
    told = [
        (each.at, incident.id, order) for incident in incidents for order, each in enumerate(incident.told)
    ]
    return {(incident, order): serial for serial, (_, incident, order) in enumerate(sorted(told), start=1)}


def _spread(incidents: Sequence[Incident], wanted: int) -> dict[int, int]:
    """Incidents at even distances, each with its order."""
    step = max(1, len(incidents) // wanted)
    rows = np.arange(step // 2, len(incidents), step)[:wanted].tolist()
    return {incidents[row].id: order for order, row in enumerate(rows)}

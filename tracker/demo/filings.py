"""The reports people send of what happened: twins, channels, positions with their errors, words, contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from tracker.catalogue.definitions import Service
from tracker.demo import answering, degrees, grammar, seeds, wording
from tracker.demo.city import City
from tracker.demo.incidents import Incident
from tracker.demo.request_plan import RequestPlan, TextsPlan
from tracker.demo.wording import Scene, Voice

FIRST, SAME, MERGED, LEFT = "first", "same", "merged", "left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is sent of a place; degrees, metres. Without coordinates nothing is sent."""

    method: str
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    address: str | None = None
    asset_kind: str | None = None
    asset_code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """One report about an incident. `way`: the first, told as the same, merged later, or left alone."""

    incident: int
    order: int
    way: str
    service: str
    at: datetime
    place: Place
    description: str
    language: str
    channel: str
    answers: Mapping[str, object] = field(default_factory=dict)
    contact: Contact | None = None
    photo: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How the town's people report: figures, words and the services they choose from."""

    plan: RequestPlan
    texts: TextsPlan
    services: Mapping[str, Service]
    anchor: datetime


def file_all(town: City, incidents: Sequence[Incident], habits: Habits) -> list[Filing]:
    """Write every report of every incident, the earliest first; none after the anchor."""
    rng = seeds.stream(town.seed, "reports")
    words = seeds.stream(town.seed, "texts")
    crowd = _Crowd(habits, seeds.stream(town.seed, "people"))
    clerk = _Clerk(town, habits, rng, words, crowd)
    filings = [filing for incident in incidents for filing in clerk.file(incident)]
    return sorted(filings, key=lambda each: (each.at, each.incident, each.order))


class _Crowd:
    """The people who report: a few report much, most once."""

    def __init__(self, habits: Habits, rng: np.random.Generator) -> None:
        self._rng = rng
        texts, plan = habits.texts, habits.plan.people
        weights = 1 / np.arange(1, plan.count + 1) ** plan.zipf
        self._weights = weights / weights.sum()
        first = rng.integers(0, len(texts.first_names), plan.count)
        last = rng.integers(0, len(texts.last_names), plan.count)
        self._names = [
            f"{texts.first_names[a]} {texts.last_names[b]}" for a, b in zip(first, last, strict=True)
        ]

    def someone(self, *, by_phone: bool) -> Contact:
        row = int(self._rng.choice(len(self._names), p=self._weights))
        name = self._names[row]
        mailbox = grammar.folded(name).replace(" ", ".")
        phone = f"450-555-01{row % 100:02d}"
        return Contact(
            name=name,
            email=None if by_phone else f"{mailbox}{row}@courriel.example",
            phone=phone if by_phone else None,
        )


class _Clerk:
    """Writes the reports of one incident after the other."""

    def __init__(
        self, town: City, habits: Habits, rng: np.random.Generator, words: np.random.Generator, crowd: _Crowd
    ) -> None:
        self._town, self._habits, self._rng, self._words, self._crowd = town, habits, rng, words, crowd
        self._channels = list(habits.plan.channels)
        shares = np.asarray([habits.plan.channels[name] for name in self._channels])
        self._shares = shares / shares.sum()
        self._corners = _corners(town)

    def file(self, incident: Incident) -> list[Filing]:
        service = self._habits.services[incident.service]
        filings = [self._one(incident, service, 0, FIRST, incident.at)]
        plan = self._habits.plan
        if self._rng.uniform() < plan.twins.get(incident.service, plan.twins["other"]) and _has_twins(
            service
        ):
            at = incident.at
            while True:
                at = at + timedelta(hours=float(self._rng.exponential(14.0)) + 0.05)
                if at > self._habits.anchor or len(filings) > 6:
                    break
                ways = plan.twin_ways
                way = self._rng.choice([SAME, MERGED, LEFT], p=[ways.same, ways.merged, ways.left])
                filings.append(self._one(incident, service, len(filings), str(way), at))
                if self._rng.uniform() > plan.twin_more:
                    break
        return filings

    def _one(self, incident: Incident, service: Service, order: int, way: str, at: datetime) -> Filing:
        channel = str(self._rng.choice(self._channels, p=self._shares))
        if channel == "crew" and (service.needs_contact or service.workflow != "field_work"):
            channel = "phone"
        language = "en" if channel != "crew" and self._rng.uniform() < self._habits.plan.english else "fr"
        by_phone = channel in ("phone", "counter")
        anonymous = channel == "crew" or self._rng.uniform() < self._habits.plan.anonymous
        voice = Voice(language=language, is_hasty=channel in ("mobile", "web"))
        shown = self._rng.uniform() < self._habits.plan.photos.before
        has_hole = service.code in self._habits.plan.photos.pavement
        pictured = channel in ("mobile", "web") and has_hole and shown
        return Filing(
            incident=incident.id,
            order=order,
            way=way,
            service=service.code,
            at=at,
            place=self._place(incident, service, channel),
            description=wording.say(
                self._habits.texts, service.code, self._scene(incident), voice, self._words
            ),
            language=language,
            channel=channel,
            answers=answering.answer(service, at, self._words),
            contact=self._crowd.someone(by_phone=by_phone)
            if service.needs_contact or not anonymous
            else None,
            photo=int(self._rng.integers(self._habits.plan.photos.scenes)) if pictured else None,
        )

    def _scene(self, incident: Incident) -> Scene:
        segment = self._town.segments[incident.segment]
        return Scene(
            rue=segment.name,
            civic=self._town.lots.addresses[incident.address].civic,
            coin=self._corners[incident.segment],
            jours=int(self._words.integers(2, 20)),
        )

    def _place(self, incident: Incident, service: Service, channel: str) -> Place:
        """Where the reporter says it is: a telephone's position, a pin, an address or a numbered thing."""
        if service.location.kind == "none":
            return Place(method="unknown")
        asset = None if incident.asset is None else self._town.assets[incident.asset]
        if asset is not None and self._rng.uniform() < (
            0.75 if channel in ("mobile", "web", "crew") else 0.4
        ):
            return Place(method="asset", asset_kind=asset.kind, asset_code=asset.code)
        if channel in ("phone", "counter", "email") or service.location.kind in ("address", "lot"):
            return self._address(incident)
        plan = self._habits.plan.noise
        if channel == "web":
            return self._point(incident, plan.pin, "pin", 10.0)
        if self._rng.uniform() < plan.fixed_share:
            return self._point(incident, plan.fixed, "pin", 6.0)
        shares = np.asarray([share for share, _ in plan.mobile])
        spread = plan.mobile[int(self._rng.choice(len(shares), p=shares / shares.sum()))][1]
        return self._point(
            incident, spread, "gps", max(4.0, round(spread * float(self._rng.uniform(0.8, 1.6))))
        )

    def _point(self, incident: Incident, spread: float, method: str, accuracy_m: float) -> Place:
        dx, dy = np.clip(self._rng.normal(0, spread, 2), -2.5 * spread, 2.5 * spread)
        lon, lat = degrees.to_lonlat(incident.x + float(dx), incident.y + float(dy), self._town.srid)
        return Place(method=method, lon=lon, lat=lat, accuracy_m=accuracy_m)

    def _address(self, incident: Incident) -> Place:
        """The address said on the telephone: the right one, or a neighbour's."""
        said = self._town.lots.addresses[incident.address]
        lon, lat = degrees.to_lonlat(said.point.x, said.point.y, self._town.srid)
        return Place(
            method="address", lon=lon, lat=lat, accuracy_m=25.0, address=f"{said.civic}, {said.street}"
        )


def _has_twins(service: Service) -> bool:
    """Bookings, permits and letters have one author each."""
    return service.workflow in ("field_work", "inspection") and service.location.is_required


def _corners(town: City) -> list[str]:
    """For each segment, its street and the one it meets, as people say a corner: « Érables et Moulin »."""
    at: dict[tuple[float, float], set[str]] = {}
    for each in town.segments:
        for end in (each.line.coords[0], each.line.coords[-1]):
            at.setdefault((round(end[0], 2), round(end[1], 2)), set()).add(each.name)
    corners = []
    for each in town.segments:
        ends = [(round(x, 2), round(y, 2)) for x, y in (each.line.coords[0], each.line.coords[-1])]
        others = sorted(name for end in ends for name in at[end] if name != each.name)
        corners.append(f"{_short(each.name)} et {_short(others[0])}" if others else each.name)
    return corners


def _short(name: str) -> str:
    """« rue des Érables » is « Érables » at a corner; an ordinal avenue keeps its name."""
    specific = name if name[0].isdigit() else name.partition(" ")[2]
    for article in ("de la ", "de l’", "du ", "des "):
        specific = specific.removeprefix(article)
    return specific

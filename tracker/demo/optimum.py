"""The best that any judge of duplicates can do in the demo city: Bayes' rule with the generator's own laws.

For a new report, each case near it and "none of them" are weighed by how likely the report would then be: how
often one thing is told again after so long (`retelling`), where its reporters say it is (`whereabouts`),
with which answers, pictures and numbers. What is drawn alike whether or not a report repeats a case (channel,
wording, person) weighs nothing. The truth only says which earlier reports a case has, as the model is told.

Left out, all small: positions refused by intake and drawn again, incidents on the edge of two districts, and
surges; a crew's hours are taken as a third of a day.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import photo, photohash, text
from gis.measures import Guess, Judged, Stratum
from gis.replay import Reported, Trial
from tracker.catalogue.definitions import Service
from tracker.demo import city, degrees, noise, request_plan, saying, scenes, staff, window
from tracker.demo.incidents import World
from tracker.demo.retelling import Rates
from tracker.demo.rota import Rota
from tracker.demo.whereabouts import Atlas, Fronts, Places

Floats = NDArray[np.float64]
_REACH_M = 170.0
_NUMBER = re.compile(r"\d{2,}")
_MISREAD = 0.03  # a number in a text that is not of a house: a bus, a plate, days
_STRAY = 1e-9
_LEAST_BETA = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One report as places see it: the rows of places near it, and how likely each makes what was said."""

    rows: NDArray[np.intp]
    likely: Floats


class Oracle:
    """Knows how the town was drawn. Reports must be asked about in the order of their times."""

    def __init__(self, world: World, reports: Iterable[Reported], scenes: Mapping[int, int]) -> None:
        self._world, self._plan = world, world.plan
        self.rates = Rates(world)
        self.atlas = Atlas(world.town, world.plan)
        self._fronts = Fronts(world.town, world.plan)
        self._corners = noise.corners(world.town)
        self._scenes = scenes
        self._cases: dict[str, list[Reported]] = defaultdict(list)
        for report in sorted(reports, key=lambda each: (each.sighting.at, each.key)):
            self._cases[report.case].append(report)
        self._seen: dict[tuple[str, str], Seen] = {}
        self._names = [text.fold(each.name) for each in world.town.segments]
        self._codes = dict(self.atlas.row_of)

    def judge(self, trial: Trial, stratum: Stratum) -> Judged:
        """Judge one report's candidates as the model is judged."""
        odds = self.odds(trial)
        guesses = [
            Guess(
                str(case.key), value, case.key in trial.same, stratum(trial.report.sighting, case),
                1 / (1 + math.exp(-max(-30.0, min(30.0, value)))),
            )
            for case, value in zip(trial.candidates, odds, strict=True)
        ]  # fmt: skip
        guesses.sort(key=lambda each: -each.value)
        return Judged(
            key=trial.report.key,
            kind=trial.report.sighting.kind,
            method=trial.report.method,
            has_same=bool(trial.same),
            same_hard=sum(guess.is_same and guess.is_hard for guess in guesses),
            guesses=tuple(guesses),
        )

    def odds(self, trial: Trial) -> list[float]:
        """Give each candidate's log-odds: it, against every other and against something new."""
        if not trial.candidates:
            return []
        report = trial.report
        before = [self._before(str(case.key), report) for case in trial.candidates]
        told = [self._again(report, each) for each in before]
        new = self._new(report, before)
        everything = new + sum(told)
        return [math.log(max(each, 1e-300)) - math.log(max(everything - each, 1e-300)) for each in told]

    def _before(self, key: str, report: Reported) -> list[Reported]:
        seen = report.sighting.at, report.key
        return [each for each in self._cases[key] if (each.sighting.at, each.key) < seen]

    # How likely, if it is told again.

    def _again(self, report: Reported, case: Sequence[Reported]) -> float:
        first, seen = case[0], report.sighting
        code, services = first.sighting.service, self._world.services
        share = self.rates.told_as(code, seen.service)
        if share <= 0 or case[-1].sighting.service != code:
            share = max(share, 0.0) * 1e-3  # nothing is told once more after it was told as something else
        if share <= 0:
            return 0.0
        at = seen.at
        ended = first.closed_at if first.closed_at is not None and first.closed_at <= at else None
        rate = share * self.rates.again(
            services[code], len(case), first.sighting.at, case[-1].sighting.at, ended, at, seen.channel
        )
        return rate * self._here(report, case) * self._alike(report, case)

    def _here(self, report: Reported, case: Sequence[Reported]) -> float:
        """The chance of what is said of the place, if the thing is where the case's reports say."""
        service = self._world.services[case[0].sighting.service]
        mine = self._see(report, service)
        rows, belief = self._belief(case, service)
        return float((belief * _aligned(mine, rows)).sum())

    def _belief(self, case: Sequence[Reported], service: Service) -> tuple[NDArray[np.intp], Floats]:
        """Where the thing is, after what all reports of the case said."""
        seen = [self._see(each, service) for each in case]
        rows = seen[0].rows
        belief = self.atlas.chances(service)[rows] * seen[0].likely
        for each in seen[1:]:
            belief = belief * (_aligned(each, rows) + _STRAY)
        total = belief.sum()
        if total <= 0:
            return rows, np.full(len(rows), 1 / max(1, len(rows)))
        return rows, belief / total

    # How likely, if it is new.

    def _new(self, report: Reported, cases: Sequence[Sequence[Reported]]) -> float:
        seen = report.sighting
        service = self._world.services[seen.service]
        rate = self.rates.new(service, seen.at, seen.channel)
        mine = self._see(report, service)
        spread = float((self.atlas.chances(service)[mine.rows] * mine.likely).sum())
        near = self.rates.near_share
        beside = 0.0
        days = timedelta(days=self._plan.twins.near_days)
        for case in cases:
            first = case[0].sighting
            if first.service == seen.service and seen.at - first.at <= days:
                # Either of the two was put beside the other.
                beside += 2 * self._beside(mine, case, service) / self.rates.hosts(service, seen.at)
        return rate * ((1 - near) * spread + near * beside) + _LEAST_BETA

    def _beside(self, mine: Seen, case: Sequence[Reported], service: Service) -> float:
        """The chance of what is said, if it is another thing some metres from the case's."""
        places = self.atlas.places(service)
        rows, belief = self._belief(case, service)
        low, high = self._plan.twins.near_m
        hosts = np.argsort(belief)[-12:]
        total = 0.0
        for host in hosts.tolist():
            row = rows[host]
            apart = np.hypot(*(places.xy[mine.rows] - places.xy[row]).T)
            ring = (apart >= low) & (apart <= high)
            if self.atlas.kind(service) == "street":
                ring &= places.segment[mine.rows] == places.segment[row]
                size = 2 * 2 * (high - low) / 4.0
            else:
                size = float(max(1, ring.sum()))
            total += belief[host] * float(mine.likely[ring].sum()) / size
        return total / max(float(belief[hosts].sum()), 1e-12)

    # What is said of a place.

    def _see(self, report: Reported, service: Service) -> Seen:
        kind = self.atlas.kind(service)
        key = report.key, kind
        if key not in self._seen:
            self._seen[key] = self._look(report, service)
        return self._seen[key]

    def _look(self, report: Reported, service: Service) -> Seen:
        seen, places = report.sighting, self.atlas.places(service)
        if seen.lon is None or seen.lat is None:
            return Seen(rows=np.zeros(0, int), likely=np.zeros(0))
        xy = np.asarray(degrees.to_metres(seen.lon, seen.lat, self._world.town.srid))
        rows = np.sort(places.tree.query(_point(xy), predicate="dwithin", distance=_REACH_M))
        if not len(rows):
            rows = np.asarray([int(places.tree.nearest(_point(xy)))])
        likely = self._placed(report, service, places, rows, xy)
        return Seen(rows=rows, likely=likely * self._worded(report, places, rows))

    def _placed(
        self, report: Reported, service: Service, places: Places, rows: NDArray[np.intp], xy: Floats
    ) -> Floats:
        seen, kind = report.sighting, self.atlas.kind(service)
        apart2 = ((places.xy[rows] - xy) ** 2).sum(axis=1)
        if report.method == "asset" or (kind == "home" and report.method == "address"):
            return np.asarray((apart2 <= apart2.min() + 1e-6).astype(float))
        if report.method == "address":
            return self._addressed(seen.address_text, places, rows, apart2)
        spreads = saying.spreads(self._plan.noise, report.method, seen.accuracy_m)
        return np.asarray(
            sum(share * np.exp(-apart2 / (2 * s * s)) / (2 * math.pi * s * s) for s, share in spreads)
        )

    def _addressed(self, said: str, places: Places, rows: NDArray[np.intp], apart2: Floats) -> Floats:
        """The chance that a caller before each place says this address, corner or street."""
        phone = self._plan.noise.phone
        segment, along = places.segment[rows], places.along[rows]
        civic, _, street = said.partition(", ")
        home = self._fronts.row_of.get((int(civic), street)) if civic.isdigit() else None
        if home is not None:
            found = self._fronts.said(home, segment, along, places.side[rows], self._codes)
            return np.asarray(found + phone.wrong_street * 1e-4)
        if said.startswith("coin "):
            meets = np.asarray([f"coin {self._corners[row]}" == said for row in segment])
            return np.asarray(phone.corner_only * meets * np.exp(-apart2 / (2 * 80.0**2)) + _STRAY)
        spread = 2 * phone.along_m
        named = np.asarray([self._world.town.segments[row].name == said for row in segment])
        return np.asarray(named * np.exp(-apart2 / (2 * (spread**2 + 16))) + _STRAY)

    def _worded(self, report: Reported, places: Places, rows: NDArray[np.intp]) -> Floats:
        """How well each place agrees with the house and the street that the text names."""
        said = report.sighting.text
        likely = np.ones(len(rows))
        numbers = {int(each) for each in _NUMBER.findall(said)[:6] if len(each) < 6}
        if numbers:
            civics = np.asarray([self._world.town.lots.addresses[row].civic for row in places.home[rows]])
            agrees = np.isin(civics, list(numbers))
            if agrees.any():
                likely *= np.where(agrees, 1.0, _MISREAD)
        folded = text.fold(said)
        segments = places.segment[rows]
        named = {row for row in set(segments.tolist()) if self._names[row] in folded}
        if named:
            likely *= np.where(np.isin(segments, list(named)), 1.0, _MISREAD)
        return likely

    # What else is said.

    def _alike(self, report: Reported, case: Sequence[Reported]) -> float:
        """How many times likelier the answers and the picture are of the case's thing than of another."""
        mine = report.sighting
        times = 1.0
        told = self._plan.answers.told
        for question in self._world.services[mine.service].questions:
            if question.code not in mine.answers:
                continue
            value, ways = mine.answers[question.code], saying.ways(question)
            votes = [
                each.sighting.answers[question.code]
                for each in case
                if each.sighting.service == mine.service and question.code in each.sighting.answers
            ]
            if votes and ways > 1:
                times *= saying.agreement(value, votes, ways, told)
        pictures = [self._scene(each) for each in case]
        known = {each for each in pictures if each is not None}
        if (scene := self._scene(report)) is not None and known:
            times *= self._plan.photos.scenes if scene in known else 1e-3
        return times

    def _scene(self, report: Reported) -> int | None:
        hashes = report.sighting.photo_hashes
        if not hashes or not self._scenes:
            return None
        nearest = min(self._scenes, key=lambda known: photohash.apart(known, hashes[0]))
        return self._scenes[nearest]


def of_town(demo: Mapping[str, object], services: Iterable[Service], reports: Iterable[Reported]) -> Oracle:
    """Make the oracle of a demo town, drawn again from its size and seed; its window is the fixed one."""
    size = str(demo["size"])
    plan = request_plan.read_requests()
    world = World(
        town=city.draw_default(size=size, seed=int(str(demo["seed"]))),
        plan=plan,
        services={each.code: each for each in services},
        rota=Rota(staff.read_staff()),
        window=window.fixed(),
        total=plan.counts[size],
    )
    shown: dict[int, int] = {}
    for (kind, number), data in scenes.draw_all(plan.photos.scenes).items():
        seen = photo.read_facts(data, decode=True).difference_hash
        if kind == scenes.BEFORE and seen is not None:
            shown[seen] = number // scenes.SHOTS
    return Oracle(world, reports, shown)


def _aligned(seen: Seen, rows: NDArray[np.intp]) -> Floats:
    """Give what a report makes of other rows of places; nothing where it is not near."""
    if not len(seen.rows) or not len(rows):
        return np.zeros(len(rows))
    at = np.minimum(np.searchsorted(seen.rows, rows), len(seen.rows) - 1)
    return np.asarray(np.where(seen.rows[at] == rows, seen.likely[at], 0.0))


def _point(xy: Floats) -> shapely.Point:
    return shapely.Point(xy[0], xy[1])

"""From words to points: what a text may mean, resolved against the jurisdiction's own places."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from gis import civic as numbers
from gis import geocode
from gis.civic import House
from gis.geocode import Reading
from gis.placenames import Entry
from tracker.catalogue import queries as catalogue
from tracker.places import gazetteer, lookups, queries
from tracker.places import ground as grounds
from tracker.places.errors import Choice
from tracker.places.ground import Ground
from tracker.places.lookups import Asked

# Two places nearer than this are one to whoever sends a crew.
SAME_M = 60.0
CLEAR_LEAD = 0.07
ESTIMATED = 0.18  # a number placed between others counts so much less than one that is known
UNKNOWN_NUMBER = 0.3
ELSEWHERE = 0.25
LEAST = 0.55
OTHER_SUFFIX = 0.02
ADDRESS_M, CORNER_M, ASSET_M = 15.0, 15.0, 2.0
_METRES = 111_320.0
MOST = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A place with how well it agrees with what was asked, and the reading it answers."""

    choice: Choice
    score: float
    reading: Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a text may mean, the likeliest first. `is_clear` tells that the first is meant and no other."""

    candidates: tuple[Candidate, ...]
    is_clear: bool

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(each.choice for each in self.candidates)


def find(session: Session, typed: str, *, is_typing: bool = False, limit: int = MOST) -> Found:
    """Return the places a text may mean. `is_typing` completes its last word, as under a field."""
    readings = geocode.read(typed, gazetteer.current(session), is_typing=is_typing)
    resolver = _Resolver(session, readings)
    worth = [each for each in resolver.candidates() if each.score >= LEAST]
    ranked = _distinct(sorted(worth, key=lambda each: (-each.score, each.choice.label)))
    rivals = _rivals(ranked)
    shown = [each for each in ranked if each is ranked[0] or each in rivals or is_typing]
    return Found(
        candidates=tuple(_told_apart(session, shown[:limit])), is_clear=len(rivals) == 1 and bool(ranked)
    )


def _distinct(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Drop what is at the place of a better one: the same door, the same corner."""
    kept: list[Candidate] = []
    for each in ranked:
        if not any(_is_same(each.choice, other.choice) for other in kept):
            kept.append(each)
    return kept


def _is_same(one: Choice, other: Choice) -> bool:
    if one.kind != other.kind or (one.kind in ("landmark", "asset", "street") and one.label != other.label):
        return False
    is_near = numbers.metres(one.lon, one.lat, other.lon, other.lat) < SAME_M
    return is_near and (one.label == other.label or one.kind == "intersection")


def _rivals(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the best with those that are about as good a reading of the same words, and elsewhere."""
    if not ranked:
        return []
    best = ranked[0]
    return [best] + [
        other
        for other in ranked[1:]
        if best.score - other.score < CLEAR_LEAD
        and best.reading.rivals(other.reading)
        and numbers.metres(best.choice.lon, best.choice.lat, other.choice.lon, other.choice.lat) > SAME_M
    ]


def _told_apart(session: Session, shown: Sequence[Candidate]) -> Iterator[Candidate]:
    """Say of places with equal labels which district each is in; if that is equal too, their address."""
    by_label: dict[str, list[Candidate]] = defaultdict(list)
    for each in shown:
        by_label[each.choice.label].append(each)
    for each in shown:
        alike = by_label[each.choice.label]
        if len(alike) > 1:
            detail = each.choice.area
            if len({other.choice.area for other in alike}) < len(alike):
                detail = queries.around(session, each.choice.lon, each.choice.lat).address or detail
            yield replace(each, choice=replace(each.choice, detail=detail))
        else:
            yield each


class _Resolver:
    """The readings of one text against the database: one statement for each kind of place."""

    def __init__(self, session: Session, readings: Sequence[Reading]) -> None:
        self.session, self.readings = session, readings
        self.ground: Ground = grounds.current(session)
        # Streets to fall back on: those asked for, and those whose number is not known.
        self.streets: list[tuple[Reading, float]] = []

    def candidates(self) -> Iterator[Candidate]:
        """Give every place found, in no order."""
        by_kind: dict[str, list[Reading]] = defaultdict(list)
        for reading in self.readings:
            by_kind[reading.kind].append(reading)
        makers: tuple[tuple[str, Callable[[list[Reading]], Iterator[Candidate]]], ...] = (
            ("asset", self._equipment),
            ("address", self._addresses),
            ("crossing", self._crossings),
            ("block", self._blocks),
            ("landmark", self._landmarks),
        )
        for kind, make in makers:
            if by_kind[kind]:
                yield from make(by_kind[kind])
        self.streets += [(reading, reading.score) for reading in by_kind["street"]]
        yield from self._of_streets()

    def _candidate(self, reading: Reading, score: float, choice: Choice) -> Candidate:
        """Give a candidate its district, and hold it against the one that was named."""
        code = self.ground.districts.find(choice.lon, choice.lat).code
        score -= ELSEWHERE if reading.area and code and code != reading.area else 0
        district = self.ground.by_code.get(code or "")
        return Candidate(
            choice=replace(choice, area=district.name if district else None), score=score, reading=reading
        )

    def _addresses(self, readings: list[Reading]) -> Iterator[Candidate]:
        asked = [Asked(key=each.entries[0].key, civic=each.civic or 0) for each in readings]
        rows: dict[int, list[Any]] = defaultdict(list)
        for row in lookups.houses(self.session, asked):
            rows[row.place].append(row)
        for place, reading in enumerate(readings, start=1):
            exact = [row for row in rows[place] if row.civic == reading.civic]
            if exact:
                yield from (self._house(reading, row) for row in exact)
                continue
            guess = numbers.between(
                reading.civic or 0, [House(civic=row.civic, lon=row.lon, lat=row.lat) for row in rows[place]]
            )
            if guess is None:
                self.streets.append((reading, reading.score - UNKNOWN_NUMBER))
                continue
            choice = Choice(
                label=f"{reading.civic}, {reading.entries[0].name}",
                lon=guess.lon,
                lat=guess.lat,
                kind="interpolated",
                accuracy_m=guess.accuracy_m,
                segment_id=rows[place][0].segment_id,
            )
            yield self._candidate(reading, reading.score - ESTIMATED, choice)

    def _house(self, reading: Reading, row: Any) -> Candidate:
        wanted, has = (reading.suffix or "").lower(), row.suffix.lower().strip(" -")
        choice = Choice(
            label=f"{row.civic}{row.suffix}, {row.street}",
            lon=row.lon,
            lat=row.lat,
            kind="address",
            accuracy_m=ADDRESS_M,
            segment_id=row.segment_id,
        )
        return self._candidate(reading, reading.score - (OTHER_SUFFIX if wanted != has else 0), choice)

    def _crossings(self, readings: list[Reading]) -> Iterator[Candidate]:
        found = self._meetings([(each.entries[0], each.entries[1]) for each in readings])
        for place, reading in enumerate(readings, start=1):
            for row in found[place]:
                choice = Choice(
                    label=f"{row.street} / {row.crossing}",
                    lon=row.lon,
                    lat=row.lat,
                    kind="intersection",
                    accuracy_m=CORNER_M,
                    segment_id=row.segment_id,
                )
                yield self._candidate(reading, reading.score, choice)

    def _meetings(self, pairs: Sequence[tuple[Entry, Entry]]) -> dict[int, list[Any]]:
        """Return where streets meet, by pair from 1, each corner once; what touches hides what misses."""
        rows: dict[int, list[Any]] = defaultdict(list)
        for row in lookups.corners(self.session, [(one.key, two.key) for one, two in pairs]):
            known = rows[row.place]
            if row.is_apart and any(not other.is_apart for other in known):
                continue
            if all(numbers.metres(row.lon, row.lat, other.lon, other.lat) > SAME_M for other in known):
                known.append(row)
        return rows

    def _blocks(self, readings: list[Reading]) -> Iterator[Candidate]:
        pairs = [(each.entries[0], each.entries[end]) for each in readings for end in (1, 2)]
        found = self._meetings(pairs)
        for order, reading in enumerate(readings):
            ends = [
                (one, two, numbers.metres(one.lon, one.lat, two.lon, two.lat))
                for one in found[2 * order + 1]
                for two in found[2 * order + 2]
            ]
            if not ends:
                continue
            one, two, length_m = min(ends, key=lambda pair: pair[2])
            street, first, last = (entry.name for entry in reading.entries)
            choice = Choice(
                label=f"{street}, entre {first} et {last}",
                label_en=f"{street}, between {first} and {last}",
                lon=(one.lon + two.lon) / 2,
                lat=(one.lat + two.lat) / 2,
                kind="block",
                accuracy_m=max(CORNER_M, length_m / 2),
                segment_id=one.segment_id,
            )
            yield self._candidate(reading, reading.score, choice)

    def _landmarks(self, readings: list[Reading]) -> Iterator[Candidate]:
        for reading in readings:
            entry = reading.entries[0]
            assert entry.lon is not None
            assert entry.lat is not None
            choice = Choice(
                label=entry.name,
                lon=entry.lon,
                lat=entry.lat,
                kind="landmark",
                accuracy_m=round(entry.radius_m),
                asset=(entry.kind, entry.key) if entry.key else None,
            )
            yield self._candidate(reading, reading.score, choice)

    def _equipment(self, readings: list[Reading]) -> Iterator[Candidate]:
        terms = {term.code: term for term in catalogue.current(self.session).catalogue.asset_kinds}
        for reading in readings:
            letters, _, digits = (reading.number or "").rpartition("-")
            for row in lookups.equipment(self.session, digits, reading.kinds[0] if reading.kinds else ""):
                if letters and not row.code.lower().startswith(letters):
                    continue
                term = terms.get(row.kind)
                choice = Choice(
                    label=f"{term.name.fr if term else row.kind} {row.code}",
                    label_en=f"{term.name.en if term else row.kind} {row.code}",
                    lon=row.lon,
                    lat=row.lat,
                    kind="asset",
                    accuracy_m=ASSET_M,
                    segment_id=row.segment_id,
                    asset=(row.kind, row.code),
                )
                yield self._candidate(reading, reading.score, choice)

    def _of_streets(self) -> Iterator[Candidate]:
        wanted = {reading.entries[0].key: (reading, score) for reading, score in reversed(self.streets)}
        for row in lookups.streets(self.session, sorted(wanted)):
            reading, score = wanted[row.key]
            east, north = row.width * math.cos(math.radians(row.lat)), row.height
            choice = Choice(
                label=reading.entries[0].name,
                lon=row.lon,
                lat=row.lat,
                kind="street",
                accuracy_m=max(ADDRESS_M, round(_METRES * math.hypot(east, north) / 2)),
                segment_id=row.segment_id,
            )
            yield self._candidate(reading, score, choice)

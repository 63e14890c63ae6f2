"""Queries written from a jurisdiction's own places, so that the place meant is known."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import civic
from gis.placenames import Entry
from tracker import definitions
from tracker.places import gazetteer, noise
from tracker.places.geocoding import SAME_M

SHARES = {"address": 50, "interpolated": 8, "intersection": 18, "landmark": 10, "asset": 8, "street": 6}
DROPPED_GENERIC = 0.25
FRENCH_IN_ENGLISH = 0.4  # half of the English speakers of a French town give a street its own name

_ADDRESSES = text("""
    SELECT civic, suffix, street, street_norm AS key, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM address
    ORDER BY street_norm, civic, suffix, id
""")
_CROSSINGS = text("""
    SELECT DISTINCT least(one.name, two.name) AS one, greatest(one.name, two.name) AS two,
           round(ST_X(p)::numeric, 5)::float AS lon, round(ST_Y(p)::numeric, 5)::float AS lat
    FROM street_segment one JOIN street_segment two ON ST_Touches(one.geom, two.geom) AND one.name < two.name
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(ST_Intersection(one.geom, two.geom)) AS p) x
    ORDER BY 1, 2, 3, 4
""")
_ASSETS = text("""
    SELECT kind, code, ST_X(ST_Centroid(geom)) AS lon, ST_Y(ST_Centroid(geom)) AS lat FROM asset
    WHERE kind = ANY(:kinds) ORDER BY kind, code
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """A place that a query means: how its label names it, and where it is if that is known (EPSG:4326)."""

    kind: str
    label: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What is typed, in which language, and what it means: one place, several, or none."""

    typed: str
    language: str
    kind: str
    truths: tuple[Truth, ...]

    @property
    def is_ambiguous(self) -> bool:
        return len(self.truths) > 1


def generate(session: Session, language: str, count: int, seed: int) -> list[Query]:
    """Write `count` queries of a language from the town's places; the same seed, the same queries."""
    rng = Random(f"{seed}-{language}")
    writer = _Writer(session, language, rng)
    total = sum(SHARES.values())
    counts = {kind: count * share // total for kind, share in SHARES.items()}
    counts["address"] += count - sum(counts.values())
    return [query for kind, wanted in counts.items() for query in writer.write(kind, wanted)]


class _Writer:
    """The places of a town, and one language's ways to say them."""

    def __init__(self, session: Session, language: str, rng: Random) -> None:
        self.language, self.rng = language, rng
        self.frames: Mapping[str, Any] = definitions.read_mapping(definitions.DATA / "places" / "trial.yaml")[
            language
        ]
        self.addresses = session.execute(_ADDRESSES).all()
        self.crossings = session.execute(_CROSSINGS).all()
        self.assets = session.execute(_ASSETS, {"kinds": sorted(self.frames["assets"])}).all()
        self.entries = gazetteer.current(session).entries
        self.numbers: dict[str, dict[int, Any]] = defaultdict(dict)
        self.cores: dict[str, tuple[str, ...]] = {}
        self.homonyms: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for row in self.addresses:
            self.numbers[row.street].setdefault(row.civic, row)
        for entry in self.entries:
            if entry.is_street:
                self.homonyms[entry.core].add(entry.name)
                self.cores[entry.name] = entry.core

    def write(self, kind: str, count: int) -> Iterator[Query]:
        """Give queries about places of one kind; what came out ambiguous is of the kind `ambiguous`."""
        make = getattr(self, f"_{kind}")
        for _ in range(count):
            said, truths, frame = make()
            around = self.rng.choice(self.frames["around"][frame]) if frame else "{place}"
            typed = around.replace("{place}", said)
            if self.rng.random() < noise.EXTRA:
                typed += self.rng.choice(self.frames["extra"])
            yield Query(
                typed=noise.mistype(typed, self.rng),
                language=self.language,
                kind="ambiguous" if len(truths) > 1 else kind,
                truths=tuple(truths),
            )

    def _street_said(self, name: str) -> tuple[str, bool]:
        """Say a street's name, and tell whether its generic was left out."""
        generic, _, own = name.partition(" ")
        spellings = self.frames["generics"].get(generic)
        if spellings is None or not own:
            return self._ordinal_said(name), False
        if self.rng.random() < DROPPED_GENERIC:
            return own, True
        if self.language == "fr":
            return f"{self.rng.choice(spellings)} {own}", False
        if self.rng.random() < FRENCH_IN_ENGLISH:
            return name, False
        bare = own if self.rng.random() < 0.3 else _without_article(own)
        return f"{bare} {self.rng.choice(spellings)}", False

    def _ordinal_said(self, name: str) -> str:
        number, _, generic = name.partition(" ")
        if not number[:1].isdigit() or self.language == "fr":
            return name
        value = int("".join(letter for letter in number if letter.isdigit()))
        ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10 if value not in (11, 12, 13) else 0, "th")
        return f"{value}{ending} {self.rng.choice(('Ave', generic))}"

    def _meanings(self, name: str, is_bare: bool) -> Sequence[str]:
        return sorted(self.homonyms[self.cores[name]]) if is_bare else [name]

    def _address(self) -> tuple[str, list[Truth], str]:
        row = self.rng.choice(self.addresses)
        said, is_bare = self._street_said(row.street)
        truths = [
            _house(self.numbers[name][row.civic])
            for name in self._meanings(row.street, is_bare)
            if row.civic in self.numbers[name]
        ]
        return f"{row.civic}{self.rng.choice((' ', ' ', ', '))}{said}", truths, "address"

    def _interpolated(self) -> tuple[str, list[Truth], str]:
        """A number between two of its side that are known, at most 16 apart: it has a place too."""
        while True:
            row = self.rng.choice(self.addresses)
            known = self.numbers[row.street]
            higher = next(
                (known[row.civic + gap] for gap in range(4, 17, 2) if row.civic + gap in known), None
            )
            if higher is None or higher.civic - row.civic < 4:
                continue
            civic = self.rng.randrange(row.civic + 2, higher.civic, 2)
            said = row.street
            share = (civic - row.civic) / (higher.civic - row.civic)
            truth = Truth(
                kind="interpolated",
                label=f"{civic}, {row.street}",
                lon=row.lon + share * (higher.lon - row.lon),
                lat=row.lat + share * (higher.lat - row.lat),
            )
            return f"{civic} {said}", [truth], "address"

    def _intersection(self) -> tuple[str, list[Truth], str]:
        row = self.rng.choice(self.crossings)
        pair = [row.one, row.two]
        self.rng.shuffle(pair)
        (one, is_one_bare), (two, is_two_bare) = self._street_said(pair[0]), self._street_said(pair[1])
        ones = set(self._meanings(pair[0], is_one_bare))
        twos = set(self._meanings(pair[1], is_two_bare))
        truths: list[Truth] = []
        for other in self.crossings:
            names = {other.one, other.two}
            is_meant = (other.one in ones and other.two in twos) or (other.two in ones and other.one in twos)
            if is_meant and not any(_is_near(other, truth) for truth in truths):
                label = " / ".join(sorted(names))
                truths.append(Truth(kind="intersection", label=label, lon=other.lon, lat=other.lat))
        joint = self.rng.choice(self.frames["joints"])
        return f"{one}{joint}{two}", truths, "intersection"

    def _landmark(self) -> tuple[str, list[Truth], str]:
        entry = self.rng.choice([each for each in self.entries if each.kind in ("park", "building")])
        said = entry.name
        if self.language == "en" and entry.what == "park" and entry.name.startswith("parc "):
            said = f"{_without_article(entry.name.removeprefix('parc '))} Park"
        return said, [_landmark_truth(entry)], "landmark"

    def _asset(self) -> tuple[str, list[Truth], str]:
        row = self.rng.choice(self.assets)
        digits = "".join(letter for letter in row.code if letter.isdigit()).lstrip("0")
        said = self.rng.choice(self.frames["assets"][row.kind])
        number = self.rng.choice((digits, row.code))
        truth = Truth(kind="asset", label=f"{row.kind} {row.code}", lon=row.lon, lat=row.lat)
        return said.replace("{n}", number), [truth], ""

    def _street(self) -> tuple[str, list[Truth], str]:
        entry = self.rng.choice([each for each in self.entries if each.is_street])
        said, is_bare = self._street_said(entry.name)
        truths = [Truth(kind="street", label=name) for name in self._meanings(entry.name, is_bare)]
        return said, truths, "street"


def _house(row: Any) -> Truth:
    return Truth(kind="address", label=f"{row.civic}{row.suffix}, {row.street}", lon=row.lon, lat=row.lat)


def _landmark_truth(entry: Entry) -> Truth:
    return Truth(kind="landmark", label=entry.name, lon=entry.lon, lat=entry.lat)


def _is_near(row: Any, truth: Truth) -> bool:
    assert truth.lon is not None
    assert truth.lat is not None
    return civic.metres(row.lon, row.lat, truth.lon, truth.lat) < SAME_M


def _without_article(own: str) -> str:
    for article in ("de la ", "de l’", "des ", "du ", "d’"):
        if own.startswith(article):
            return own.removeprefix(article)
    return own

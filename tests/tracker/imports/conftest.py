"""Small towns to import into, and files written on the spot."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Said
from sqlalchemy import Engine, text

from tests.support.database import Database
from tracker import db, events
from tracker.cli import main
from tracker.imports import districts, mapping_file, runner
from tracker.imports.mapping import Mapping
from tracker.imports.runner import Result
from tracker.imports.sweeps import Job
from tracker.jurisdictions import founding
from tracker.jurisdictions import service as jurisdictions

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
SERIAL = count(1)
PLACES = (
    "street_segment", "address", "asset", "map_feature", "parcel", "third_party", "retired_place",
)  # fmt: skip

# Two squares side by side on the meridian -74.0, each a hundredth of a degree.
SQUARES = """{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"name": "Ouest", "nom": "Ouest"}, "geometry": {"type": "Polygon",
   "coordinates": [[[-74.01, 45.0], [-74.0, 45.0], [-74.0, 45.01], [-74.01, 45.01], [-74.01, 45.0]]]}},
  {"type": "Feature", "properties": {"name": "Est", "nom": "Est"}, "geometry": {"type": "Polygon",
   "coordinates": [[[-74.0, 45.0], [-73.99, 45.0], [-73.99, 45.01], [-74.0, 45.01], [-74.0, 45.0]]]}}]}"""

MAPPING = """
label: {fr: "Petite ville", en: "Small town"}
zone: America/Toronto
id: id
dates: {received: opened, closed: closed, due: due, formats: [iso]}
place: {lon: lon, lat: lat, address: address, method: pin, learn_default_points: false,
        default_points: [[-74.005, 45.005]]}
description: text
language: fr
channel: phone
service:
  column: type
  values: {VOI-NID: [hole, "pot*"], ECL-PAN: [lamp], NUI-BRU: [noise], INF-GEN: [question]}
status:
  column: state
  values: {received: [open], accepted: [working], closed: [done], duplicate: [twin]}
closing:
  column: answer
  rules:
    - {says: fixed, outcome: fixed}
    - {says: not ours, status: refused, reason: third_party}
duplicates: {column: answer, says: "(?i)same as", parent: '#(?P<id>\\w+)'}
"""
COLUMNS = ("id", "opened", "closed", "due", "lon", "lat", "address", "text", "type", "state", "answer")


def row(source_id: str, **cells: str) -> dict[str, str]:
    """Return a row that is in order: a hole in the west, still open."""
    usual = dict.fromkeys(COLUMNS, "") | {
        "id": source_id,
        "opened": "2026-03-02 10:00:00",
        "lon": "-74.0031",
        "lat": "45.0042",
        "address": f"{source_id}, rue du Moulin",
        "text": f"Un trou, {source_id}",
        "type": "hole",
        "state": "open",
    }
    return usual | cells


def written(rows: Iterable[dict[str, str]], columns: Iterable[str] = COLUMNS) -> bytes:
    """Return rows as the bytes of a CSV file."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(columns), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def ended(result: Result) -> dict[str, int]:
    """Return how rows ended, without the outcomes nobody had."""
    return {name: count for name, count in result.counts.outcomes.items() if count}


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """A town of its own, with what the tests ask of it."""

    code: str
    app: Engine
    folder: Path

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Return the rows of a query, in the town's schema."""
        with db.transaction(self.app, self.code) as session:
            return list(session.execute(text(statement), values).all())

    def scalar(self, statement: str, **values: Any) -> Any:
        """Return the only value of a query."""
        return self.rows(statement, **values)[0][0]

    def cases(self) -> dict[str, Any]:
        """Return the cases by the number their first report had at the source."""
        found = self.rows(
            'SELECT r.source_id, c.*, ST_X(c.geom) AS lon, d.code AS district FROM "case" c '
            "JOIN report r ON r.case_id = c.id AND r.link = 'opened' "
            "LEFT JOIN district d ON d.id = c.district_id"
        )
        return {each.source_id: each for each in found}

    def squares(self, content: str = SQUARES, **chosen: Any) -> districts.Brought:
        """Bring districts in from a GeoJSON text."""
        path = self.folder / f"districts-{next(SERIAL)}.geojson"
        path.write_text(content, encoding="utf-8")
        wanted = districts.Chosen(path=path, **{"name_field": "name", **chosen})
        with db.transaction(self.app, self.code) as session:
            return districts.bring_in(session, wanted, today=date(2026, 5, 4))

    def mapping(self, content: str = MAPPING, name: str = "small") -> Mapping:
        """Read a mapping from its text."""
        (self.folder / f"{name}.yaml").write_text(content, encoding="utf-8")
        return mapping_file.load(name, self.folder)

    def bring_in(self, content: bytes | Iterable[dict[str, str]], **job: Any) -> Result:
        """Import a file with these bytes, or these rows."""
        path = self.folder / job.pop("name", f"rows-{next(SERIAL)}.csv")
        path.write_bytes(content if isinstance(content, bytes) else written(content))
        wanted: dict[str, Any] = {"mapping": self.mapping(), "clock": lambda: NOW} | job
        return runner.run(self.app, self.code, Job(path=path, **wanted))

    def broken_seals(self) -> list[Any]:
        """Return the events whose hash is not theirs, or which do not follow the one before."""
        broken = []
        tails: dict[Any, bytes] = {}
        for e in self.rows("SELECT * FROM event ORDER BY case_id, seq"):
            fact = events.Fact(kind=e.kind, actor=e.actor, at=e.at, payload=e.payload, device_at=e.device_at)
            previous = tails.get(e.case_id, events.NO_HASH)
            digest = events.digest_of(e.case_id, e.seq, fact, previous)
            if (bytes(e.prev_hash), bytes(e.hash)) != (previous, digest):
                broken.append(e)
            tails[e.case_id] = bytes(e.hash)
        ends = {c.id: bytes(c.last_hash) for c in self.rows('SELECT id, last_hash FROM "case"')}
        return broken + [case_id for case_id, end in ends.items() if tails.get(case_id) != end]

    def digests(self, *tables: str) -> dict[str, str]:
        """Return an MD5 of everything in tables."""
        names = tables or ('"case"', "report", "event", "import_run", "boundary_set", "district", "refusal")
        return {
            name: self.scalar(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            )
            for name in names
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A database where towns are founded, which takes seconds, and emptied, which takes none."""

    owner: Engine
    app: Engine

    def found(self, **facts: Any) -> str:
        """Make a town that holds the catalogue and the workflows, and nothing else."""
        code = f"import_{next(SERIAL)}"
        known: dict[str, Any] = {"name": "Essai", "prefix": "ES"} | facts
        town = jurisdictions.Town(code=code, **known)
        role = jurisdictions.app_role_of(self.app.url.render_as_string(hide_password=False))
        founding.found(self.owner, self.app, town, app_role=role)
        return code

    def empty(self, code: str) -> None:
        """Take out everything that an import brings into a town."""
        with self.owner.begin() as connection:
            connection.execute(text(f"SET LOCAL search_path = j_{code}, public"))
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER event_no_truncate"))
            connection.execute(text('TRUNCATE "case", report, event, import_run, boundary_set CASCADE'))
            connection.execute(text(f"TRUNCATE {', '.join(PLACES)} CASCADE"))
            connection.execute(text("ALTER TABLE event ENABLE TRIGGER event_no_truncate"))


@pytest.fixture(scope="session")
def place(database: Database) -> Iterator[Place]:
    """The database of these tests."""
    found = Place(
        owner=db.make_engine(database.owner_url, pool_size=1),
        app=db.make_engine(database.app_url, pool_size=4),
    )
    yield found
    found.owner.dispose()
    found.app.dispose()


@pytest.fixture(scope="session")
def founded(place: Place) -> str:
    """The town that these tests share, one after the other."""
    return place.found()


@pytest.fixture
def bare_town(place: Place, founded: str, tmp_path: Path) -> Town:
    """An empty town without districts."""
    place.empty(founded)
    return Town(code=founded, app=place.app, folder=tmp_path)


@pytest.fixture
def town(bare_town: Town) -> Town:
    """A town of two square districts, Ouest and Est."""
    bare_town.squares()
    return bare_town


def terminal(database: Database, town: Town, *before: str) -> Callable[..., Said]:
    """Return what runs a command against the town, its words after `before`, in French by default."""

    def run(*words: str, lang: str = "fr_CA.UTF-8") -> Said:
        env = {
            "VIGIE_DATABASE_URL": database.app_url,
            "VIGIE_OWNER_DATABASE_URL": database.owner_url,
            "VIGIE_VAR": str(town.folder / "var"),
            "VIGIE_JURISDICTION": town.code,
            "LC_ALL": lang,
            "LC_MESSAGES": lang,
            "LANG": lang,
            "LANGUAGE": "",
        }
        return CliRunner(env=env).invoke(main, [*before, *words])

    return run

"""Scenario: reports arrive. The whole pipeline, each at another place of the town, each with its own key."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import text

from tests.bench import blocks, ceiling
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.capture import Sent, Substitutes, script
from tests.bench.cases import JITTER_DEG
from tests.bench.client import request
from tests.bench.place import CODE
from tracker import db
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.clock import system_clock

PATH = "/api/v1/reports"
GOAL = Goal(per_s=400.0, ratio=0.30)
SAMPLES = 41
POINTS = 200
_SAID = (
    "Un trou profond dans la voie de droite, près de l’arrêt d’autobus.", "Encore la même chose qu’en avril.",
    "Le lampadaire clignote toute la nuit.", "Quelqu’un pourrait se blesser ici.",
    "There is glass all over the bike path.", "Le sac est resté au bord de la rue.",
)  # fmt: skip


def measure(bench: Bench) -> Result:
    """Measure intake over HTTP against pgbench running intake's own statements."""
    given = bodies(bench)
    sent = _typical(bench, given)
    script_text = script(sent, _substitutes(sent, given))
    top = ceiling.write(bench.folder, "submit", bench.place.dsn, script_text, clients=bench.plan.clients)
    work = Work(name="submit", requests=requests(given), status=201, statements=len(sent), goal=GOAL)
    return blocks.compare(bench.server, work, bench.plan, top.run)


def requests(given: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Give reports as requests, each with a key of its own."""
    for body in given:
        yield request("POST", PATH, headers={"Idempotency-Key": str(uuid4())}, body=body)


def bodies(bench: Bench) -> Iterator[dict[str, Any]]:
    """Give reports about any place of the town, services in the catalogue's proportions, without end."""
    with db.transaction(bench.place.app, CODE) as session:
        services = _services(catalogue.current(session).catalogue.services)
        homes = session.execute(text("SELECT ST_X(geom), ST_Y(geom) FROM address ORDER BY id")).all()
    rng = np.random.default_rng()
    volumes = np.array([service.demo.volume if service.demo else 0 for service in services], dtype=float)
    for serial in itertools.count():
        if serial % 1_000 == 0:
            chosen = rng.choice(len(services), size=1_000, p=volumes / volumes.sum()).tolist()
            at = rng.integers(len(homes), size=1_000).tolist()
            jitter = (rng.normal(size=(1_000, 2)) * JITTER_DEG).tolist()
        position = serial % 1_000
        lon, lat = homes[at[position]]
        service = services[chosen[position]]
        yield {
            "service_code": service.code,
            "location": {
                "lon": round(lon + jitter[position][0], 7),
                "lat": round(lat + jitter[position][1], 7),
                "accuracy_m": 8,
                "method": "gps",
            },
            "description": f"{_SAID[serial % len(_SAID)]} ({serial})",
            "answers": _answers(service),
            "language": "fr",
            "contact": {"email": f"personne{serial}@courriel.test"},
        }


def _services(all_of_them: Sequence[Service]) -> list[Service]:
    """Return the services that anyone may report at any place, today."""
    today = system_clock().date()
    return [
        service
        for service in all_of_them
        if service.demo is not None
        and service.demo.volume
        and not service.needs_contact
        and (service.season is None or service.season.contains(today))
    ]


def _answers(service: Service) -> dict[str, object]:
    answers: dict[str, object] = {}
    for question in service.questions:
        if not question.required:
            continue
        if question.datatype in ("singlevaluelist", "multivaluelist"):
            code = question.options[0].code if question.options else "autre"
            answers[question.code] = code if question.datatype == "singlevaluelist" else [code]
        else:
            answers[question.code] = {"number": 3, "datetime": "2026-11-01T10:00:00-05:00"}.get(
                question.datatype, "au coin"
            )
    return answers


def _typical(bench: Bench, given: Iterator[dict[str, Any]]) -> list[Sent]:
    """Return the statements of the most usual kind of submission, among several."""
    samples: list[list[Sent]] = []
    for body in itertools.islice(given, SAMPLES):
        headers = {"Idempotency-Key": str(uuid4())}
        sent, _ = bench.inside.ask("POST", PATH, 201, json=body, headers=headers)
        samples.append(sent)
    shapes = Counter(tuple(each.query for each in sent) for sent in samples)
    usual = shapes.most_common(1)[0][0]
    return next(sent for sent in reversed(samples) if tuple(each.query for each in sent) == usual)


def _substitutes(sent: Sequence[Sent], given: Iterator[dict[str, Any]]) -> Substitutes:
    opening = next(each for each in sent if 'INSERT INTO "case"' in each.query)
    points = [(body["location"]["lon"], body["location"]["lat"]) for body in itertools.islice(given, POINTS)]
    fresh = (
        "CAST(lpad(to_hex(CAST(:ms AS bigint)), 12, '0') || '{}'"
        " || lpad(to_hex(CAST(:client_id AS int)), 3, '0')"
        " || '8' || lpad(to_hex(CAST(:r AS bigint)), 15, '0') AS uuid)"
    )
    number = "('PB-' || :client_id || '-' || :r)"
    return Substitutes(
        prologue=(
            f"\\set i random(0, {len(points) - 1})",
            f"\\set lon {_chosen([lon for lon, _ in points])} + random(-30000, 30000) / 1e7",
            f"\\set lat {_chosen([lat for _, lat in points])} + random(-30000, 30000) / 1e7",
            # New keys go to the right edge of their indexes, as UUIDv7 does.
            "\\set r random(1, 1000000000000000)",
            f"\\set ms {int(system_clock().timestamp() * 1000)} + random(0, 100)",
        ),
        values={
            str(opening.values["number"]): number,
            str(opening.values["case_id"]): fresh.format("7"),
            str(opening.values["report_id"]): fresh.format("6"),
        },
        names={"lon": ":lon", "lat": ":lat", "key": "('k' || :client_id || '-' || :r)"},
    )


def _chosen(values: Sequence[float]) -> str:
    whens = " ".join(f"when :i = {position} then {value:.7f}" for position, value in enumerate(values))
    return f"(case {whens} end)"

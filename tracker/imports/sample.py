"""A file of made-up requests for `data/mappings/example.yaml`, to try or to measure an import."""

import csv
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gis.crs import Box

MAPPING = "example"
COLUMNS = (
    "number", "received_at", "closed_at", "due_at", "longitude", "latitude", "address", "street",
    "cross_street", "description", "channel", "service", "status", "answer", "duplicate_of",
)  # fmt: skip
_SERVICES = ("nid-de-poule", "lampadaire", "collecte oubliée", "graffiti", "arbre tombé", "autre")
_CHANNELS = ("téléphone", "internet", "mobile", "équipe")
_START = datetime(2025, 1, 6, 8, 0)  # noqa: DTZ001 -- the local times of a source


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """How many rows, where, and which share repeats an earlier one. The same seed gives the same file."""

    rows: int
    box: Box
    duplicates: float = 0.05
    closed: float = 0.9
    seed: int = 311


def write(path: Path, sample: Sample) -> None:
    """Write the file as CSV, UTF-8. Positions are spread evenly over the box, degrees EPSG:4326."""
    chance = random.Random(sample.seed)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(_row(number, sample, chance) for number in range(1, sample.rows + 1))


def _row(number: int, sample: Sample, chance: random.Random) -> tuple[str, ...]:
    received = _START + timedelta(minutes=7 * number % 500_000, seconds=chance.randrange(60))
    is_closed = chance.random() < sample.closed
    is_duplicate = number > 1 and chance.random() < sample.duplicates
    closed = received + timedelta(hours=1 + chance.expovariate(1 / 60))
    civic, street = chance.randrange(1, 900), chance.randrange(1, 400)
    return (
        str(number),
        received.isoformat(" "),
        closed.isoformat(" ", "seconds") if is_closed or is_duplicate else "",
        "",
        f"{chance.uniform(sample.box.west, sample.box.east):.6f}",
        f"{chance.uniform(sample.box.south, sample.box.north):.6f}",
        f"{civic}, rue {street}",
        "",
        "",
        f"Demande {number} : au {civic}, rue {street}, depuis plusieurs jours",
        chance.choice(_CHANNELS),
        chance.choice(_SERVICES),
        "terminée" if is_closed or is_duplicate else "nouvelle",
        "réparé" if is_closed else "",
        str(chance.randrange(1, number)) if is_duplicate else "",
    )

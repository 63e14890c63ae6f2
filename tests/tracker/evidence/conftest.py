"""A town whose cases have histories of all lengths, checkpointed twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import city as cities
from tests.support import deeds, pictures, towns
from tests.support.city import City
from tests.support.database import Database
from tracker.evidence import checkpoints
from tracker.evidence.keys import Vault


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A town, where its key and checkpoints are kept."""

    town: City
    vault: Vault


def live(town: City, count: int) -> None:
    """Open cases and let some of them run their course."""
    desk, crew = town.caller("dispatcher"), town.caller("crew")
    for at in range(count):
        number = town.report(location=cities.pin(250 + 13 * at, 502), description=f"Trou numéro {at}")[
            "number"
        ]
        steps = at % 6
        if steps > 0:
            assert desk.move(number, "accept").status_code == 200
        if steps > 1:
            assert desk.move(number, "assign", crew="E1").status_code == 200
        if steps > 2:
            assert crew.move(number, "start", reason="Pas de signal là-bas").status_code == 200
        if steps > 4:
            inputs = {"outcome": "already_done", "minutes": 12, "note": "Rien à faire, merci."}
            photos = [pictures.taken_at()]
            done = deeds.move_with(town, "crew", number, photos, transition="complete", inputs=inputs)
            assert done.status_code == 200, done.text
        town.clock.advance(minutes=7)


@pytest.fixture(scope="module")
def lived(database_server: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder: Path = tmp_path_factory.mktemp("evidence")
    vault = Vault(key=folder / "key.pem", folder=folder / "checkpoints")
    with towns.alone(database_server, folder, "evidence") as place:
        cities.found(place)
        clock = towns.FakeClock()
        clock.now = cities.MONDAY
        tokens = {role: towns.token_for(place, cities.CODE, role, at=clock.now) for role in cities.STAFF}
        town = City(place=place, app=towns.application(place, clock), clock=clock, tokens=tokens)
        for _ in range(2):
            live(town, 12)
            with town.session() as session:
                checkpoints.make_checkpoint(session, clock.now, vault)
        yield Lived(town=town, vault=vault)

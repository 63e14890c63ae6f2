"""What is erased is nowhere any more, in no table and in no file; what is counted is counted as before."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from tests.support import chain, deeds, pictures
from tests.support import city as cities
from tests.support.city import City
from tracker.evidence import checkpoints, verifying
from tracker.evidence.keys import Vault
from tracker.media.service import Shelf
from tracker.privacy import files, service

NAME, EMAIL, PHONE = "Philomène Quatrefages", "philo.quatrefages@example.org", "450 555-0173"
WORDS = "Le trou xylophonique devant chez moi a brisé ma roue zébrée"
MARKS = ("Quatrefages", "Philomène", EMAIL, PHONE, "4505550173", "xylophonique", "zébrée", "zebree")
PERSON = {"name": NAME, "email": EMAIL, "phone": PHONE}


def tell(town: City, **more: Any) -> dict[str, Any]:
    """Report something as the person of these tests, with a photo."""
    report = cities.sample("field_work") | {"description": WORDS, "contact": PERSON} | more
    photo = pictures.taken_at(-74.1, 45.2)
    answer = town.caller().post_form(
        "/reports", {"report": report}, [("p.jpg", photo)], Idempotency_Key=f"told-{uuid4()}"
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def dump(town: City) -> str:
    """Return every row of every table of the town, as text."""
    with town.place.owner.begin() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY 1"),
            {"schema": f"j_{town.code}"},
        ).all()
        rows = []
        for table in tables:
            for row in connection.execute(text(f'SELECT t.* FROM j_{town.code}."{table}" t')):
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else None
                    rows.append(raw.decode("utf-8", "replace") if raw is not None else str(value))
                rows.append(orjson.dumps(str(row)).decode())
    return "\n".join(rows)


def on_disk(town: City) -> dict[str, bytes]:
    root = town.place.settings.media / town.code
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def found(town: City) -> list[str]:
    said = dump(town).lower()
    return [mark for mark in MARKS if mark.lower() in said]


def shelf(town: City) -> Shelf:
    return Shelf(root=town.place.settings.media / town.code)


def counts(town: City) -> list[Any]:
    """Return how many reports there are by service, district and month."""
    counted = text("""
        SELECT r.service_code, c.district_id,
               to_char(r.received_at, 'YYYY-MM'), count(*), sum(c.reports_count)
        FROM report r JOIN "case" c ON c.id = r.case_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """)
    with town.session() as session:
        return list(session.execute(counted).all())


def test_erasing_leaves_nothing_of_the_person_and_counts_the_same(town: City):
    for file in list((town.place.settings.media / town.code).rglob("*")):
        if file.is_file():
            file.unlink()
    told = tell(town)
    town.report(location=cities.pin(320, 502), description="Un autre, tout près")
    number = told["case"]["number"]
    desk = town.caller("dispatcher")
    deeds.ok(desk.move(number, "accept"))
    assert (
        town.caller().get(told["photos"][0]["url"].removeprefix("/api/v1") + "&size=thumb").status_code == 200
    )
    other = town.report(description="Troisième")["number"]
    joined = deeds.merge(town, other, into=number)
    assert joined.status_code == 200, joined.text
    before, disk = counts(town), on_disk(town)
    assert set(found(town)) >= {"Quatrefages", EMAIL, PHONE, "xylophonique"}
    assert any(name.startswith("originals") for name in disk)
    erased = town.caller().delete(
        f"/tracking/{told['number']}/{told['secret']}/data", Idempotency_Key="erase"
    )
    assert erased.status_code == 200, erased.text
    assert found(town) == []
    assert on_disk(town) == {}
    assert counts(town) == before
    with town.session() as session:
        assert chain.broken(session) == []
    assert town.caller().get(f"/tracking/{told['number']}/{told['secret']}").status_code == 404
    again = town.caller().delete(f"/tracking/{told['number']}/{told['secret']}/data", Idempotency_Key="erase")
    assert again.data == erased.data
    (run,) = town.caller("clerk").get("/privacy/runs").json["runs"]
    assert (run["kind"], run["by"], run["counts"]["reports"]) == ("erasure", "citizen", 1)
    assert run["criteria"]["report"] == told["number"]
    assert [mark for mark in MARKS if mark in orjson.dumps(run).decode()] == []


def test_what_staff_wrote_about_a_person_goes_with_them_and_the_chain_still_holds(town: City, tmp_path: Path):
    told = tell(town)
    number = told["case"]["number"]
    desk = town.caller("dispatcher")
    deeds.ok(desk.move(number, "accept"))
    deeds.ok(desk.move(number, "refuse", reason="private", note=f"{NAME} a été avisée au {PHONE}"))
    history = desk.get(f"/cases/{number}/history").json["events"]
    assert any(NAME in str(event["words"]) for event in history)
    assert NAME not in str([event["payload"] for event in history])
    vault = Vault(key=tmp_path / "key.pem", folder=tmp_path / "checkpoints")
    with town.session() as session:
        checkpoints.make_checkpoint(session, town.clock.now, vault)
    assert town.caller().delete(f"/tracking/{told['number']}/{told['secret']}/data").status_code == 200
    assert found(town) == []
    with town.session() as session:
        given = [
            checkpoints.read_file(f, vault.signing().public)
            for f in (tmp_path / "checkpoints").rglob("*.checkpoint")
        ]
        verdict = verifying.verify(session, verifying.from_files(given, town.code))
    assert verdict.faults == []


def test_a_person_takes_out_what_is_kept_of_them_and_nothing_of_others(town: City):
    told = tell(town)
    town.report(description="Secret d’un autre", case_number=told["case"]["number"])
    answer = town.caller().get(f"/tracking/{told['number']}/{told['secret']}/data")
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        data = orjson.loads(packed.read("data.json"))
        page = packed.read("index.html").decode()
        names = packed.namelist()
        photo = packed.read(data["photos"][0]["file"])
    assert data["contact"]["email"] == EMAIL
    assert data["report"]["description"] == WORDS
    assert WORDS in page
    assert len(names) == 3
    assert photo[:2] == b"\xff\xd8"
    assert "Secret d’un autre" not in orjson.dumps(data).decode()
    assert town.caller().get(f"/tracking/{told['number']}/wrong/data").status_code == 404
    theirs = town.caller("clerk").get(f"/reports/{told['number']}/data")
    assert theirs.status_code == 200


def test_the_clerk_erases_on_somebodys_behalf_with_the_reason_on_record(town: City):
    told = tell(town)
    clerk = town.caller("clerk")
    assert clerk.post(f"/reports/{told['number']}/erasure", {"reason": ""}).status_code == 422
    answer = clerk.post(f"/reports/{told['number']}/erasure", {"reason": "Demande écrite du 4 mai"})
    assert answer.status_code == 200, answer.text
    assert found(town) == []
    assert clerk.post(f"/reports/{told['number']}/erasure", {"reason": "Encore"}).status_code == 409
    (run,) = clerk.get("/privacy/runs").json["runs"]
    assert run["criteria"]["reason"] == "Demande écrite du 4 mai"


def close(town: City, number: str) -> None:
    desk = town.caller("dispatcher")
    deeds.ok(desk.move(number, "accept"))
    deeds.ok(desk.move(number, "refuse", reason="private", note="Voyez le ministère"))


def anonymise(town: City, **later: float) -> service.Done:
    with town.session() as session:
        return service.anonymise(session, town.clock.now + timedelta(**later), shelf=shelf(town))


def test_contacts_go_first_then_reports_and_open_cases_never(town: City):
    told = tell(town)
    opened = town.report(location=cities.pin(900, 502), description="Toujours ouvert", contact=cities.CONTACT)
    close(town, told["case"]["number"])
    assert anonymise(town, days=150).tally.contacts == 0
    first = anonymise(town, days=200)  # VOI: 180 days
    assert (first.tally.contacts, first.tally.reports) == (1, 0)
    assert "xylophonique" in found(town)
    assert EMAIL not in found(town)
    before = counts(town)
    second = anonymise(town, days=731)
    assert second.tally.reports == 1
    assert found(town) == []
    assert counts(town) == before
    assert deeds.follow(town, opened)["description"] == "Toujours ouvert"
    assert anonymise(town, days=731).tally.reports == 0
    with town.session() as session:
        assert chain.broken(session) == []
        chain.check_sound(session)
        kinds = [run.kind for run in service.register(session, limit=9)]
    assert kinds == ["retention", "retention"]


def answers(town: City, number: str) -> dict[str, Any]:
    with town.session() as session:
        found = session.scalar(text("SELECT answers FROM report WHERE number = :number"), {"number": number})
    assert isinstance(found, dict)
    return found


def test_personal_answers_go_with_the_contact_and_the_others_stay(town: City):
    said = {"type": "souleve", "chute": "oui"}
    told = tell(town, service_code="VOI-TRO", answers=said, location=cities.pin(400, 502))
    close(town, told["case"]["number"])
    assert answers(town, told["number"]) == said
    anonymise(town, days=200)
    assert answers(town, told["number"]) == {"type": "souleve"}
    erased = tell(town, service_code="VOI-TRO", answers=said, location=cities.pin(800, 502))
    town.caller().delete(f"/tracking/{erased['number']}/{erased['secret']}/data")
    assert answers(town, erased["number"]) == {"type": "souleve"}


def test_a_hold_outlasts_the_retention(town: City):
    told = tell(town)
    close(town, told["case"]["number"])
    town.caller("clerk").post("/holds", {"case_number": told["case"]["number"], "reason": "Litige"})
    done = anonymise(town, days=4_000)
    assert (done.tally.reports, done.held) == (0, 1)
    assert "xylophonique" in found(town)
    assert EMAIL in found(town)
    with town.session() as session:
        assert service.due(session, town.clock.now + timedelta(days=4_000))[1:] == (0, 1)


@pytest.mark.parametrize(("cases", "placed"), [(4, 0), (6, 6)])
def test_a_group_too_small_loses_its_place_too(town: City, cases, placed):
    """Fewer than five of one service, district and month: where they were could tell who they were."""
    for at in range(cases):
        number = town.report(location=cities.pin(200 + 60 * at, 502), description=f"n° {at}")["case"][
            "number"
        ]
        close(town, number)
    done = anonymise(town, days=800)
    assert done.tally.reports == cases
    assert done.smallest_group == cases
    with town.session() as session:
        rows = session.execute(text("SELECT ST_X(geom) AS x, description, address_text FROM report")).all()
        middles = {round(row.x, 6) for row in rows if row.x is not None}
        case_rows = session.execute(text('SELECT summary, geom IS NOT NULL AS placed FROM "case"')).all()
    assert sum(row.x is not None for row in rows) == placed
    assert sum(row.placed for row in case_rows) == placed
    assert len(middles) <= 1  # the middle of rue du Moulin, whichever door it was
    assert {row.description for row in rows} == {""} == {row.summary for row in case_rows}


def test_two_people_who_sent_one_picture_lose_it_one_at_a_time(town: City):
    one, two = tell(town), tell(town, location=cities.pin(900, 502), description="Pareil")
    originals = [name for name in on_disk(town) if name.startswith("originals")]
    town.caller().delete(f"/tracking/{one['number']}/{one['secret']}/data")
    assert [name for name in on_disk(town) if name in originals] == originals
    town.caller().delete(f"/tracking/{two['number']}/{two['secret']}/data")
    assert [name for name in on_disk(town) if name in originals] == []


def test_photos_of_refused_reports_are_thrown_away_after_a_day(town: City):
    kept = tell(town)
    outside = cities.sample("field_work") | {"location": {"lon": -70.0, "lat": 47.0}}
    photo = pictures.taken_at(-74.12, 45.24)
    refused = town.caller().post_form("/reports", {"report": outside}, [("p.jpg", photo)])
    assert refused.status_code == 422, refused.text
    root = town.place.settings.media / town.code
    everything = [file for file in root.rglob("*") if file.is_file()]
    now = town.clock.now
    for file in everything:
        os.utime(file, (now.timestamp() - 3600, now.timestamp() - 3600))
    with town.session() as session:
        assert len(files.orphans(session, shelf(town), now).files) == 0
    for file in everything:
        os.utime(file, (now.timestamp() - 90_000, now.timestamp() - 90_000))
    with town.session() as session:
        gone = service.purge_photos(session, now, shelf=shelf(town))
    assert len(gone.files) >= 1
    assert town.caller("agent").get(f"/photos/{kept['photos'][0]['id']}").status_code == 200
    with town.session() as session:
        assert files.orphans(session, shelf(town), now).files == ()

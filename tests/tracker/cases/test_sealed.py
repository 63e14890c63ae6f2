"""What is sealed leaves no trace for who may not see it: every face gives the same bytes with and without."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.support import city as cities
from tests.support import pictures, towns
from tests.support.city import City
from tests.support.deeds import ok
from tests.tracker.maps.test_tiles import address_of
from tracker.accounts import permissions
from tracker.maps import kept
from tracker.surges import service as surges

LON, LAT = cities.at(300, 502)
# Every list, total, picture and search that there is, below /api/v1.
API = (
    "/cases", "/cases?limit=1", "/cases?order=due&open=true", "/cases?order=priority&open=true",
    "/cases?open=false", "/cases?q=introuvable", "/cases?q=LC-2026", "/cases?service=CTS-REC",
    "/cases?status=filed", "/cases?status=received", "/cases?late=true", "/cases?mine=true",
    "/cases?duplicates=true", "/cases?mark=late_filing", "/cases?mark=late_notice",
    "/cases?bbox=-80,40,-60,50",
    "/cases/counts", "/cases/counts?service=CTS-CON", "/cases/counts?q=introuvable",
    f"/nearby?lon={LON}&lat={LAT}&radius_m=5000", "/surges", "/surges?status=dismissed",
    "/density?service=VOI-NID", "/density?service=CTS-REC", "/density?group=CTS", "/map/style.json", "/crews",
    "/districts", "/services", "/resources", "/workflows", "/workflows/contestation",
    "/places/search?q=moulin",
)  # fmt: skip
TILES = [
    address_of(layer, 300, 502, z) + query
    for layer, query in (("cases", ""), ("cases", "?group=CTS"), ("density", "?service=CTS-REC"))
    for z in (9, 12, 14, 16)
]
PAGES = ("/", "/carte", "/dispatch", "/dispatch?q=introuvable", "/dispatch?view=late", "/crew")


@pytest.fixture
def street(town: City) -> dict[str, str]:
    """A town at work: cases of every open family, one with a look-alike, one that is followed."""
    told = {family: town.report(family, contact=cities.CONTACT) for family in ("field_work", "inspection")}
    town.report("question")
    town.report(location=cities.pin(304, 502))
    ok(town.caller("dispatcher").move(told["field_work"]["number"], "accept"))
    return {family: each["number"] for family, each in told.items()}


def seal(town: City, street: dict[str, str]) -> list[dict[str, Any]]:
    """File a late contestation, a claim at the very place with a photo, a complaint about a case."""
    claim = {
        "service_code": "CTS-REC", "contact": cities.CONTACT, "location": cities.pin(300, 502),
        "answers": {"date_evenement": "2026-03-01", "montant": 400, "description": "Introuvable pneu crevé"},
    }  # fmt: skip
    answer = town.caller().post_form("/reports", {"report": claim}, [("p.jpg", pictures.taken_at())])
    assert answer.status_code == 201, answer.text
    complaint = {
        "service_code": "CTS-PLA", "contact": cities.CONTACT,
        "answers": {"requete_liee": street["field_work"], "nature": "delai"},
    }  # fmt: skip
    late: dict[str, Any] = cities.sample("contestation")
    late["answers"] = late["answers"] | {"date_signification": "2026-01-02"}
    told = [dict(answer.json), town.report("contestation", **late | {"description": "Introuvable"})]
    filed = town.caller().post("/reports", complaint)
    assert filed.status_code == 201, filed.text
    return [*told, dict(filed.json)]


def faces(town: City, street: dict[str, str], role: str) -> dict[str, bytes]:
    """Return what every face gives a role."""
    kept.shelf.clear()
    who = town.caller(role)
    seen = {path: who.get(path).data for path in API}
    seen |= {f"{path} geojson": who.get(path, Accept="application/geo+json").data for path in API[:8]}
    for number in street.values():
        seen |= {f"{number}{more}": who.get(f"/cases/{number}{more}").data for more in ("", "/history")}
    seen |= {path: who.client.get(path, headers=who.headers).data for path in TILES}
    report = cities.sample("field_work")
    seen["lookalikes"] = who.post("/duplicates", report).data
    claim = report | {
        "service_code": "CTS-REC",
        "answers": town.answers("CTS-REC"),
        "contact": cities.CONTACT,
    }
    seen["lookalikes of a claim"] = who.post("/duplicates", claim).data
    return seen


def pages(town: City, street: dict[str, str], role: str) -> dict[str, bytes]:
    client: FlaskClient = town.app.test_client()
    if role != "citizen":
        form = {"email": f"{role}@{cities.CODE}.test", "password": towns.PASSWORD}
        assert client.post("/connexion", data=form).status_code == 303
    listed = (*PAGES, *(f"/dispatch/{number}" for number in street.values()), "/cheminements")
    seen = {path: client.get(path, headers={"Accept": "text/html"}).data for path in listed}
    return {path: _without_tokens(each) for path, each in seen.items()}


def _without_tokens(page: bytes) -> bytes:
    return re.sub(rb'(?:name="(?:csrf|key)" value="[^"]*"|[0-9a-f]{32})', b"", page)


ROLES = [role for role in permissions.ROLES if role not in ("partner", "system", "clerk")]


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_a_sealed_file_reaches_who_may_not_see_it(town: City, street, role):
    before, pages_before = faces(town, street, role), pages(town, street, role)
    told = seal(town, street)
    clerk = town.caller("clerk")
    for each in told:
        ok(clerk.move(each["number"], "accept"))
    ok(clerk.post(f"/cases/{told[0]['number']}/related", {"case_number": street["field_work"]}, If_Match="*"))
    with town.session() as session:
        surges.find(session, now=town.clock.now)
    after, pages_after = faces(town, street, role), pages(town, street, role)
    assert {path for path in before if not _same(before[path], after[path])} == set()
    assert {path for path in pages_before if pages_before[path] != pages_after[path]} == set()
    who = town.caller(role)
    for each in told:
        number = each["number"]
        for answer in (
            who.get(f"/cases/{number}"),
            who.get(f"/cases/{number}/history"),
            who.get(f"/cases/{number}/calendar.ics"),
            who.post(f"/cases/{number}/transitions", {"transition": "close"}, If_Match="*"),
            who.post(f"/cases/{number}/payments", {"amount_cents": 1, "method": "cash", "reference": "x"}),
            who.post(f"/cases/{number}/merge", {"into": street["field_work"]}),
            who.post("/reports", cities.sample("field_work") | {"case_number": number}),
        ):
            assert answer.status_code in (401, 403, 404), (number, answer.text)
            if answer.status_code == 404:
                assert answer.json["type"] == "/problems/case-not-found", answer.text
    photo = told[0]["photos"][0]["id"]
    assert who.get(f"/photos/{photo}").status_code == 404


def _same(before: bytes, after: bytes) -> bool:
    """Compare two answers; a refusal has a request id of its own."""
    if b'"request_id"' in before:
        return before.partition(b'"request_id"')[0] == after.partition(b'"request_id"')[0]
    return before == after


def test_the_clerk_sees_them_all_in_lists_totals_and_on_the_map(town: City, street):
    before = faces(town, street, "clerk")
    told = seal(town, street)
    after = faces(town, street, "clerk")
    changed = {path for path in before if not _same(before[path], after[path])}
    assert {
        "/cases",
        "/cases/counts",
        "/cases?q=introuvable",
        "/cases?mark=late_filing",
        "/workflows",
    } <= changed
    clerk = town.caller("clerk")
    assert clerk.get("/cases/counts").json["open"] == 4 + len(told)
    assert {path for path in TILES if path in changed}
    assert not {path for path in changed if street["field_work"] in path}


def test_a_contestation_that_comes_late_is_flagged_and_never_refused(town: City):
    late: dict[str, Any] = cities.sample("contestation")
    late["answers"] = late["answers"] | {"date_signification": "2026-04-03"}
    on_time = late | {"answers": late["answers"] | {"date_signification": "2026-04-04"}}
    numbers = [town.report("contestation", **given)["number"] for given in (late, on_time)]
    marks = [town.caller("clerk").get(f"/cases/{number}").json["marks"] for number in numbers]
    assert [[mark["name"] for mark in each] for each in marks] == [["late_filing"], []]
    assert marks[0][0]["facts"] == {"since": "2026-04-03", "last_day": "2026-05-03", "days_late": 1}


def test_a_complaint_needs_a_request_and_is_answered_by_somebody_else(town: City):
    number = town.report()["number"]
    nature = {"nature": "conduite"}
    complaint: dict[str, Any] = {"service_code": "CTS-PLA", "contact": cities.CONTACT, "answers": nature}
    refused = town.caller().post("/reports", complaint)
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/complaint-groundless")
    for said in ("LC-2026-99999", "rien"):
        wrong = complaint | {"answers": complaint["answers"] | {"requete_liee": said}}
        assert town.caller().post("/reports", wrong).status_code == 422
    of_service = complaint | {"answers": complaint["answers"] | {"requete_liee": "voi-nid"}}
    assert town.caller().post("/reports", of_service).status_code == 201
    about = complaint | {"answers": complaint["answers"] | {"requete_liee": number.lower()}}
    filed = town.caller().post("/reports", about).json["number"]
    clerk = town.caller("clerk")
    ok(clerk.move(filed, "accept"))
    ok(clerk.move(filed, "investigate"))
    assert [each["case_number"] for each in clerk.get(f"/cases/{filed}").json["about"]] == [number]
    with town.session() as session:  # the clerk acted on the case complained of
        session.connection().exec_driver_sql("SET LOCAL vigie.past = 'on'")
        session.connection().exec_driver_sql(
            "INSERT INTO event SELECT case_id, 99, kind, (SELECT actor FROM event e "
            'JOIN "case" c ON c.id = e.case_id '
            "WHERE c.number = %s AND e.kind = 'moved' LIMIT 1), at, device_at, payload, prev_hash, hash "
            "FROM event "
            'WHERE case_id = (SELECT id FROM "case" WHERE number = %s) AND seq = 1',
            (filed, number),
        )
    assert clerk.move(filed, "answer", answer="Vérifié.").json["guard"] == "other_person"


def test_whoever_is_named_in_a_complaint_does_not_answer_it(town: City):
    number = town.report()["number"]
    answers = {"requete_liee": number, "nature": "conduite"}
    given = {"service_code": "CTS-PLA", "contact": cities.CONTACT, "answers": answers}
    filed = town.caller().post("/reports", given).json["number"]
    clerk = town.caller("clerk")
    me = clerk.get("/session").json
    ok(clerk.move(filed, "accept", concerns=me.get("name") or "clerk for tests"))
    assert clerk.move(filed, "investigate").json["guard"] == "other_person"


def test_a_hearing_is_in_the_persons_calendar_with_its_link(town: City):
    told = town.report("contestation")
    clerk = town.caller("clerk")
    for step in ("accept", "send_to_prosecutor"):
        ok(clerk.move(told["number"], step))
    when = (town.clock.now + timedelta(days=30)).isoformat()
    links = {"video_url": "https://cour.example/1", "test_url": "https://cour.example/essai"}
    ok(clerk.move(told["number"], "set_hearing", hearing_at=when, mode="video", **links))
    seen = ok(town.caller().get(f"/tracking/{told['number']}/{told['secret']}"))
    assert seen["case"]["sentence"] == "Audition le 3 juin"
    given = town.caller().get(seen["calendar_url"].removeprefix("/api/v1"))
    (event,) = Calendar.from_ical(given.data).walk("VEVENT")
    assert event["url"] == links["video_url"]
    assert links["test_url"] in str(event["description"])
    assert len(event.walk("VALARM")) == 2
    assert seen["can"] == ["cancel"]

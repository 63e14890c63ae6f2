"""Any sound report inside the territory is taken whole: located, placed, triaged, sealed; nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.support import chain, city
from tests.support.city import City
from tracker import definitions
from tracker.catalogue import files
from tracker.reports import drafting

MARGIN_M = 40.0


@cache
def services():
    """The services that take a report of a place on that Monday."""
    found = files.read_folder(definitions.DATA / "catalogue").services
    today = city.MONDAY.date()
    return [
        service
        for service in found
        if service.location.kind != "none" and (service.season is None or service.season.contains(today))
    ]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


def answer_to(question):
    match question.datatype:
        case "singlevaluelist":
            return st.sampled_from([option.code for option in question.options])
        case "multivaluelist":
            codes = [option.code for option in question.options] or ["A1"]
            return st.lists(st.sampled_from(codes), min_size=1, unique=True)
        case "number":
            return st.integers(0, 500) | st.floats(0, 500).map(str)
        case "datetime":
            return st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(date.isoformat)
        case _:
            return TEXTS.filter(bool)


@st.composite
def answers_to(draw, service):
    asked = [one for one in service.questions if one.required or draw(st.booleans())]
    return {question.code: draw(answer_to(question)) for question in asked}


# Days that the law leaves: Code of Penal Procedure, art. 160; LCV, art. 585.
LEGAL_DAYS = {"CTS-CON": ("date_signification", 30), "CTS-REC": ("date_evenement", 15)}


def is_late(report) -> bool:
    question, days = LEGAL_DAYS.get(report["service_code"], ("", 0))
    said = report["answers"].get(question)
    return bool(said) and (city.MONDAY.date() - date.fromisoformat(said)).days > days


def is_dry_and_ours(x: float, y: float) -> bool:
    west, south, east, north = city.WATER
    in_water = west <= x <= east and south <= y <= north
    on_ministrys_road = 1000 - MARGIN_M <= x <= 2000 + MARGIN_M and abs(y - 200) < MARGIN_M
    return not in_water and not on_ministrys_road


# Somewhere, and exactly on the edges and corners that districts share with each other and with the outside.
ALONG = st.floats(0, 3000) | st.sampled_from([0.0, 1000.0, 2000.0, 3000.0])
UP = st.floats(0, 1000) | st.sampled_from([0.0, 1000.0])
PLACES = st.tuples(ALONG, UP).filter(lambda place: is_dry_and_ours(*place))


@st.composite
def reports(draw):
    service = draw(st.sampled_from(services()))
    x, y = draw(PLACES)
    lon, lat = city.at(x, y)
    location = {"lon": lon, "lat": lat, "method": draw(st.sampled_from(["gps", "pin"]))}
    if draw(st.booleans()):
        location["accuracy_m"] = draw(st.floats(0, 100_000))
    given = {"service_code": service.code, "location": location, "answers": draw(answers_to(service))}
    given["description"] = draw(TEXTS)
    given["language"] = draw(st.sampled_from(["fr", "en"]))
    if service.needs_contact or draw(st.booleans()):
        given["contact"] = dict(city.CONTACT)
    if draw(st.booleans()):
        given["occurred_at"] = (city.MONDAY - draw(st.timedeltas(timedelta(0), timedelta(90)))).isoformat()
    return given


JUDGE = text("""
    SELECT d.code FROM district d
    WHERE ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) ORDER BY d.code COLLATE "C" LIMIT 1
""")


COUNTED = text("SELECT coalesce(sum(n), 0) FROM case_cell_change")
COMPARED = text("""
    SELECT c.number, c.service_code FROM duplicate_candidate d
    JOIN report r ON r.id = d.report_id JOIN "case" c ON c.id = d.case_id
    WHERE r.number = :number ORDER BY d.rank
""")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=reports())
def test_a_sound_report_is_answered_with_everything_and_changes_nothing_else(town: City, report):
    before = town.counts()
    with town.session() as session:
        counted_before = session.scalar(COUNTED)

    answer = town.caller().post("/reports", report)

    assert answer.status_code == 201, answer.text
    told = answer.json
    case = told["case"]
    opened = told["link"] == "opened"
    assert case["department"]["code"]
    assert case["next_action"]
    assert case["respond_by"] <= case["resolve_by"]
    assert (case["number"] == told["number"]) == opened
    with town.session() as session:
        where = {key: report["location"][key] for key in ("lon", "lat")}
        expected = session.execute(JUDGE, where).scalar_one()
        kept = session.execute(
            text(
                "SELECT r.description, r.language, r.answers, ST_X(r.geom) AS lon, c.reports_count "
                'FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.number = :number'
            ),
            {"number": told["number"]},
        ).one()
        assert not chain.broken(session, case["number"])
        compared = session.execute(COMPARED, {"number": told["number"]}).all()
        counted = session.scalar(COUNTED)
    if opened:
        assert case["district"]["code"] == expected
        assert case["service_code"] == report["service_code"]
    assert kept.description == report["description"].strip()
    assert kept.language == report["language"]
    assert kept.answers == report["answers"]
    assert kept.lon == report["location"]["lon"]
    assert kept.reports_count == case["reports_count"] == case["neighbours"] + 1

    grown = city.grown(before, town.counts())
    assert grown.pop("duplicate_candidate", 0) == len(compared)
    # What points at a home is compared, and not told to whoever asks.
    homes = {service.code for service in services() if drafting.is_home(service)}
    shown = [one.number for one in compared if one.service_code not in homes and one.number != case["number"]]
    assert [each["case_number"] for each in told["duplicates"]] == shown
    assert grown.pop("contact", 0) == (1 if report.get("contact") else 0)
    # One more report moves its case a little, at most from one cell to another; the case stays one.
    assert grown.pop("case_cell_change", 0) in ({1} if opened else {0, 1, 2})
    assert counted == counted_before + opened
    assert grown.pop("outbox") == grown["event"]
    # A contestation or a notice of claim that comes late is marked so, and only that.
    assert grown.pop("case_mark", 0) == (opened and is_late(report))
    assert grown == ({"case": 1, "report": 1, "event": 2} if opened else {"report": 1, "event": 1})

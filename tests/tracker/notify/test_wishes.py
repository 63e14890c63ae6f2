"""Wishes: who a case concerns against a count of our own; confirming, leaving, preferences, digests."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds, telling
from tests.support.city import City
from tracker.notify import digests, errors, links, persons, preferences, subscribing
from tracker.notify.channels.letter import UNSUBSCRIBE
from tracker.notify.keyring import Keyring
from tracker.notify.models import NoticeRow
from tracker.notify.preferences import Choice
from tracker.notify.subscribing import Wish

PLACES = [(x, y) for x in (60, 300, 700, 1500, 2500) for y in (120, 502, 900)]
# At least 3 % off every distance that occurs: the grid's metres are not quite the ellipsoid's.
RADII = (50, 230, 260, 420, 1000, 2000)
SERVICES = ("VOI-NID", "VOI-TRO", "ECL-PAN")


def wishes() -> st.SearchStrategy[dict[str, Any]]:
    point = st.sampled_from(PLACES)
    return st.one_of(
        st.fixed_dictionaries(
            {
                "subject": st.just("radius"),
                "at": point,
                "radius_m": st.sampled_from(RADII),
            }
        ),
        st.fixed_dictionaries({"subject": st.just("service"), "code": st.sampled_from(SERVICES)}),
        st.fixed_dictionaries({"subject": st.just("district"), "nth": st.integers(0, 3)}),
        st.fixed_dictionaries({"subject": st.just("street"), "nth": st.integers(0, 3)}),
        st.fixed_dictionaries({"subject": st.just("case"), "nth": st.integers(0, 2)}),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.lists(wishes(), min_size=1, max_size=3), min_size=1, max_size=8),
    states=st.lists(st.sampled_from(["stands", "ended", "asked"]), min_size=24, max_size=24),
    joined=st.booleans(),
)
def test_subscriptions_reach_whoever_a_count_of_our_own_says(city: City, people, states, joined):
    cities.wipe(city)
    with city.session() as session:
        cases = three_cases(session, city, joined=joined)
        facts = reference(session)
        expected: dict[Any, set[str]] = {case["id"]: set() for case in cases}
        turn = iter(states)
        for nth, wished in enumerate(people):
            person = f"report:{nth}"
            for wish in {repr(sorted(each.items())): each for each in wished}.values():
                state = next(turn, "stands")
                columns = columns_of(wish, cases, facts)
                if columns is None:
                    continue
                telling.standing(
                    session,
                    person=person,
                    at=city.clock(),
                    confirmed_at=None if state == "asked" else city.clock(),
                    ended_at=city.clock() if state == "ended" else None,
                    **columns,
                )
                for case in cases:
                    if state == "stands" and concerns(wish, case, cases, facts, joined=joined):
                        expected[case["id"]].add(person)
        found = persons.subscribers(session, list(expected), city.clock())
        told = {case: [each.key for each in found.get(case, [])] for case in expected}
        session.rollback()
    assert {case: set(keys) for case, keys in told.items()} == expected
    assert all(len(keys) == len(set(keys)) for keys in told.values())


def three_cases(session: Any, city: City, *, joined: bool) -> list[dict[str, Any]]:
    """Make three cases at known places, the third joined to the first or not."""
    found: list[dict[str, Any]] = []
    for (x, y), service in zip(((300, 502), (700, 502), (310, 900)), SERVICES, strict=True):
        lon, lat = cities.at(x, y)
        row = session.execute(
            text("""
                SELECT gen_random_uuid() AS id,
                  (SELECT g.id FROM street_segment g
                   ORDER BY g.geom <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), g.id LIMIT 1) AS segment,
                  (SELECT d.id FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id
                   WHERE b.status = 'active' AND ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
                   ORDER BY d.code LIMIT 1) AS district
            """),
            {"lon": lon, "lat": lat},
        ).one()
        case = {
            "id": row.id,
            "segment": row.segment,
            "district": row.district,
            "service": service,
            "x": x,
            "y": y,
        }
        session.execute(
            text("""
                INSERT INTO "case" (id, number, service_id, service_code, workflow, workflow_version, status,
                    status_since, is_open, priority, geom, segment_id, district_id, department, resolve_by,
                    next_action, summary, search, triage, is_public, reports_count, opened_at, last_report_at,
                    updated_at, version, last_seq, last_hash, parent_id)
                VALUES (:id, CAST(:id AS text), 1, :service, 'field_work', 1, 'received', :now, true, 3,
                    ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :segment, :district, 'TP', :now, 'dispatcher',
                    '', '', '[]', true, 1, :now, :now, :now, 1, 0, '', :parent)
            """),
            {
                **case,
                "lon": lon,
                "lat": lat,
                "now": city.clock(),
                "parent": found[0]["id"] if joined and len(found) == 2 else None,
            },
        )
        found.append(case)
    return found


def reference(session: Any) -> dict[str, Any]:
    """Return the streets and districts, each with what belongs to it."""
    streets = session.execute(text("SELECT id, name_norm FROM street_segment ORDER BY id")).all()
    districts = session.execute(
        text("""SELECT d.id, d.code FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id
                WHERE b.status = 'active' ORDER BY d.code""")
    ).all()
    return {
        "name of": {row.id: row.name_norm for row in streets},
        "names": sorted({row.name_norm for row in streets}),
        "code of": {row.id: row.code for row in districts},
        "codes": [row.code for row in districts],
    }


def columns_of(
    wish: dict[str, Any], cases: list[dict[str, Any]], facts: dict[str, Any]
) -> dict[str, Any] | None:
    subject = wish["subject"]
    if subject == "radius":
        lon, lat = cities.at(*wish["at"])
        key = f"{wish['at']}/{wish['radius_m']}"
        return {"subject": subject, "subject_key": key, "lon": lon, "lat": lat, "radius_m": wish["radius_m"]}
    if subject == "service":
        return {"subject": subject, "subject_key": wish["code"]}
    if subject == "case":
        return {"subject": subject, "subject_key": str(cases[wish["nth"]]["id"])}
    known = facts["codes"] if subject == "district" else facts["names"]
    return {"subject": subject, "subject_key": known[wish["nth"]]} if wish["nth"] < len(known) else None


def concerns(
    wish: dict[str, Any],
    case: dict[str, Any],
    cases: list[dict[str, Any]],
    facts: dict[str, Any],
    *,
    joined: bool,
) -> bool:
    """Tell whether a wish concerns a case, by arithmetic and look-ups of our own."""
    subject = wish["subject"]
    if subject == "radius":
        return bool(math.dist(wish["at"], (case["x"], case["y"])) <= wish["radius_m"])
    if subject == "service":
        return bool(wish["code"] == case["service"])
    if subject == "district":
        return bool(facts["code of"].get(case["district"]) == facts["codes"][wish["nth"]])
    if subject == "street":
        return bool(facts["name of"].get(case["segment"]) == facts["names"][wish["nth"]])
    followed = cases[wish["nth"]]
    is_joined = joined and followed is cases[2] and case is cases[0]
    return bool(followed is case or is_joined)


def subscribe(town: City, **given: Any) -> Any:
    lon, lat = cities.at(310, 502)
    body = {"email": "b@example.org", "subject": "radius", "lon": lon, "lat": lat, "radius_m": 200} | given
    return town.caller().post("/subscriptions", body)


def letter(town: City) -> str:
    """Return the path that the last letter to confirm leads to."""
    found = telling.notices(town, "kind = 'common.confirm_address'")[-1]
    return str(found.link).partition("/avis/")[2]


def test_an_address_hears_nothing_before_its_link_is_used(town: City):
    assert subscribe(town).status_code == 202
    first = telling.deliveries(town)
    assert [(row.kind, row.address) for row in first] == [("common.confirm_address", "b@example.org")]
    town.report()
    telling.follow(town)
    assert len(telling.deliveries(town)) == 1
    token, _, wish = letter(town).partition("/confirmer/")
    assert town.caller().post(f"/people/{token}/subscriptions/{wish}/confirm").status_code == 200
    town.report(location=cities.pin(330, 503), service_code="VOI-TRO", answers={"type": "souleve"})
    telling.follow(town)
    assert [row.kind for row in telling.deliveries(town)][1:] == ["common.new_nearby"]


def test_a_stranger_learns_nothing_and_fills_no_box(town: City):
    answers = [subscribe(town, radius_m=100 + nth) for nth in range(9)]
    assert {(each.status_code, each.data) for each in answers} == {(202, b'{"status":"confirm"}')}
    assert len(telling.deliveries(town)) == subscribing.MOST_ASKED
    with town.session() as session:
        known = session.execute(text("SELECT email, verified_at FROM citizen")).all()
    assert known == [("b@example.org", None)]


def test_what_nobody_confirmed_is_forgotten_after_seven_days(town: City):
    subscribe(town)
    for days, left in ((6, 1), (8, 0)):
        with town.session() as session:
            digests.purge(session, cities.MONDAY + timedelta(days=days))
            assert session.execute(text("SELECT count(*) FROM citizen")).scalar() == left
            assert session.execute(text("SELECT count(*) FROM subscription")).scalar() == left


@pytest.mark.parametrize(
    ("given", "status", "pointer"),
    [
        ({"email": "no address"}, 422, "/email"),
        ({"email": "a@b"}, 422, "/email"),
        ({"radius_m": 5}, 422, "/radius_m"),
        ({"radius_m": 20_000}, 422, "/radius_m"),
        ({"lon": None}, 422, "/lon"),
        ({"subject": "street", "lon": 0, "lat": 0}, 422, "/lon"),
        ({"subject": "district", "code": "nowhere"}, 422, "/code"),
        ({"subject": "service", "code": "INF-GEN"}, 422, "/code"),
        ({"subject": "case", "case_number": "LC-2026-99999"}, 422, "/case_number"),
        ({"subject": "moon"}, 422, "/subject"),
    ],
)
def test_what_cannot_be_followed_is_said_and_nothing_is_kept(town: City, given, status, pointer):
    answer = subscribe(town, **given)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (status, pointer), answer.text
    assert "citizen" not in town.counts()


def test_a_private_case_cannot_be_followed_by_a_stranger(town: City):
    number = town.report("question")["number"]
    assert subscribe(town, subject="case", case_number=number).status_code == 422


def leaving(town: City, notice: NoticeRow) -> str:
    """Return what the foot of a notice's e-mail opens."""
    return Keyring(secret_key=town.place.settings.secret_key, code=town.code).token(UNSUBSCRIBE, notice.id)


def test_leaving_takes_one_click_and_no_account(town: City):
    lon, lat = cities.at(310, 502)
    person = telling.citizen(town, "c@example.org", Wish(subject="radius", lon=lon, lat=lat, radius_m=300))
    telling.citizen(town, "c@example.org", Wish(subject="service", code="VOI-TRO"))
    town.report()
    telling.follow(town)
    with town.session() as session:
        notice = session.query(NoticeRow).filter_by(person=person).one()
    for _ in range(2):  # mail programs do it twice
        left = town.caller().post(f"/unsubscriptions/{leaving(town, notice)}")
        assert (left.status_code, left.json["subject"]) == (200, notice.subject)
        assert town.caller().get(f"/people/{left.json['person']}").status_code == 200
    town.report(location=cities.pin(315, 503), service_code="ECL-PAN", answers=town.answers("ECL-PAN"))
    town.report(location=cities.pin(900, 503), service_code="VOI-TRO", answers={"type": "souleve"})
    telling.follow(town)
    heard = [row.subject for row in telling.notices(town, f"person = '{person}'")]
    assert len(heard) == 2  # the first one, and the service's: the other wish stands
    assert "Trottoir" in heard[1]


def test_a_reporter_who_left_gets_nothing_at_all(town: City):
    sent = town.report(contact=cities.CONTACT)
    telling.follow(town)
    person = telling.report_key(town, sent["number"])
    with town.session() as session:
        notice = session.query(NoticeRow).filter_by(person=person).one()
    assert town.caller().post(f"/unsubscriptions/{leaving(town, notice)}").status_code == 200
    assert {row.status for row in telling.deliveries(town)} == {"dropped"}  # nor what was on its way
    town.caller("dispatcher").move(sent["number"], "accept")
    town.caller("dispatcher").move(sent["number"], "refuse", reason="private")
    telling.follow(town)
    assert len(telling.notices(town, f"person = '{person}'")) == 1


@pytest.mark.parametrize("broken", ["", "x", "citizen.1.y", "a.b.c.d", "citizen.1..zz"])
def test_a_link_that_is_not_ours_opens_nothing(town: City, broken):
    for path in (f"/people/{broken or '-'}", f"/people/{broken or '-'}x"):
        assert town.caller().get(path).status_code == 404
    assert town.caller().post(f"/unsubscriptions/{broken or '-'}").status_code == 404


def test_one_persons_link_is_nobody_elses(town: City):
    lon, lat = cities.at(310, 502)
    wish = Wish(subject="radius", lon=lon, lat=lat, radius_m=300)
    one, other = (telling.citizen(town, f"{name}@example.org", wish) for name in ("one", "other"))
    with town.session() as session:
        token = links.person_token(session, one)
        theirs = subscribing.of_person(session, other)[0].id
    key = other.partition(":")[2]
    forged = f"citizen.{key}.{token.rpartition('.')[2]}"
    assert town.caller().get(f"/people/{forged}").status_code == 404
    assert town.caller().delete(f"/people/{token}/subscriptions/{theirs}").status_code == 204
    with town.session() as session:
        assert len(subscribing.of_person(session, other)) == 1  # not theirs to end
    told = town.caller().get(f"/people/{token}").json
    assert told["preferences"]["addresses"] == {"push": "", "email": "o•••@example.org"}


def test_preferences_are_kept_and_obeyed(town: City):
    sent = town.report(contact=cities.CONTACT)
    telling.follow(town)
    own = deeds.ok(town.caller().get(f"/tracking/{sent['number']}/{sent['secret']}/notices"))
    path = f"/people/{own['person']}/preferences"
    given = {"language": "en", "channels": ["sms", "email"], "quiet_from": "08:00", "quiet_to": "12:30"}
    answer = town.caller().put(path, given)
    assert answer.status_code == 200, answer.text
    town.caller("dispatcher").move(sent["number"], "accept")
    town.caller("dispatcher").move(sent["number"], "hold", reason="weather", review_on="2026-05-09")
    telling.follow(town)
    later = telling.deliveries(town, "n.kind = 'field_work.on_hold'")
    assert {(row.channel, row.language, telling.local(town, row.not_before)) for row in later} == {
        ("sms", "en", "05-04 12:30"),
        ("email", "en", "05-04 12:30"),
    }
    refused = town.caller().put(path, given | {"quiet_to": None})
    assert refused.status_code == 422
    person = telling.citizen(town, "x@example.org", Wish(subject="service", code="VOI-NID"))
    with town.session() as session, pytest.raises(errors.ChannelUnreachable):
        preferences.keep(session, person, Choice(channels=("sms",)), town.clock())


def test_a_telephone_is_left_alone_at_night_but_for_a_danger(town: City):
    sent = town.report(contact={"phone": "450 555-0100"})
    telling.follow(town)
    town.clock.advance(hours=14)  # eleven in the evening
    with town.session() as session:
        person = telling.report_key(town, sent["number"])
    telling.happen(town, sent["number"], "timer_fired", {"name": "remind_question"})
    telling.follow(town)
    with town.session() as session:
        session.execute(text('UPDATE "case" SET priority = 1'))
    telling.happen(town, sent["number"], "timer_fired", {"name": "remind_question"})
    telling.follow(town)
    sent_at = [
        telling.local(town, row.not_before) for row in telling.deliveries(town, f"person = '{person}'")
    ]
    assert sent_at == ["05-04 09:00", "05-05 07:00", "05-04 23:00"]


def follower(town: City, email: str, *, digest: bool = True) -> str:
    lon, lat = cities.at(310, 502)
    return telling.citizen(
        town, email, Wish(subject="radius", lon=lon, lat=lat, radius_m=2000, digest=digest)
    )


def make(town: City) -> int:
    with town.session() as session:
        return digests.make_digests(session, town.clock())


def test_a_digest_tells_once_what_came_before_its_hour(town: City):
    person = follower(town, "daily@example.org")
    at_once = follower(town, "soon@example.org", digest=False)
    for x in (310, 700):
        town.report(location=cities.pin(x, 502))
    telling.follow(town)
    assert {row.person for row in telling.deliveries(town, "n.kind <> 'common.confirm_address'")} == {at_once}
    assert make(town) == 0  # nine in the morning: what came since seven waits for tomorrow
    town.clock.advance(hours=21, minutes=59)
    assert make(town) == 0
    town.clock.advance(minutes=2)
    town.report(location=cities.pin(1100, 502))
    telling.follow(town)
    assert [make(town), make(town)] == [1, 0]
    sent = telling.deliveries(town, f"person = '{person}'")
    assert len(sent) == 1
    assert sent[0].subject.endswith("2 nouvelles du jour")
    told = telling.notices(town, f"person = '{person}' AND case_id IS NOT NULL")
    assert [row.digest_id == sent[0].notice_id for row in told] == [True, True, False]
    town.clock.advance(hours=24)
    assert [make(town), make(town)] == [1, 0]


def test_a_digest_that_is_rolled_back_is_made_again(town: City):
    person = follower(town, "daily@example.org")
    town.report()
    telling.follow(town)
    town.clock.advance(hours=24)
    with town.session() as session:
        assert digests.make_digests(session, town.clock()) == 1
        session.rollback()
    assert telling.deliveries(town, f"person = '{person}'") == []
    assert make(town) == 1


def test_a_danger_does_not_wait_for_the_digest(town: City):
    person = follower(town, "daily@example.org")
    sent = town.report()
    with town.session() as session:
        session.execute(text('UPDATE "case" SET priority = 1'))
    telling.follow(town)
    assert sent["link"] == "opened"
    assert [row.person for row in telling.deliveries(town)] == [person]


def test_who_left_gets_no_digest_of_what_waited(town: City):
    person = follower(town, "daily@example.org")
    town.report()
    telling.follow(town)
    with town.session() as session:
        subscribing.end(session, person, None, town.clock())
    town.clock.advance(hours=24)
    assert make(town) == 0
    assert telling.deliveries(town, f"person = '{person}'") == []

"""What the city and residents write: to one, to all, apart; answers awaited; notes that stay inside."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds, telling
from tests.support.city import City
from tracker.thread import errors, service

NOTE = "Note pour nous seuls"


@pytest.fixture
def pair(town: City) -> tuple[Any, Any]:
    """Two reports of one case."""
    first = town.report(contact={"email": "ana@example.org"})
    second = town.report(case_number=first["number"], contact={"email": "bo@example.org"})
    telling.follow(town)
    return first, second


def write(town: City, number: str, said: str, role: str = "agent", **more: Any) -> Any:
    return town.caller(role).post(f"/cases/{number}/messages", {"text": said, **more})


def own(town: City, told: Any) -> list[str]:
    answer = deeds.ok(town.caller().get(f"/tracking/{told['number']}/{told['secret']}/messages"))
    return [each["text"] for each in answer["messages"]]


def reply(town: City, told: Any, said: str, **headers: str) -> Any:
    path = f"/tracking/{told['number']}/{told['secret']}/messages"
    return town.caller().post(path, {"text": said}, **headers)


def test_an_answer_goes_to_everybody_or_to_one_and_each_is_told(town: City, pair):
    first, second = pair
    assert write(town, first["number"], "À tous").status_code == 201
    assert write(town, first["number"], "À Bo", report=second["number"]).status_code == 201
    assert own(town, first) == ["À tous"]
    assert own(town, second) == ["À tous", "À Bo"]
    telling.follow(town)
    sent = [
        (row.person, row.body.splitlines()[-1])
        for row in telling.notices(town, "kind = 'common.message_sent'")
    ]
    ana, bo = (telling.report_key(town, each["number"]) for each in pair)
    assert sorted(sent) == sorted([(ana, "À tous"), (bo, "À tous"), (bo, "À Bo")])


def test_a_note_reaches_no_public_face_no_notice_and_no_history(town: City, pair):
    first, second = pair
    assert write(town, first["number"], NOTE, is_internal=True).status_code == 201
    before = len(telling.notices(town))
    telling.follow(town)
    assert len(telling.notices(town)) == before
    lon, lat = cities.at(300, 502)
    paths = [
        *(
            f"/tracking/{each['number']}/{each['secret']}{tail}"
            for each in pair
            for tail in ("", "/messages", "/notices")
        ),
        f"/nearby?lon={lon}&lat={lat}",
        f"!/signalements/{first['number']}",
        f"!/suivi/{first['number']}/{first['secret']}",
    ]
    for path in paths:
        assert NOTE not in town.caller().get(path).text, path
    for path in (f"/cases/{first['number']}/history", f"/cases/{first['number']}", "/cases"):
        assert NOTE not in town.caller("dispatcher").get(path).text, path
    seen = deeds.ok(town.caller("dispatcher").get(f"/cases/{first['number']}/messages"))
    assert [(each["text"], each["is_internal"], each["to"]) for each in seen["messages"]] == [
        (NOTE, True, [])
    ]


def test_a_resident_writes_and_the_staff_sees_it_unread(town: City, pair):
    first, second = pair
    assert reply(town, first, "C’est plus grave ce matin").status_code == 201
    assert own(town, second) == []  # nobody reads what another person wrote
    path = f"/cases/{first['number']}/messages"
    seen = deeds.ok(town.caller("dispatcher").get(path))
    assert (seen["unread"], seen["messages"][0]["report"]) == (1, first["number"])
    telling.follow(town)
    staff = telling.staff(town)
    told = telling.notices(town, "kind = 'common.message_received'")
    assert {row.person for row in told} == {staff["dispatcher"], staff["agent"]}
    assert town.caller("dispatcher").post(f"{path}/read").status_code == 204
    assert deeds.ok(town.caller("dispatcher").get(path))["unread"] == 0


def test_what_is_written_while_the_city_waits_is_the_answer(town: City, pair):
    first, _ = pair
    deeds.ok(town.caller("dispatcher").move(first["number"], "ask", question="Devant quel numéro ?"))
    assert reply(town, first, "Devant le 12").status_code == 201
    case = deeds.case(town, first["number"])
    assert case["status"] == "received"
    telling.follow(town)
    assert telling.notices(town, "kind = 'common.thanks'")


def test_a_message_sent_twice_is_written_once(town: City, pair):
    first, _ = pair
    answers = [reply(town, first, "Une fois", Idempotency_Key="k1") for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].data == answers[1].data
    assert own(town, first) == ["Une fois"]
    for _ in range(2):
        town.caller("agent").post(f"/cases/{first['number']}/messages", {"text": "Oui"}, Idempotency_Key="k2")
    assert own(town, first) == ["Une fois", "Oui"]


def test_words_follow_their_report_when_cases_are_joined_and_parted(town: City, pair):
    first, _ = pair
    other = town.report(location=cities.pin(700, 502))
    write(town, other["number"], "Pour vous")
    reply(town, other, "Merci")
    link = deeds.merge(town, other["number"], first["number"])
    path = f"/cases/{first['number']}/messages"
    joined = deeds.ok(town.caller("agent").get(path))
    assert [each["text"] for each in joined["messages"]] == ["Pour vous", "Merci"]
    assert joined["unread"] == 1
    assert own(town, other) == ["Pour vous", "Merci"]
    deeds.undo(town, link)
    assert deeds.ok(town.caller("agent").get(path))["messages"] == []
    assert own(town, other) == ["Pour vous", "Merci"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"text": ""}, 422), ({"text": "   "}, 422), ({"text": "x" * 5001}, 422),
     ({"text": "Bonjour", "report": "LC-2026-99999"}, 422), ({"text": 7}, 422)],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_and_nothing_is_kept(town: City, pair, body, status):
    first, _ = pair
    assert town.caller("agent").post(f"/cases/{first['number']}/messages", body).status_code == status
    assert "message" not in town.counts()


def test_a_sealed_files_thread_is_the_clerks_alone(town: City):
    sealed = town.report("contestation")
    for role in ("agent", "dispatcher", "inspector", "supervisor", "crew"):
        assert write(town, sealed["number"], "?", role).status_code == 404
    assert write(town, sealed["number"], "Bonjour", "clerk").status_code == 201


def test_a_message_by_mail_is_joined_to_its_report(town: City, pair):
    first, _ = pair
    key = telling.report_key(town, first["number"]).partition(":")[2]
    with town.session() as session:
        from uuid import UUID

        service.receive(session, UUID(key), "Par courriel\0 " + "x" * 9_000, town.clock(), "email")
        with pytest.raises(errors.NobodyToAnswer):
            service.receive(session, UUID(int=0), "Bonjour", town.clock(), "email")
        with pytest.raises(errors.MessageEmpty):
            service.receive(session, UUID(key), " \n ", town.clock(), "email")
        found = session.execute(text("SELECT channel, length(body) AS n FROM message")).one()
    assert (found.channel, found.n) == ("email", 4_999)


def test_what_waited_for_a_signal_keeps_the_hour_it_was_written_and_is_kept_once(town: City, pair):
    number = pair[0]["number"]
    written_at = "2026-05-04T11:12:13+00:00"
    said = {"text": "Caisse vide", "is_internal": True, "device_at": written_at}
    for _ in range(3):
        answer = town.caller("agent").post(f"/cases/{number}/messages", said, Idempotency_Key="tablette-1")
        assert answer.status_code == 201
    messages = deeds.ok(town.caller("agent").get(f"/cases/{number}/messages"))["messages"]
    assert [(each["text"], each["device_at"]) for each in messages] == [("Caisse vide", written_at)]
    assert messages[0]["at"] == town.clock.now.isoformat()
    event = deeds.ok(town.caller("agent").get(f"/cases/{number}/history"))["events"][-1]
    assert (event["kind"], event["device_at"]) == ("note_added", written_at)
    early = said | {"device_at": "1901-01-01T00:00:00Z"}
    assert town.caller("agent").post(f"/cases/{number}/messages", early).status_code == 422

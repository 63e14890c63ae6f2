"""What the server tells the tablet's worker: its files, whose page each is, the pages of a day."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import text

from tests.support import city as cities
from tests.support.city import City


def signed_in(visitor: FlaskClient) -> FlaskClient:
    form = {"email": f"crew@{cities.CODE}.test", "password": "correct horse battery"}
    assert visitor.post("/connexion", data=form).status_code == 303
    return visitor


def test_the_worker_is_a_module_asked_for_anew_that_names_files_which_are_there(visitor: FlaskClient):
    worker = visitor.get("/crew-worker.js")
    assert worker.status_code == 200
    assert worker.content_type.startswith("text/javascript")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in worker.headers["Content-Security-Policy"]
    assert worker.text.startswith('import { tend } from "/static/js/crew/worker.js"')
    for name in ("/static/css/crew.css", "/static/js/crew/send.js", "/static/js/lib/outbox.js"):
        assert f'"{name}"' in worker.text
        with visitor.get(name) as file:
            assert file.status_code == 200


def test_a_crews_page_says_whose_it_is_and_of_which_files(town: City, visitor: FlaskClient):
    number = town.report()["case"]["number"]
    crew = signed_in(visitor)
    day, case = crew.get("/crew"), crew.get(f"/crew/{number}")
    version = day.headers["X-Vigie-Files"]
    assert f'"version": "{version}"' in crew.get("/crew-worker.js").text
    assert day.headers["X-Vigie-Reader"] == case.headers["X-Vigie-Reader"]
    assert day.headers["X-Vigie-Reader"].startswith("staff:")
    assert case.headers["X-Vigie-Version"].isdigit()
    assert "X-Vigie-Reader" not in crew.get("/").headers


def test_the_pages_of_a_day_are_listed_with_the_version_of_their_case(town: City, visitor: FlaskClient):
    number = town.report()["case"]["number"]
    for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        assert town.caller("dispatcher").move(number, step, **inputs).status_code == 200
    crew = signed_in(visitor)
    version = int(crew.get(f"/crew/{number}").headers["X-Vigie-Version"])
    listed = crew.get("/crew", headers={"X-Vigie-Part": "ahead"}).json
    assert listed == {"pages": [{"url": f"/crew/{number}", "version": version}]}


def test_nothing_of_it_is_for_who_did_not_sign_in(visitor: FlaskClient):
    for address in ("/crew-hors-ligne", "/crew"):
        sent = visitor.get(address, headers={"X-Vigie-Part": "ahead"})
        assert sent.status_code == 302
        assert "X-Vigie-Reader" not in sent.headers


def test_a_move_sent_again_answers_the_same_bytes_and_keeps_the_devices_hour(town: City):
    number = town.report()["case"]["number"]
    for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        assert town.caller("dispatcher").move(number, step, **inputs).status_code == 200
    crew = town.caller("crew")
    tag = crew.get(f"/cases/{number}").headers["ETag"]
    ahead_of_time = "2030-01-01T00:00:00+00:00"  # a clock that is wrong
    move = {"transition": "start", "inputs": {"reason": "Loin"}, "device_at": ahead_of_time}
    headers = {"If_Match": tag, "Idempotency_Key": "tablette-1"}
    first = crew.post(f"/cases/{number}/transitions", move, **headers)
    again = crew.post(f"/cases/{number}/transitions", move, **headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.data == again.data
    events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
    started = [each for each in events if each["payload"].get("transition") == "start"]
    assert [each["device_at"] for each in started] == [ahead_of_time]
    with town.session() as session:
        asked = text('SELECT started_at FROM "case" WHERE number = :number')
        assert session.execute(asked, {"number": number}).scalar_one() == town.clock.now

"""A change is made against the version that was read; of two at once, one wins and the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.support import chain, towns
from tests.support.caller import Answer, Caller
from tests.support.city import City

ACCEPT = {"transition": "accept", "inputs": {}}


def test_a_move_says_which_version_it_is_for(town: City):
    number = town.report()["number"]
    dispatcher = town.caller("dispatcher")
    path = f"/cases/{number}/transitions"
    missing = dispatcher.post(path, ACCEPT)
    assert (missing.status_code, missing.json["type"]) == (428, "/problems/version-required")
    stale = dispatcher.post(path, ACCEPT, If_Match='"v7"')
    assert (stale.status_code, stale.json["type"], stale.json["version"]) == (
        412,
        "/problems/case-changed",
        1,
    )
    right = dispatcher.post(path, ACCEPT, If_Match=dispatcher.get(f"/cases/{number}").headers["ETag"])
    assert (right.status_code, right.headers["ETag"], right.json["version"]) == (200, '"v2"', 2)


@pytest.mark.parametrize("tag", ['"²"', '"v²"', '"v"', '"1e3"', "x" * 500, '"v' + "9" * 5_000 + '"', '""'])
def test_a_version_that_is_none_is_stale(town: City, tag):
    number = town.report()["number"]
    answer = town.caller("dispatcher").post(f"/cases/{number}/transitions", ACCEPT, If_Match=tag)
    assert answer.status_code in (412, 428)
    assert town.caller("dispatcher").get(f"/cases/{number}").json["version"] == 1


def test_a_case_that_was_not_changed_is_not_sent_again(town: City):
    number = town.report()["number"]
    agent = town.caller("agent")
    etag = agent.get(f"/cases/{number}").headers["ETag"]
    again = agent.get(f"/cases/{number}", If_None_Match=etag)
    assert (again.status_code, again.data) == (304, b"")
    town.caller("dispatcher").move(number, "accept")
    assert agent.get(f"/cases/{number}", If_None_Match=etag).status_code == 200


def test_two_dispatchers_clicks_take_turns(town: City):
    app = towns.application(town.place, town.clock)
    crowd = [Caller(app.test_client(), town.tokens["dispatcher"], "fr") for _ in range(4)]
    for _ in range(8):
        number, start = town.report()["number"], Barrier(4)

        def click(who: Caller, number: str = number, start: Barrier = start) -> Answer:
            start.wait()
            return who.post(f"/cases/{number}/transitions", ACCEPT, If_Match='"v1"')

        with ThreadPoolExecutor(4) as pool:
            told = sorted(each.status_code for each in pool.map(click, crowd))
        assert told == [200, 412, 412, 412]
        events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
        assert [each["kind"] for each in events] == ["received", "triaged", "moved"]
    with town.session() as session:
        assert not chain.broken(session)


def test_a_repeated_move_with_its_key_is_answered_the_same_and_made_once(town: City):
    number = town.report()["number"]
    dispatcher = town.caller("dispatcher")
    sent = {"If_Match": '"v1"', "Idempotency_Key": "click-1"}
    first = dispatcher.post(f"/cases/{number}/transitions", ACCEPT, **sent)
    again = dispatcher.post(f"/cases/{number}/transitions", ACCEPT, **sent)
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert len(dispatcher.get(f"/cases/{number}/history").json["events"]) == 3

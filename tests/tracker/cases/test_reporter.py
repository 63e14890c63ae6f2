"""The person who reported: what they may do with their number and secret, and what they never see."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from tests.support import city
from tests.support.city import City
from tests.support.deeds import follow, ok, say


class TestThePersonWhoReported:
    def test_cancels_alone_but_not_for_others(self, town: City):
        told = town.report()
        town.report(case_number=told["number"])
        assert follow(town, told)["can"] == []
        assert say(town, told, "cancel").json["guard"] == "sole_reporter"
        alone = town.report(location=city.pin(700, 502))
        assert follow(town, alone)["can"] == ["cancel"]
        ok(say(town, alone, "cancel", reason="C’était une ombre"))
        assert follow(town, alone)["case"]["status"] == "cancelled"

    def test_with_a_wrong_secret_finds_nothing(self, town: City):
        told = town.report()
        for number, secret in (
            (told["number"], "x"),
            ("LC-2026-99999", told["secret"]),
            (told["number"], "a\x00b"),
        ):
            for answer in (
                town.caller().get(f"/tracking/{number}/{secret}"),
                town.caller().post(f"/tracking/{number}/{secret}/transitions", {"transition": "cancel"}),
            ):
                assert answer.status_code == 404

    def test_makes_no_move_of_the_staff(self, town: City):
        told, other = town.report(), town.report(location=city.pin(700, 502))
        for transition in ("accept", "refuse", "complete"):
            assert say(town, told, transition, reason="private").status_code in (403, 409)
        joined = say(town, told, "mark_duplicate", parent=other["number"])
        assert (joined.status_code, joined.json["type"]) == (403, "/problems/role-not-allowed")

    def test_sees_no_one_elses_words_nor_how_to_reach_anybody(self, town: City):
        told = town.report(description="Mes mots", contact=city.CONTACT)
        other = town.report(description="Ses mots à lui", case_number=told["number"], contact=city.CONTACT)
        for mine, theirs in ((told, "Ses mots"), (other, "Mes mots")):
            seen = orjson.dumps(follow(town, mine)).decode()
            assert theirs not in seen
            assert "ana@example.org" not in seen
            assert "450 555" not in seen

    def test_reopens_twice_and_then_a_supervisor_looks(self, town: City):
        told = town.report("question")
        agent = town.caller("agent")
        for _ in range(2):
            ok(agent.move(told["number"], "answer", answer="Oui"))
            ok(say(town, told, "reopen", reason="Non"))
        ok(agent.move(told["number"], "answer", answer="Oui"))
        assert say(town, told, "reopen", reason="Non").json["guard"] == "count_below"
        ok(town.caller("supervisor").move(told["number"], "reopen", reason="Je regarde"))
        ok(agent.move(told["number"], "answer", answer="Oui"))
        with town.session() as session:  # whoever looked into it for them is not counted as them
            assert session.execute(text('SELECT reopens FROM "case"')).scalar_one() == 2

    def test_reopens_within_30_days(self, town: City):
        told = town.report("question")
        ok(town.caller("agent").move(told["number"], "answer", answer="Oui"))
        town.clock.advance(days=31)
        assert say(town, told, "reopen", reason="Non").json["guard"] == "within_days"

    def test_a_key_alone_does_not_open_what_was_answered_to_its_bearer(self, town: City):
        told = town.report()
        path = f"/tracking/{told['number']}/{{}}/transitions"
        body = {"transition": "cancel", "inputs": {}}
        first = town.caller().post(path.format(told["secret"]), body, Idempotency_Key="k1")
        again = town.caller().post(path.format(told["secret"]), body, Idempotency_Key="k1")
        assert (first.status_code, again.data) == (200, first.data)
        assert town.caller().post(path.format("guess"), body, Idempotency_Key="k1").status_code == 404

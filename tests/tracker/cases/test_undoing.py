"""Which changes of links can be undone, and when what came after must be undone first."""

from __future__ import annotations

from tests.support import chain
from tests.support.city import City
from tests.support.deeds import case, merge, undo


class TestUndoing:
    def test_once_and_within_thirty_days(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        link = merge(town, a, b)
        assert undo(town, link).status_code == 200
        assert case(town, a)["status"] == "received"
        assert undo(town, link).json["type"] == "/problems/link-spent"
        link = merge(town, a, b)
        town.clock.advance(days=31)
        assert undo(town, link).json["type"] == "/problems/link-too-old"
        assert town.caller("dispatcher").post(f"/links/{'0' * 8}-0000-0000-0000-{'0' * 12}/undo").json[
            "type"
        ] == ("/problems/link-not-found")

    def test_what_came_after_is_undone_first(self, town: City):
        a, b, c = (town.report() for _ in range(3))
        first = merge(town, a["number"], b["number"])
        moved = town.caller("dispatcher").post(
            f"/cases/{c['number']}/reports", {"report_number": a["number"]}
        )
        assert undo(town, first).json["type"] == "/problems/link-stale"
        assert undo(town, moved).status_code == 200
        assert undo(town, first).status_code == 200
        with town.session() as session:
            chain.check_sound(session)

    def test_an_undo_empties_no_open_case_and_fills_no_joined_one(self, town: City):
        a, b, c = (town.report() for _ in range(3))
        extra = town.report(case_number=b["number"])
        dispatcher = town.caller("dispatcher")

        def attach(report, into):
            answer = dispatcher.post(f"/cases/{into['number']}/reports", {"report_number": report["number"]})
            assert answer.status_code == 200, answer.text
            return answer

        moved = attach(extra, a)
        attach(a, c)
        assert undo(town, moved).json["type"] == "/problems/link-stale"  # a would be open about nothing
        attach(b, c)
        assert undo(town, moved).json["type"] == "/problems/link-stale"  # b is joined to c by now
        with town.session() as session:
            chain.check_sound(session)

    def test_a_case_that_others_were_joined_to_is_not_put_back_into_the_one_it_left(self, town: City):
        a, x = town.report(), town.report()
        more = town.report(case_number=a["number"])
        dispatcher = town.caller("dispatcher")
        split = dispatcher.delete(f"/cases/{a['number']}/reports/{more['number']}")
        new = split.json["into_case"]
        merge(town, x["number"], new)
        back = dispatcher.post(f"/cases/{a['number']}/reports", {"report_number": x["number"]})
        assert back.status_code == 200
        assert undo(town, split).json["type"] == "/problems/link-stale"  # x is joined to it: a chain
        with town.session() as session:
            chain.check_sound(session)

    def test_a_parent_that_was_finished_since_gives_the_child_back_open(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        link = merge(town, a, b)
        town.caller("dispatcher").move(b, "refuse", reason="private")
        assert undo(town, link).status_code == 200
        assert (case(town, a)["status"], case(town, b)["status"]) == ("received", "refused")
        assert (case(town, a)["reports_count"], case(town, b)["reports_count"]) == (1, 1)

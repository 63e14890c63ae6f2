"""Reports joined, moved and separated: who has them afterwards, and what is refused."""

from __future__ import annotations

from tests.support import chain, city
from tests.support.city import City
from tests.support.deeds import case, merge


class TestMerging:
    def test_the_reports_go_over_and_the_history_tells_both_sides(self, town: City):
        one, other = town.report(description="Un"), town.report(description="Deux")
        told = merge(town, one["number"], other["number"])
        assert told.status_code == 200, told.text
        child, parent = case(town, one["number"]), case(town, other["number"])
        assert (child["status"], child["reports_count"], child["is_open"]) == ("duplicate", 0, False)
        assert other["number"] in child["sentence"]
        assert {each["description"] for each in parent["reports"]} == {"Un", "Deux"}
        assert parent["reports_count"] == 2
        for number, kind in ((one["number"], "merged"), (other["number"], "merge_received")):
            events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
            assert events[-1]["kind"] == kind
        followed = town.caller().get(f"/tracking/{one['number']}/{one['secret']}").json
        assert followed["case"]["number"] == other["number"]
        assert followed["description"] == "Un"

    def test_no_chain_no_circle_no_other_kind(self, town: City):
        a, b, c = (town.report()["number"] for _ in range(3))
        other = town.report("inspection")["number"]
        assert merge(town, a, a).json["type"] == "/problems/same-case"
        assert merge(town, a, other).json["type"] == "/problems/other-service"
        assert merge(town, a, "LC-2026-99999").json["type"] == "/problems/case-not-found"
        assert merge(town, a, b).status_code == 200
        assert merge(town, c, a).json["type"] in ("/problems/case-not-open", "/problems/guard-refused")
        into_third = merge(town, b, c)
        assert (into_third.status_code, into_third.json["guard"]) == (422, "not_a_parent")
        assert merge(town, a, c).status_code == 409

    def test_nothing_is_joined_to_a_finished_case(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        town.caller("dispatcher").move(b, "refuse", reason="private")
        assert merge(town, a, b).json["type"] == "/problems/case-not-open"

    def test_the_transition_is_the_same_door(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        dispatcher = town.caller("dispatcher")
        assert dispatcher.move(a, "mark_duplicate", parent=b).json["status"] == "duplicate"
        assert case(town, b)["reports_count"] == 2
        back = dispatcher.move(a, "unmark_duplicate")
        assert (back.json["status"], back.json["reports_count"]) == ("received", 1)
        assert case(town, b)["reports_count"] == 1
        with town.session() as session:
            chain.check_sound(session)

    def test_a_version_that_was_not_read_is_refused(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        assert merge(town, a, b, If_Match='"v7"').status_code == 412
        assert merge(town, a.lower(), b, If_Match='"v7"').status_code == 412
        assert merge(town, a, b, If_Match='"v1"').status_code == 200


class TestMovingOneReport:
    def test_attaching_moves_one_and_its_only_report_brings_the_whole_case(self, town: City):
        a, b = town.report(), town.report()
        more = town.report(case_number=a["number"])
        dispatcher = town.caller("dispatcher")
        path = f"/cases/{b['number']}/reports"
        moved = dispatcher.post(path, {"report_number": more["number"]})
        assert (moved.status_code, moved.json["kind"]) == (200, "attach")
        assert (case(town, a["number"])["reports_count"], case(town, b["number"])["reports_count"]) == (1, 2)
        stale = dispatcher.post(path, {"report_number": a["number"]}, If_Match='"v1"')
        assert stale.status_code == 412
        whole = dispatcher.post(path, {"report_number": a["number"]})
        assert (whole.status_code, whole.json["kind"]) == (200, "merge")
        assert case(town, a["number"])["status"] == "duplicate"
        again = dispatcher.post(path, {"report_number": a["number"]})
        assert again.json["type"] == "/problems/same-case"
        assert dispatcher.post(path, {"report_number": "LC-0"}).json["type"] == "/problems/report-not-found"

    def test_detaching_opens_a_case_with_promises_of_its_own(self, town: City):
        a = town.report(location=city.pin(300, 502))
        town.clock.advance(hours=30)
        more = town.report(case_number=a["number"], location=city.pin(310, 502), description="Autre trou")
        town.clock.advance(hours=1)
        told = town.caller("dispatcher").delete(f"/cases/{a['number']}/reports/{more['number']}")
        assert (told.status_code, told.json["kind"]) == (200, "detach")
        new = case(town, told.json["into_case"])
        assert new["number"] not in (a["number"], more["number"])
        assert (new["status"], new["reports_count"], new["summary"]) == ("received", 1, "Autre trou")
        assert new["opened_at"] == more["received_at"]
        assert new["resolve_by"] > case(town, a["number"])["resolve_by"]
        assert [one["number"] for one in new["reports"]] == [more["number"]]
        followed = town.caller().get(f"/tracking/{more['number']}/{more['secret']}").json
        assert followed["case"]["number"] == new["number"]
        last = town.caller("dispatcher").delete(f"/cases/{a['number']}/reports/{a['number']}")
        assert last.json["type"] == "/problems/last-report"
        with town.session() as session:
            chain.check_sound(session)

    def test_a_report_from_another_district_is_given_its_own_when_it_leaves(self, town: City):
        a = town.report(location=city.pin(995, 502))
        more = town.report(case_number=a["number"], location=city.pin(1005, 502))
        assert more["case"]["district"]["code"] == "1"
        told = town.caller("dispatcher").delete(f"/cases/{a['number']}/reports/{more['number']}")
        assert case(town, told.json["into_case"])["district"]["code"] == "2"

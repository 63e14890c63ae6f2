"""Lists as they are used: paged while new cases come, searched with any sign, refused when senseless."""

from __future__ import annotations

import pytest

from tests.support import city, pictures
from tests.support import statements as sql
from tests.support.city import City

# A place in a list by priority whose priority no smallint can hold.
HUGE = "WyI5OTk5OTkiLCIyMDI2LTAxLTAxIiwiMDE5MzAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0"


def listed(town: City, query: str) -> list[str]:
    answer = town.caller("dispatcher").get(f"/cases?{query}")
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json["cases"]]


@pytest.mark.parametrize("order", ["newest", "due", "priority"])
def test_every_case_is_met_once_although_new_ones_keep_coming(town: City, order):
    before = {town.report(location=city.pin(50 + 90 * place, 600))["number"] for place in range(9)}
    met, after = [], ""
    dispatcher = town.caller("dispatcher")
    while True:
        page = dispatcher.get(f"/cases?order={order}&limit=2{after}").json
        met += [each["number"] for each in page["cases"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
        if len(met) < 40:
            town.clock.advance(minutes=1)
            for service in ("VOI-NID", "VOI-AFF", "VOI-TRO"):
                report = {"service_code": service, "answers": town.answers(service)}
                town.caller().post("/reports", report | {"location": city.pin(2500, 300)})
    assert len(met) == len(set(met))
    assert before <= set(met)


@pytest.mark.parametrize(
    "query",
    [
        "order=age", "limit=0", "limit=100000", "limit=x", "priority=9", "bbox=1,2,3", "bbox=a,b,c,d",
        "bbox=9,9,1,1", "bbox=nan,0,1,1", "bbox=0,0,inf,1", "district=Z", "crew=Z", "after=x",
        "after=" + "A" * 399, "after=%00", "after=WyJ4IiwieSJd", "open=maybe", "q=" + "x" * 201,
        "order=due&open=false", "status=%00", "q=%00",
        f"order=priority&after={HUGE}",
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_told_so(town: City, query):
    town.report()
    answer = town.caller("dispatcher").get(f"/cases?{query}")
    if query == "q=%00":
        assert (answer.status_code, answer.json["cases"]) == (200, [])
        return
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), answer.text


@pytest.mark.parametrize(
    "said", ["&", "a & b | !c", "':*", "\\", "<->", "(", "a:b:c", "%", "é'", "²", "🚧", "a\u0000b"]
)
def test_a_search_may_hold_any_sign(town: City, said):
    town.report()
    answer = town.caller("dispatcher").client.get(
        "/api/v1/cases", query_string={"q": said}, headers=town.caller("dispatcher").headers
    )
    assert answer.status_code in (200, 422)


def test_what_likely_repeats_another_is_listed(town: City):
    first = town.report()["number"]
    second = town.report()["number"]
    town.report(location=city.pin(900, 502))
    assert listed(town, "duplicates=true") == [second]
    told = town.caller("dispatcher").get(f"/cases/{second}").json["duplicates"]
    assert told[0]["case_number"] == first
    assert told[0]["terms"]


def test_reading_and_reporting_take_few_statements(town: City):
    anyone, agent = town.caller(), town.caller("agent")
    town.report()
    lamp = {
        "service_code": "ECL-PAN",
        "answers": town.answers("ECL-PAN"),
        "location": {"asset": {"kind": "streetlight", "code": "L-1"}},
        "contact": city.CONTACT,
    }
    anyone.post("/reports", lamp)
    photos = [("p.jpg", pictures.taken_at())]
    full = city.sample("field_work") | {"contact": city.CONTACT, "location": city.pin(305, 502)}
    everything = {"report": full}
    elsewhere = city.sample("field_work") | {"location": city.pin(900, 600)}
    heaviest = {
        "a report": (5, lambda: anyone.post("/reports", elsewhere)),
        "with everything": (
            8,
            lambda: anyone.post_form("/reports", everything, photos, Idempotency_Key="k"),
        ),
        "one lamp again": (9, lambda: anyone.post("/reports", lamp, Idempotency_Key="l")),
        "looking first": (4, lambda: anyone.post("/duplicates", full)),
    }
    for name, (most, call) in heaviest.items():
        with sql.counted() as sent:
            answer = call()
        assert answer.status_code in (200, 201), answer.text
        assert len(sent) <= most, (name, sent)
    number = agent.get("/cases").json["cases"][0]["number"]
    with sql.counted() as sent:
        agent.get(f"/cases/{number}")
    assert len(sent) <= 9, sent

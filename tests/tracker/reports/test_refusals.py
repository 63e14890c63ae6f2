"""Every failure that is expected, over HTTP, in both languages: its type, its words, nothing half-written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.support import city, pictures, towns
from tests.support.caller import Caller
from tests.support.city import City


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What is sent, by whom, and how it must be refused."""

    slug: str
    status: int = 422
    report: dict[str, Any] = field(default_factory=dict)
    by: str = "citizen"
    photos: tuple[bytes, ...] = ()
    has: Callable[[dict[str, Any]], object] = bool


def point(x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"location": city.pin(x, y, **more)}


def place(**said: Any) -> dict[str, Any]:
    return {"location": said}


def lamp(code: str) -> dict[str, Any]:
    return {
        "service_code": "ECL-PAN",
        "answers": {"panne": "eteint"},
        "location": {"asset": {"kind": "streetlight", "code": code}},
    }


LON, LAT = city.at(300, 502)
REFUSALS = {
    "no service is named": Refusal(
        slug="invalid-request", report={"service_code": ""}, has=lambda told: told["errors"]
    ),
    "the service is not known": Refusal(slug="unknown-service", report={"service_code": "ABC-DEF"}),
    "an answer is missing": Refusal(
        slug="missing-answers",
        report={"service_code": "PRO-GRA", "answers": {}},
        has=lambda told: (
            [fault["pointer"] for fault in told["errors"]] == ["/answers/haineux", "/answers/surface"]
        ),
    ),
    "it has not happened yet": Refusal(slug="future-date", report={"occurred_at": "2026-05-05T00:00:00Z"}),
    "nowhere": Refusal(slug="location-missing", report=place()),
    "a citizen does not know where": Refusal(slug="location-missing", report=place(method="unknown")),
    "an unknown place with a pin": Refusal(
        slug="location-missing", report=place(method="unknown", lon=LON, lat=LAT)
    ),
    "null coordinates": Refusal(
        slug="location-unusable", report=place(lon=0, lat=0), has=lambda told: told["finding"] == "zero"
    ),
    "swapped coordinates": Refusal(
        slug="location-unusable",
        report=place(lon=LAT, lat=LON),
        has=lambda told: told["finding"] == "swapped",
    ),
    "a lost sign": Refusal(slug="location-unusable", report=place(lon=-LON, lat=LAT)),
    "another continent": Refusal(slug="location-unusable", report=place(lon=2.35, lat=48.85)),
    "at the neighbour's": Refusal(
        slug="outside-territory",
        report=point(3500, 500),
        has=lambda told: told["contact"]["phone"] == "450 555-0199",
    ),
    "nobody's land": Refusal(
        slug="outside-territory", report=point(-500, 500), has=lambda told: told["contact"] is None
    ),
    "the ministry's road": Refusal(
        slug="not-ours",
        report=point(1500, 205),
        has=lambda told: told["contact"]["phone"] == "511" and told["what"] == "segment",
    ),
    "the utility's pole": Refusal(
        slug="not-ours", report=lamp("H-9"), has=lambda told: told["contact"]["code"] == "hydro"
    ),
    "in the basin": Refusal(slug="in-water", report=point(2650, 800)),
    "no such address": Refusal(slug="address-unknown", report=place(address="12, rue Imaginaire")),
    "two such addresses": Refusal(
        slug="place-ambiguous",
        report=place(address="30 Principale"),
        has=lambda told: (
            {choice["label"] for choice in told["choices"]} == {"30, rue Principale", "30, avenue Principale"}
        ),
    ),
    "no such lamp": Refusal(slug="asset-unknown", report=lamp("L-404")),
    "a rink in May": Refusal(
        slug="out-of-season",
        report={"service_code": "SPO-PAT", "answers": {}},
        has=lambda told: told["opens_on"] > "2026-05-04",
    ),
    "nobody to answer": Refusal(
        slug="contact-needed",
        report={"service_code": "INF-GEN", "answers": {"sujet": "autre", "question": "?"}, "location": {}},
    ),
    "a case nobody has": Refusal(slug="case-not-found", status=404, report={"case_number": "LC-2026-99999"}),
    "for somebody else": Refusal(slug="sign-in-required", status=401, report={"on_behalf": True}),
    "by a channel of ours": Refusal(slug="sign-in-required", status=401, report={"channel": "phone"}),
    "for somebody else, by a crew": Refusal(
        slug="not-allowed", status=403, by="crew", report={"on_behalf": True}
    ),
    "a photo which is none": Refusal(slug="photo-unreadable", photos=(b"hello",)),
    "half a photo": Refusal(slug="photo-unreadable", photos=(pictures.taken_at()[:400],)),
    "a picture which is no photo": Refusal(slug="photo-format", photos=(b"GIF",)),
    "six photos": Refusal(slug="too-many-photos", photos=(pictures.taken_at(),) * 6),
}


def gif() -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize("case", REFUSALS)
def test_a_report_is_refused_in_the_readers_language_and_leaves_nothing(town: City, case):
    refusal = REFUSALS[case]
    report = city.sample("field_work") | refusal.report
    photos = [("photo.jpg", gif() if photo == b"GIF" else photo) for photo in refusal.photos]
    before = town.counts()
    told = {}
    for language in ("fr", "en"):
        caller = town.caller(refusal.by, language=language)
        answer = (
            caller.post_form("/reports", {"report": report}, photos)
            if photos
            else caller.post("/reports", report)
        )
        told[language] = answer.json
        assert answer.status_code == refusal.status, answer.text
        assert answer.content_type == "application/problem+json"
        assert answer.headers["Content-Language"] == language
        assert answer.json["type"] == f"/problems/{refusal.slug}"
        assert refusal.has(answer.json)
        assert town.caller(language=language).get(f"!/problems/{refusal.slug}").status_code == 200
    assert told["fr"]["title"] != told["en"]["title"]
    assert told["fr"]["detail"] != told["en"]["detail"]
    counted = {"refusal": 2} if refusal.slug in ("outside-territory", "not-ours", "in-water") else {}
    assert city.grown(before, town.counts()) == counted


@pytest.mark.parametrize(("heavy", "slug"), [((150_000,), "photo-too-heavy"), ((80_000,) * 4, "too-large")])
def test_what_is_too_heavy_is_refused_before_it_is_looked_at(town: City, heavy, slug):
    limited = towns.application(
        town.place, town.clock, photo_limit_bytes=100_000, upload_limit_bytes=300_000
    ).test_client()
    photos = [(f"{size}.jpg", bytes(size)) for size in heavy]
    before = town.counts()
    answer = Caller(limited, None, "fr").post_form("/reports", {"report": city.sample("field_work")}, photos)
    assert (answer.status_code, answer.json["type"]) == (413, f"/problems/{slug}")
    assert town.counts() == before


def test_what_is_not_json_is_told_apart_from_json_that_is_wrong(town: City):
    anyone = town.caller()
    for path in ("/reports", "/duplicates"):
        assert anyone.post(path, b"{").json["type"] == "/problems/bad-request"
        answer = anyone.post(path, b"a=1", Content_Type="text/plain")
        assert (answer.status_code, answer.json["type"]) == (415, "/problems/unsupported-media-type")


def test_a_token_that_ended_or_was_never_made_opens_nothing(town: City):
    agent = town.caller("agent")
    town.clock.advance(days=91)
    assert agent.post("/reports", city.sample("field_work")).json["type"] == "/problems/token-expired"
    answer = town.caller().get("/cases", Authorization="Bearer nothing")
    assert (answer.status_code, answer.json["type"]) == (401, "/problems/token-unknown")


def test_refusals_are_counted_by_reason_and_party_and_nothing_else_of_them(town: City):
    for where in ((3500, 500), (1500, 205), (2650, 800)):
        town.caller().post("/reports", city.sample("field_work") | point(*where))
    with town.place.owner.begin() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT reason, third_party_code, service_code FROM j_{town.code}.refusal ORDER BY at, reason"
        ).all()
    assert sorted(rows, key=lambda row: row[0]) == [
        ("in_water", None, "VOI-NID"),
        ("not_ours", "mtmd", "VOI-NID"),
        ("outside", "amont", "VOI-NID"),
    ]


def test_two_things_of_different_kinds_are_not_the_same(town: City):
    other = town.report("inspection", by="agent")["number"]
    answer = town.caller("agent").post("/reports", city.sample("field_work") | {"case_number": other})
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/other-service")


def test_nothing_is_added_to_a_finished_case(town: City):
    number = town.report()["number"]
    assert town.caller("dispatcher").move(number, "refuse", reason="private").status_code == 200
    answer = town.caller().post("/reports", city.sample("field_work") | {"case_number": number})
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/case-not-open")

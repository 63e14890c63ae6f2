"""Permits, refusals and notices on paper, in both languages; what they cost and how it is paid."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import zlib
from datetime import timedelta
from typing import Any

import orjson
import pytest
from reportlab.rl_config import invariant

from tests.support import city as cities
from tests.support import pictures, towns
from tests.support.caller import Caller
from tests.support.city import City
from tests.support.deeds import follow, move_with, ok, say
from tests.tracker.bookings.test_bookings import RESOURCES
from tracker.bookings import files
from tracker.letters import layout

SECRET = "a gateway's own secret"


@pytest.fixture
def office(town: City) -> City:
    with town.session() as session:
        files.load(session, RESOURCES, at=town.clock.now)
    return town


def approved(town: City) -> dict[str, Any]:
    """Bring a tree-felling permit to where it is to be paid: 25 dollars and one for each 10 cm."""
    told = town.report("permit")
    ok(town.caller("agent").move(told["number"], "accept"))
    ok(town.caller("inspector").move(told["number"], "approve", zoning="compliant", conditions="Replanter."))
    return told


def test_a_permit_is_issued_by_its_payment_and_printed_in_both_languages(office: City):
    town = office
    told = town.report("permit")
    assert follow(town, told)["estimate_cents"] == 2800
    ask = {"service_code": "PER-ABA", "answers": {"dhp_cm": 30}}
    assert ok(town.caller().post("/fee-estimates", ask)) == {"amount_cents": 2800}
    ok(town.caller("agent").move(told["number"], "accept"))
    ok(town.caller("inspector").move(told["number"], "approve", zoning="compliant", conditions="Replanter."))
    assert town.caller("agent").move(told["number"], "issue").json["guard"] == "paid"
    pay = {"amount_cents": 2800, "method": "card_terminal", "reference": "T-1"}
    assert ok(town.caller("agent").post(f"/cases/{told['number']}/payments", pay))["status"] == "issued"
    seen = follow(town, told)
    assert seen["case"]["status_label"] == "Permis émis"
    assert [(each["kind"], each["language"]) for each in seen["letters"]] == [
        ("permit", "fr"),
        ("permit", "en"),
    ]
    for letter, words in zip(
        seen["letters"], ("Valable jusqu’au 4 mai 2027", "Valid until May 4, 2027"), strict=True
    ):
        answer = town.caller().get(letter["url"].removeprefix("/api/v1"))
        assert answer.content_type == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        said = text_of(answer.data)
        for part in (*words.split(), told["number"], "Replanter.", "Ana", "28"):
            assert part in said, (letter["language"], part)


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF whose fonts are subsets, by their own maps to Unicode."""
    return " ".join(pdf_words(pdf))


def test_a_refusal_says_why_by_which_article_and_what_can_be_done(office: City):
    town = office
    told = town.report("permit")
    why = {"reason": "Arbre sain", "article": "RZ-4, art. 31", "recourse": "Dérogation mineure"}
    missing = town.caller("inspector").move(told["number"], "refuse", reason="Arbre sain")
    assert missing.json["errors"][0]["pointer"] == "/inputs/article"
    ok(town.caller("inspector").move(told["number"], "refuse", **why))
    seen = follow(town, told)
    assert all(each in seen["timeline"][0]["note"] for each in why.values())
    said = text_of(town.caller().get(seen["letters"][0]["url"].removeprefix("/api/v1")).data)
    assert all(word in said for each in why.values() for word in each.split())


def test_a_notice_to_an_owner_never_names_who_complained_and_is_not_theirs_to_read(office: City):
    town = office
    told = town.report("inspection", contact=cities.CONTACT)
    inspector = town.caller("inspector")
    ok(inspector.move(told["number"], "accept"))
    inputs = {"report": "Gazon d’un mètre", "article": "12"}
    photo = [pictures.taken_at()]
    ok(move_with(town, "inspector", told["number"], photo, transition="issue_notice", inputs=inputs))
    letters = inspector.get(f"/cases/{told['number']}").json["letters"]
    assert {each["kind"] for each in letters} == {"owner_notice"}
    said = text_of(inspector.get(letters[0]["url"].removeprefix("/api/v1")).data)
    assert "14" in said  # ten days from the fourth of May
    assert "Ana" not in said
    assert "ana@" not in said
    seen = follow(town, told)
    assert seen["letters"] == []
    own = f"/tracking/{told['number']}/{told['secret']}/letters/{letters[0]['id']}"
    assert town.caller().get(own).status_code == 404


def test_a_permit_is_renewed_once_for_a_year_more(office: City):
    town = office
    told = approved(town)
    pay = {"amount_cents": 2800, "method": "cash", "reference": "C-9"}
    ok(town.caller("agent").post(f"/cases/{told['number']}/payments", pay))
    town.clock.advance(days=80)  # as long as the tests' tokens hold
    ok(town.caller("agent").move(told["number"], "renew"))
    assert town.caller("agent").move(told["number"], "renew").json["guard"] == "count_below"
    letters = town.caller("agent").get(f"/cases/{told['number']}").json["letters"]
    assert len(letters) == 4
    newest = text_of(town.caller("agent").get(letters[0]["url"].removeprefix("/api/v1")).data)
    assert "23 juillet 2027" in newest or "July 23, 2027" in newest


def test_a_study_costs_nothing_and_goes_before_the_traffic_committee(office: City):
    town = office
    study = {
        "service_code": "SIG-ETU", "answers": {"demande": "dos_ane"}, "location": cities.pin(300, 502),
        "contact": cities.CONTACT,
    }  # fmt: skip
    told = town.caller().post("/reports", study).json
    inspector = town.caller("inspector")
    ok(inspector.move(told["number"], "accept"))
    day = (town.clock.now + timedelta(days=20)).date().isoformat()
    for committee, code in (("ccu", 422), ("traffic", 200)):
        answer = inspector.move(told["number"], "send_to_committee", meets_on=day, committee=committee)
        assert answer.status_code == code, answer.text
    ok(inspector.move(told["number"], "committee_advised", opinion="Favorable"))
    assert inspector.move(told["number"], "approve", zoning="compliant").json["guard"] == "services_never"
    ok(inspector.move(told["number"], "approve_study", conditions="Deux dos d’âne"))
    seen = follow(town, told)
    assert seen["case"]["status"] == "issued"
    assert seen["money"] is None


def test_a_draft_is_kept_with_answers_missing_and_nothing_but_a_permit_is(office: City):
    town = office
    draft = cities.sample("permit") | {"answers": {}, "draft": True}
    told = town.caller().post("/reports", draft)
    assert told.status_code == 201, told.text
    assert told.json["case"]["status"] == "draft"
    refused = town.caller().post("/reports", cities.sample("field_work") | {"draft": True})
    assert refused.json["type"] == "/problems/no-drafts"
    assert say(town, told.json, "deposit").json["guard"] == "answers_complete"
    path = f"/tracking/{told.json['number']}/{told.json['secret']}/answers"
    wrong = town.caller().post(path, {"answers": {"raison": "peut-être"}})
    assert wrong.status_code == 422
    ok(town.caller().post(path, {"answers": {"raison": "mort", "dhp_cm": 30}}))
    ok(say(town, told.json, "deposit"))
    late = town.caller().post(path, {"answers": {"raison": "mort", "dhp_cm": 90}})
    assert (late.status_code, late.json["type"]) == (409, "/problems/not-a-draft")


def signed(body: bytes, at: int, *, secret: str = SECRET) -> dict[str, str]:
    signed = b".".join((b"msg-1", str(at).encode(), body))
    digest = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return {"webhook_id": "msg-1", "webhook_timestamp": str(at), "webhook_signature": f"v1,{digest}"}


def test_a_gateway_is_believed_when_it_signs_and_counted_once(office: City):
    town = office
    told = approved(town)
    app = towns.application(town.place, town.clock, payment_secret=SECRET)
    gateway = Caller(app.test_client(), None, "fr")
    body = orjson.dumps({"case_number": told["number"], "amount_cents": 2800, "reference": "pi_123"})
    now = int(town.clock.now.timestamp())
    for headers in (
        {},
        signed(body, now, secret="another"),
        signed(body, now - 301),
        signed(body + b" ", now),
        signed(body, now) | {"webhook_signature": "v1,é"},
    ):
        answer = gateway.post("/payments/callback", body, **headers)
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/signature-invalid"), headers
    assert follow(town, told)["case"]["status"] == "approved"
    for _ in range(2):
        assert ok(gateway.post("/payments/callback", body, **signed(body, now)))["status"] == "issued"
    assert town.counts()["payment"] == 1
    assert town.counts()["letter"] == 2


def test_the_same_letter_is_the_same_bytes():
    sheet = layout.Sheet(
        town="Lac", title="Permis", body="Voici.", lines=[("Lieu", "12, rue <b>& fils</b>")], foot="",
        language="fr",
    )  # fmt: skip
    assert layout.draw(sheet) == layout.draw(sheet)
    assert invariant in (0, 1)


def pdf_words(pdf: bytes) -> list[str]:
    """Read the text of a PDF of ours: Flate streams, each font's codes by its ToUnicode map."""
    objects = dict(re.findall(rb"(\d+) 0 obj(.*?)endobj", pdf, re.DOTALL))

    def stream(raw: bytes) -> bytes:
        content = raw.partition(b"stream")[2].strip(b"\r\n").rpartition(b"endstream")[0].strip(b"\r\n")
        if b"/ASCII85Decode" in raw:
            content = base64.a85decode(content.strip().removesuffix(b"~>"))
        return zlib.decompress(content) if b"/FlateDecode" in raw else content

    maps: dict[bytes, dict[int, str]] = {}
    fonts: dict[bytes, bytes] = {}
    for raw in objects.values():
        fonts |= dict(re.findall(rb"/(F\d+\+\d+) (\d+) 0 R", raw))
    for name, ref in fonts.items():
        found = re.search(rb"/ToUnicode (\d+) 0 R", objects[ref])
        assert found
        table = stream(objects[found[1]])
        pairs = re.findall(rb"<([0-9A-F]{2})> <([0-9A-F]{4})>", table)
        maps[name] = {int(code, 16): chr(int(letter, 16)) for code, letter in pairs}
    words: list[str] = []
    for raw in objects.values():
        if b"/Type" in raw.partition(b"stream")[0] or b"stream" not in raw:
            continue
        content = stream(raw)
        current: dict[int, str] = {}
        for font, text in re.findall(rb"/(F\d+\+\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", content, re.DOTALL):
            if font:
                current = maps[font]
            else:
                words.append("".join(current.get(code, "?") for code in unescaped(text)))
    return words


def unescaped(raw: bytes) -> bytes:
    kept, source = bytearray(), io.BytesIO(raw)
    named = {b"n": 10, b"r": 13, b"t": 9, b"b": 8, b"f": 12}
    while one := source.read(1):
        if one != b"\\":
            kept += one
            continue
        one = source.read(1)
        if one in b"01234567":
            kept.append(int(one + source.read(2), 8))
        else:
            kept.append(named.get(one, one[0]))
    return bytes(kept)

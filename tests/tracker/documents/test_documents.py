"""Documents reach the case, come back as they were sent, to those they are for, and go when they must."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import chain, deeds, papers, pictures
from tests.support import city as cities
from tests.support.caller import Answer
from tests.support.city import City
from tracker.media.service import Shelf
from tracker.privacy import files, service

PLAN = papers.plan()


def apply(town: City, family: str = "permit", *documents: tuple[str, bytes], by: str = "citizen") -> Answer:
    report = cities.sample(family) | {"contact": cities.CONTACT}
    return town.caller(by).post_form("/reports", {"report": report}, [], documents=list(documents))


def applied(town: City, family: str = "permit", *documents: tuple[str, bytes]) -> dict[str, Any]:
    answer = apply(town, family, *(documents or (("plan.pdf", PLAN),)))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def path_of(told: dict[str, Any]) -> str:
    return f"/tracking/{told['number']}/{told['secret']}"


def add(town: City, told: dict[str, Any], *documents: tuple[str, bytes], **headers: str) -> Answer:
    path = f"{path_of(told)}/documents"
    return town.caller().post_form(path, {}, [], documents=list(documents), **headers)


def own(town: City, told: dict[str, Any]) -> list[dict[str, Any]]:
    return list(deeds.follow(town, told)["documents"])


def on_disk(town: City) -> list[Path]:
    root = town.place.settings.media / town.code / "documents"
    return [file for file in root.rglob("*") if file.is_file()]


@pytest.fixture(autouse=True)
def _clear(town: City):
    for file in on_disk(town):
        file.unlink()


@pytest.mark.parametrize("family", ["permit", "contestation", "booking"])
def test_documents_come_with_a_report_and_are_given_back_as_they_were_sent(town: City, family):
    told = applied(town, family, ("Plan de cour.pdf", PLAN), ("preuve.PDF", papers.plan(5)))
    kept = own(town, told)
    assert [(each["name"], each["pages"], each["sender"]) for each in kept] == [
        ("Plan de cour.pdf", 2, "citizen"), ("preuve.pdf", 5, "citizen"),
    ]  # fmt: skip
    with town.caller().get(f"!{kept[0]['url']}") as answer:
        assert (answer.status_code, answer.data, answer.content_type) == (200, PLAN, "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "Plan de cour.pdf" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_history_seals_what_was_sent_and_its_chain_holds(town: City):
    told = applied(town)
    assert add(town, told, ("autre.pdf", papers.plan(3))).status_code == 201
    case = town.caller("agent").get(f"/cases/{told['case']['number']}").json
    events = town.caller("agent").get(f"/cases/{case['number']}/history").json["events"]
    added = [each for each in events if each["kind"] == "document_added"]
    assert [each["payload"]["sha256"] for each in added] == [
        sha256(PLAN).hexdigest(), sha256(papers.plan(3)).hexdigest(),
    ]  # fmt: skip
    assert {each["label"] for each in added} == {"Document reçu"}
    assert "plan.pdf" not in str([each["payload"] for each in added])
    assert [each["report"] for each in case["documents"]] == [told["number"]] * 2
    with town.session() as session:
        rows = session.execute(text("SELECT count(*), min(language), min(sender) FROM document")).one()
        assert chain.broken(session, case["number"]) == []
    assert tuple(rows) == (2, "fr", "citizen")


def test_a_move_takes_documents_of_the_applicant_and_of_the_city(town: City):
    told = applied(town)
    number = told["case"]["number"]
    asked = town.caller("agent").move(number, "ask_documents", documents="Le plan signé.")
    assert asked.status_code == 200, asked.text
    body = {"transition": "send_documents", "inputs": {}}
    sent = town.caller().post_form(
        f"{path_of(told)}/transitions", {"move": body}, [], documents=[("signé.pdf", papers.plan(1))]
    )
    assert sent.status_code == 200, sent.text
    assert [each["name"] for each in sent.json["documents"]] == ["plan.pdf", "signé.pdf"]
    assert sent.json["case"]["status"] == "received"
    etag = town.caller("inspector").get(f"/cases/{number}").headers["ETag"]
    body = {"transition": "ask_documents", "inputs": {"documents": "Le devis."}}
    moved = town.caller("inspector").post_form(
        f"/cases/{number}/transitions", {"move": body}, [], documents=[("modele.pdf", PLAN)], If_Match=etag
    )
    assert moved.status_code == 200, moved.text
    assert [each["sender"] for each in moved.json["documents"]] == ["citizen", "citizen", "city"]
    assert [each["name"] for each in own(town, told)] == ["plan.pdf", "signé.pdf"]


def test_a_sending_repeated_is_one_sending(town: City):
    told = applied(town)
    twice = [add(town, told, ("b.pdf", papers.plan(1)), Idempotency_Key="again-0001") for _ in range(2)]
    assert twice[0].data == twice[1].data
    assert len(own(town, told)) == 2


@pytest.mark.parametrize(
    ("make", "slug"),
    [
        (papers.truncated, "document-unreadable"), (papers.encrypted, "document-encrypted"),
        (papers.with_script, "document-script"), (papers.with_launch, "document-action"),
        (papers.with_attachment, "document-attachment"), (papers.bomb, "document-costly"),
        (pictures.taken_at, "document-not-pdf"),
    ],
)  # fmt: skip
def test_a_hostile_document_is_refused_in_the_readers_language_and_nothing_is_kept(town: City, make, slug):
    said = set()
    for language in ("fr", "en"):
        answer = town.caller(language=language).post_form(
            "/reports", {"report": cities.sample("permit")}, [], documents=[("plan.pdf", make())]
        )
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert answer.json["type"] == f"/problems/{slug}"
        said.add(answer.json["detail"])
    assert len(said) == 2
    assert on_disk(town) == []
    assert "report" not in town.counts()


def test_sixty_megabytes_are_refused_before_they_are_read_and_sixteen_before_they_are_inspected(town: City):
    assert apply(town, "permit", ("gros.pdf", papers.heavy(60))).status_code == 413
    answer = apply(town, "permit", ("gros.pdf", papers.heavy(16)))
    assert (answer.status_code, answer.json["type"]) == (413, "/problems/document-too-heavy")
    assert on_disk(town) == []


def test_what_has_nothing_to_prove_takes_no_document(town: City):
    assert apply(town, "field_work", ("plan.pdf", PLAN)).json["type"] == "/problems/documents-not-taken"
    told = town.report()
    assert add(town, told, ("plan.pdf", PLAN)).status_code == 422
    assert add(town, applied(town)).json["type"] == "/problems/no-document"
    assert apply(town, "permit", *[("p.pdf", PLAN)] * 6).json["type"] == "/problems/too-many-documents"
    closed = applied(town)
    assert deeds.say(town, closed, "cancel").status_code == 200
    assert add(town, closed, ("plan.pdf", PLAN)).json["type"] == "/problems/documents-not-taken"


def test_a_number_or_a_secret_that_is_wrong_opens_nothing(town: City):
    told, other = applied(town), applied(town)
    mine = own(town, told)[0]["id"]
    for path in (f"/tracking/{told['number']}/wrong", path_of(other), f"/tracking/nothing/{told['secret']}"):
        assert town.caller().get(f"{path}/documents/{mine}").status_code == 404
    assert add(town, told | {"secret": "wrong"}, ("plan.pdf", PLAN)).status_code == 404


def test_a_person_takes_their_documents_out_with_their_data(town: City):
    told = applied(town)
    answer = town.caller().get(f"{path_of(told)}/data")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        inside = [name for name in packed.namelist() if name.startswith("documents/")]
        assert [packed.read(name) for name in inside] == [PLAN]
        assert b"plan.pdf" in packed.read("index.html")


def test_erasing_takes_the_documents_off_the_disk_unless_somebody_else_sent_the_same(town: City):
    told, other = applied(town), applied(town)
    assert len(on_disk(town)) == 1
    assert town.caller().delete(f"{path_of(told)}/data").status_code == 200
    assert len(on_disk(town)) == 1
    assert len(own(town, other)) == 1
    assert town.caller().delete(f"{path_of(other)}/data").status_code == 200
    assert on_disk(town) == []
    assert "document" not in town.counts()


def test_a_hold_keeps_the_documents(town: City):
    told = applied(town)
    hold = town.caller("clerk").post(
        "/holds", {"reason": "Réclamation annoncée", "case_number": told["case"]["number"]}
    )
    assert hold.status_code == 201, hold.text
    assert town.caller().delete(f"{path_of(told)}/data").status_code == 409
    assert len(on_disk(town)) == 1
    assert len(own(town, told)) == 1


def test_time_takes_the_documents_with_the_report(town: City):
    told = applied(town)
    assert deeds.say(town, told, "cancel").status_code == 200
    with town.session() as session:
        done = service.anonymise(session, town.clock() + timedelta(days=9000), shelf=shelf(town))
    assert done.tally.documents == 1
    assert on_disk(town) == []


def test_a_file_that_no_report_names_is_thrown_away_after_a_day(town: City):
    applied(town)
    refused = cities.sample("permit") | {"answers": {}}
    sent = [("autre.pdf", papers.plan(7))]
    answer = town.caller().post_form("/reports", {"report": refused}, [], documents=sent)
    assert answer.status_code == 422
    assert len(on_disk(town)) == 2
    for wait, left in ((timedelta(hours=1), 2), (timedelta(days=20_000), 1)):
        with town.session() as session:
            files.purge_orphans(session, shelf(town), town.clock() + wait)
        assert len(on_disk(town)) == left
    assert on_disk(town)[0].read_bytes() == PLAN


def shelf(town: City) -> Shelf:
    return Shelf(root=town.place.settings.media / town.code)

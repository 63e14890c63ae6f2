"""Holds that stop erasure, certificates that can be checked, over HTTP and by command."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds
from tests.support.city import City
from tracker.cli.audit import audit
from tracker.evidence import certificates, chains, checkpoints, verifying
from tracker.evidence.merkle import root_from_proof

PLACE = cities.at(300, 502)


def certificate(town: City, **given: Any) -> Any:
    lon, lat = PLACE
    body = {"lon": lon, "lat": lat, "radius_m": 30, "to": "2026-05-10"} | given
    return town.caller("clerk").post("/certificates", body)


def test_a_certificate_tells_what_was_known_and_names_nobody(town: City):
    report = town.report(description="Pneu crevé, signé Ana Roy", contact=cities.CONTACT)
    deeds.ok(town.caller("dispatcher").move(report["number"], "accept"))
    town.report(location=cities.pin(900, 502))
    answer = certificate(town)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf"), answer.text
    told = town.caller().get(f"/certificates/{answer.headers['X-Certificate-Code']}").json
    assert (told["cases"], told["reports"], told["events"]) == (1, 1, 3)
    assert told["sha256"] == hashlib.sha256(answer.data).hexdigest()
    with town.session() as session:
        row = certificates.find(session, told["code"])
        facts = str(row.statement)
    assert report["number"] in facts
    assert [name for name in ("Ana", "Roy", "crevé", "450 555", "example.org") if name in facts] == []
    roles = {event["role"] for event in row.statement["cases"][0]["events"]}
    assert roles == {"citizen", "system", "dispatcher"}


def test_the_same_facts_and_question_give_the_same_bytes_and_another_fact_others(town: City):
    number = town.report()["number"]
    first, again = certificate(town), certificate(town)
    assert first.data == again.data
    town.clock.advance(minutes=5)
    assert certificate(town).data == first.data
    assert certificate(town, language="en").data != first.data
    deeds.ok(town.caller("dispatcher").move(number, "accept"))
    assert certificate(town).data != first.data


def test_a_place_nobody_told_of_says_so(town: City):
    town.report(location=cities.pin(900, 502))
    answer = certificate(town, language="en")
    told = town.caller().get(f"/certificates/{answer.headers['X-Certificate-Code']}").json
    assert (told["cases"], told["reports"], told["events"]) == (0, 0, 0)


@pytest.mark.parametrize(("since", "until", "reports"), [
    (None, "2026-05-03", 0), (None, "2026-05-04", 1), ("2026-05-05", "2026-05-10", 0), ("2026-05-04",
        "2026-05-04", 1),
])  # fmt: skip
def test_the_period_counts_whole_days_of_the_town(town: City, since, until, reports):
    town.report()
    answer = certificate(town, **{"from": since, "to": until})
    told = town.caller().get(f"/certificates/{answer.headers['X-Certificate-Code']}").json
    assert told["reports"] == reports


def test_a_certificate_is_recognised_by_its_file_and_no_other_is(town: City):
    town.report()
    pdf = certificate(town).data
    ask = town.caller().post
    assert ask("/certificates/recognise", pdf, Content_Type="application/pdf").status_code == 200
    changed = pdf.replace(b"%PDF", b"%PDf", 1)
    assert ask("/certificates/recognise", changed, Content_Type="application/pdf").status_code == 404


def test_what_a_certificate_proves_leads_to_the_signed_root(town: City):
    town.report()
    certificate(town)
    with town.session() as session:
        last = checkpoints.latest(session)
        row = session.execute(text("SELECT case_id, seq, hash FROM event WHERE seq = 2")).one()
        proof = verifying.inclusion(session, row.case_id, row.seq)
        assert last is not None
        assert proof is not None
        leaf, size, path = proof
        digest = chains.leaf_of_event(row.case_id, row.seq, bytes(row.hash))
        assert root_from_proof(leaf, size, digest, path) == bytes(last.root)
        assert verifying.proves(digest, leaf, size, path, bytes(last.root))
        assert not verifying.proves(bytes(32), leaf, size, path, bytes(last.root))


@pytest.mark.parametrize("body", [
    {"lon": 181}, {"radius_m": 0}, {"radius_m": 5000}, {"to": "hier"}, {"from": "2026-06-01",
        "to": "2026-05-01"},
    {"to": "9999-12-31"}, {"lat": None}, {"language": "de"},
])  # fmt: skip
def test_a_senseless_question_is_refused(town: City, body):
    assert certificate(town, **body).status_code == 422


def test_a_hold_on_a_case_stops_its_erasure_until_it_is_released(town: City):
    report = town.report(description="À garder", contact=cities.CONTACT)
    clerk = town.caller("clerk")
    hold = clerk.post("/holds", {"case_number": report["number"], "reason": "Réclamation 2026-14"})
    assert hold.status_code == 201, hold.text
    refused = town.caller().delete(f"/tracking/{report['number']}/{report['secret']}/data")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/on-hold")
    assert "2026-14" not in refused.text
    assert deeds.follow(town, report)["description"] == "À garder"
    assert clerk.post(f"/holds/{hold.json['id']}/release").status_code == 200
    assert clerk.post(f"/holds/{hold.json['id']}/release").status_code == 404
    assert town.caller().delete(f"/tracking/{report['number']}/{report['secret']}/data").status_code == 200
    assert [one["released_by"] is not None for one in clerk.get("/holds?released=true").json["holds"]] == [
        True
    ]
    assert clerk.get("/holds").json["holds"] == []


@pytest.mark.parametrize(
    ("metres", "from_at", "status"), [(20, None, 409), (200, None, 200), (20, "2027-01-01T00:00:00Z", 409)]
)
def test_a_hold_on_a_place_covers_what_lies_there_in_its_period(town: City, metres, from_at, status):
    report = town.report()
    lon, lat = cities.at(300 + metres, 502)
    body = {"lon": lon, "lat": lat, "radius_m": 30, "reason": "Chute", "from_at": from_at}
    assert town.caller("clerk").post("/holds", body).status_code == 201
    erased = town.caller().delete(f"/tracking/{report['number']}/{report['secret']}/data")
    assert erased.status_code == status  # still open in 2027: the period reaches it


@pytest.mark.parametrize("body", [
    {"reason": "Pourquoi"}, {"case_number": "LC-2026-99999", "reason": "Pourquoi"}, {"lon": 1,
        "reason": "Pourquoi"},
    {"case_number": "x", "lon": 1, "lat": 1, "reason": "Pourquoi"}, {"case_number": "x"},
        {"case_number": "x", "reason": ""},
])  # fmt: skip
def test_a_hold_on_nothing_or_for_nothing_is_refused(town: City, body):
    assert town.caller("clerk").post("/holds", body).status_code in (404, 422)


@pytest.fixture
def shell(town: City, tmp_path: Path) -> Any:
    """The command, in the test's town."""
    environ = {
        "VIGIE_DATABASE_URL": town.place.settings.database_url,
        "VIGIE_VAR": str(tmp_path),
        "VIGIE_JURISDICTION": town.code,
        "LANG": "fr_CA.UTF-8",
        "LC_ALL": "",
    }
    return lambda *said: CliRunner(env=environ).invoke(audit, [str(each) for each in said])


def test_the_commands_sign_verify_certify_and_check(town: City, shell, tmp_path):
    town.report()
    key = shell("keys")
    assert key.exit_code == 0
    assert key.stdout.startswith("vigie+")
    assert (tmp_path / "evidence" / "key.pem").stat().st_mode & 0o777 == 0o600
    signed = shell("checkpoint", "--stdout")
    assert signed.exit_code == 0, signed.output
    assert signed.stdout.startswith("vigie/lac\n2\n")
    file = next((tmp_path / "evidence" / "checkpoints").rglob("*.checkpoint"))
    sound = shell("verify", "--checkpoint", file, "--key", key.stdout.strip())
    assert (sound.exit_code, sound.stdout) == (0, ""), sound.output
    lon, lat = PLACE
    made = shell("certificate", "--near", lon, lat, "--to", "2026-05-10", "--out", tmp_path / "a.pdf")
    assert made.exit_code == 0, made.output
    known = shell("check", tmp_path / "a.pdf")
    assert (known.exit_code, known.stdout) == (0, made.stdout)
    (tmp_path / "b.pdf").write_bytes((tmp_path / "a.pdf").read_bytes() + b"\n")
    assert shell("check", tmp_path / "b.pdf").exit_code == 1
    with town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{town.code}"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE event SET actor = 'staff:1' WHERE seq = 2"))
    broken = shell("verify", "--checkpoint", file.parent)
    assert broken.exit_code == 1
    number, seq, kind, said = broken.stdout.strip().split("\t")
    assert (seq, kind, said) == ("2", "changed", "le fait a été modifié")
    assert number.startswith("LC-2026-")
    assert shell("checkpoint").exit_code == 0  # nothing new: nothing is signed
    town.report(location=cities.pin(900, 502))
    assert shell("verify", "--new-only").exit_code == 0

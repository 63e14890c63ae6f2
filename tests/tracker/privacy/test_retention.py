"""The retention file: ours is sound, a service wins over its group, and a mistake is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.city import City
from tracker.privacy import errors, retention

SOUND = "version: 1\ndefault: {contact_days: 10, report_days: 20}\n"


def test_ours_is_sound_and_a_service_wins_over_its_group():
    rules = retention.current()
    assert rules.of("INF-GEN") == rules.services["INF-GEN"]
    assert rules.of("VOI-NID") == rules.groups["VOI"]
    assert rules.of("XXX-YYY") == rules.default
    assert all(rule.contact_days <= rule.report_days for rule in rules.groups.values())


@pytest.mark.parametrize(("text", "said"), [
    ("default: {contact_days: 1, report_days: 2}\n", "version"),
    ("version: 1\n", "default"),
    ("version: 0\ndefault: {contact_days: 1, report_days: 2}\n", "version"),
    (SOUND + "keep: 3\n", "keep"),
    (SOUND + "groups: {VOI: {contact_days: 1}}\n", "VOI"),
    (SOUND + "services: {VOI-NID: {contact_days: 30, report_days: 20}}\n", "VOI-NID"),
    (SOUND + "services: {VOI-NID: {contact_days: 0, report_days: 20}}\n", "VOI-NID"),
    (SOUND + "services: {VOI-NID: {contact_days: un, report_days: 20}}\n", "VOI-NID"),
])  # fmt: skip
def test_a_mistake_is_refused_by_name(tmp_path: Path, text: str, said: str):
    file = tmp_path / "retention.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(errors.RetentionInvalid) as refused:
        retention.read(file)
    assert said in refused.value.in_french
    assert said in refused.value.in_english


def test_whoever_may_not_read_contacts_reads_no_number_in_words_either(town: City):
    number = town.report(description="Rappelez-moi au 450 555-0173, plaque Z45 QXJ")["number"]
    for role, sees in (("agent", True), ("dispatcher", True), ("admin", False), ("clerk", False)):
        told = town.caller(role).get(f"/cases/{number}")
        assert ("555-0173" in told.text) == sees, role
        assert ("[numéro masqué]" in told.text) != sees, role
        listed = town.caller(role).get("/cases").text
        assert ("555-0173" in listed) == sees, role
    english = town.caller("admin", language="en").get(f"/cases/{number}").text
    assert "[number hidden]" in english


def test_what_the_person_reads_of_others_words_has_no_number_in_it(town: City):
    told = town.report()
    move = town.caller("dispatcher").move
    assert move(told["number"], "accept").status_code == 200
    refused = move(told["number"], "refuse", reason="private", note="Appelez M. Roy au 450 555-0173")
    assert refused.status_code == 200, refused.text
    page = town.caller().get(f"/tracking/{told['number']}/{told['secret']}")
    assert "555-0173" not in page.text
    assert "[numéro masqué]" in page.text

"""A crew works a whole case without signal: the day opens, the case is worked, and all of it arrives once."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import NARROW, Loss, Site, overflow_px, violations
from tests.e2e.tablet import begun, day_on, facts, in_hand, press, waits
from tests.support import city as cities
from tests.support.deeds import ok

SHOTS = os.environ.get("VIGIE_SHOTS")


def test_a_whole_case_is_worked_without_signal_and_arrives_in_order_once(site: Site, picture: Path):
    number = in_hand(site)
    page = day_on(site, number)
    page.context.set_offline(True)
    before = page.evaluate("() => Date.now()")
    page.reload()
    expect(page.locator("[data-known]")).to_contain_text("voici ce qu’on savait à")
    page.click(".next a.primary")
    expect(page.locator("h1")).to_have_text("Nid-de-poule")
    press(page, "start")
    expect(page.locator("[data-status-label]")).to_have_text("Commencé — attend le réseau")
    page.fill("#write-note", "Trou plus profond que dit")
    page.click("[data-write=note] button")
    page.set_input_files("#crew-photos", picture)
    press(page, "complete")
    expect(page.locator("[data-status-label]")).to_have_text("Terminé — attend le réseau")
    expect(page.locator("[data-crew-form]")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-waiting-moves] .who")).to_contain_text(["Commencé", "Terminé"])
    expect(page.locator("[data-waiting-moves] img")).to_have_count(1)
    expect(page.locator("[data-waiting=note] .told-body")).to_have_text(["Trou plus profond que dit"])
    expect(page.locator("[data-sync]")).to_have_text("3 envois attendent le réseau")
    page.goto("/crew")
    expect(page.locator("[data-unsent] .waits")).to_have_count(3)
    expect(page.locator(f"[data-stop='{number}'] [data-pending]")).to_have_text("Terminé — attend le réseau")
    after = page.evaluate("() => Date.now()")
    assert facts(site, number) == []
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_be_hidden()
    done = facts(site, number)
    assert [each["name"] for each in done] == ["start", "note_added", "complete"]
    hours = [datetime.fromisoformat(each["device_at"]).timestamp() * 1000 for each in done]
    assert before <= hours[0] <= hours[1] <= hours[2] <= after
    case = ok(site.town.caller("dispatcher").get(f"/cases/{number}"))
    assert (case["status"], len(case["photos"]), case["photos"][0]["kind"]) == ("completed", 1, "after")
    expect(page.locator(f"[data-stop='{number}']")).to_have_count(0)


def test_an_answer_lost_on_the_way_leaves_one_move_however_often_it_is_sent(site: Site, picture: Path):
    number = in_hand(site)
    page = day_on(site, number)
    page.goto(f"/crew/{number}")
    loss = Loss(page=page, pattern="**/api/v1/cases/*/transitions").begin()
    press(page, "start")
    waits(page, "Commencé — attend le réseau")
    page.set_input_files("#crew-photos", picture)
    press(page, "complete")
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(2)
    loss.settled(1)
    page.reload()
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(2)
    loss.settled(2)
    loss.end()
    page.reload()
    expect(page.locator("[data-sync]")).to_be_hidden()
    assert len(set(loss.keys)) == 1
    assert [each["name"] for each in facts(site, number)] == ["start", "complete"]


def test_given_to_another_crew_meanwhile_nothing_is_lost_and_the_reason_is_plain(site: Site):
    number, other = in_hand(site), in_hand(site, location=cities.pin(700, 502))
    page = day_on(site, number, other)
    page.context.set_offline(True)
    page.goto(f"/crew/{number}")
    press(page, "start")
    waits(page, "Commencé — attend le réseau")
    given = site.town.caller("dispatcher").move(
        number, "assign", crew="E2", override=True, reason="Trop loin"
    )
    assert given.status_code == 200
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-moves] .refused")).to_contain_text("n’est plus à votre équipe")
    assert facts(site, number) == []
    page.goto("/crew")
    expect(page.locator("[data-unsent] .refused")).to_contain_text("n’est plus à votre équipe")
    expect(page.locator("[data-unsent] .refused")).to_contain_text(number)
    back = site.town.caller("dispatcher").move(
        number, "assign", crew="E1", override=True, reason="Finalement"
    )
    assert back.status_code == 200
    page.get_by_role("button", name="Vérifier de nouveau").click()
    expect(page.locator("[data-unsent]")).to_be_hidden()
    assert [each["name"] for each in facts(site, number)] == ["start"]


def test_a_case_that_changed_is_shown_as_it_is_and_the_crew_decides(site: Site, picture: Path):
    number, page = begun(site)
    page.set_input_files("#crew-photos", picture)
    press(page, "complete")
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(2)
    tomorrow = datetime.fromtimestamp(site.town.clock.now.timestamp() + 86_400).astimezone().isoformat()
    assert site.town.caller("dispatcher").move(number, "plan", planned_for=tomorrow).status_code == 200
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-moves] .refused")).to_contain_text("Le dossier a changé")
    expect(page.locator("[data-waiting-moves] .who").last).to_contain_text("retenu par ce qui précède")
    expect(page.locator("[data-acts]")).to_have_text("Décidez d’abord de ce qui n’est pas passé.")
    assert facts(site, number) == []
    page.get_by_role("button", name="Envoyer quand même").click()
    expect(page.locator("[data-sync]")).to_be_hidden()
    assert [each["name"] for each in facts(site, number)] == ["start", "complete"]


def test_what_others_only_wrote_meanwhile_is_no_conflict(site: Site):
    number, page = begun(site)
    note = {"text": "Vu", "is_internal": True}
    assert site.town.caller("dispatcher").post(f"/cases/{number}/messages", note).status_code == 201
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_be_hidden()
    assert [each["name"] for each in facts(site, number)] == ["note_added", "start"]


def test_a_refused_move_is_removed_only_when_asked_twice(site: Site):
    number, page = begun(site)
    site.town.caller("dispatcher").move(number, "assign", crew="E2", override=True, reason="Trop loin")
    page.context.set_offline(False)
    expect(page.locator("[data-waiting-moves] .refused")).to_have_count(1)
    page.get_by_role("button", name="Retirer").click()
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(1)
    page.get_by_role("button", name="Oui, retirer pour de bon").click()
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(0)
    expect(page.locator("[data-sync]")).to_be_hidden()
    assert facts(site, number) == []


def test_the_device_asks_for_the_picture_and_the_reason_before_it_keeps_a_move(site: Site):
    number = in_hand(site, location=cities.pin(2000, 502))
    page = day_on(site, number) if _is_e1(site, number) else pytest.skip("another crew's ground")
    page.context.set_offline(True)
    page.goto(f"/crew/{number}")
    press(page, "start")
    expect(page.locator("[data-crew-form=start] [role=alert]")).to_contain_text("Dites pourquoi")
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(0)
    page.fill("[data-crew-form=start] #in-reason", "La rue est barrée")
    press(page, "start")
    waits(page, "Commencé — attend le réseau")
    page.click(".outcome:has-text('Rien trouvé')")
    press(page, "complete")
    expect(page.locator("[data-crew-form=complete] [role=alert]")).to_contain_text("photo")
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_be_hidden()
    assert [each["name"] for each in facts(site, number)] == ["start"]


def _is_e1(site: Site, number: str) -> bool:
    return bool(ok(site.town.caller("dispatcher").get(f"/cases/{number}"))["crew"]["code"] == "E1")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_by_keyboard_at_320_px_in_both_languages_and_sound_while_it_waits(
    site: Site, language: str, picture: Path
):
    number = in_hand(site)
    page = day_on(site, number, size=NARROW, language=language)
    page.context.set_offline(True)
    page.goto(f"/crew/{number}")
    expect(page.locator("[data-known]")).to_contain_text("savait à" if language == "fr" else "was known at")
    page.focus("[data-crew-form=start] [data-send]")
    page.keyboard.press("Enter")
    waits(page, "Commencé — attend le réseau" if language == "fr" else "Started — waiting for signal")
    page.set_input_files("#crew-photos", picture)
    page.focus("[data-crew-form=complete] [data-send]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(2)
    assert overflow_px(page) == 0
    assert violations(page) == []
    page.goto("/crew")
    expect(page.locator("[data-unsent] .waits")).to_have_count(2)
    assert overflow_px(page) == 0
    assert violations(page) == []
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_be_hidden()


@pytest.mark.skipif(not SHOTS, reason="pictures to look at, when VIGIE_SHOTS says where")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_pictures(site: Site, language: str, width: int, picture: Path):
    number, other = in_hand(site), in_hand(site, location=cities.pin(700, 502))
    page = day_on(site, number, other, size=(width, 900), language=language)
    page.context.set_offline(True)

    def shot(name: str) -> None:
        page.screenshot(path=str(Path(str(SHOTS)) / f"{name}-{language}-{width}.png"), full_page=True)

    page.goto(f"/crew/{number}")
    press(page, "start")
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(1)
    page.fill("#write-note", "Trou plus profond")
    page.click("[data-write=note] button")
    shot("started")
    page.set_input_files("#crew-photos", picture)
    press(page, "complete")
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(2)
    shot("completed")
    page.goto("/crew")
    expect(page.locator("[data-unsent] .waits")).to_have_count(3)
    shot("day")
    page.goto("/crew/LC-2026-99999")
    shot("nothing")
    site.town.caller("dispatcher").move(number, "assign", crew="E2", override=True, reason="Trop loin")
    page.goto("/crew")
    page.context.set_offline(False)
    expect(page.locator("[data-unsent] .refused")).to_have_count(2)
    shot("refused")

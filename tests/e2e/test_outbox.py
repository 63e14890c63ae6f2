"""What a crew writes without signal: kept on the tablet, shown as waiting, sent in order and once."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.e2e.browsing import NARROW, TABLET, Loss, Site, opened, overflow_px, sign_in, violations
from tests.e2e.tablet import in_hand
from tests.support.deeds import ok

SHOTS = os.environ.get("VIGIE_SHOTS")


def tablet_on(site: Site, number: str, **how: Any) -> Page:
    page = opened(site, **({"size": TABLET} | how))
    sign_in(page, "crew")
    page.goto(f"/crew/{number}")
    return page


def write(page: Page, kind: str, said: str) -> None:
    page.fill(f"#write-{kind}", said)
    page.click(f"[data-write={kind}] button")


def messages(site: Site, number: str) -> list[dict[str, Any]]:
    return list(ok(site.town.caller("dispatcher").get(f"/cases/{number}/messages"))["messages"])


def said(site: Site, number: str) -> list[str]:
    return [each["text"] for each in messages(site, number)]


def waiting(page: Page) -> list[str]:
    return page.locator("[data-waiting] .told-body").all_inner_texts()


def test_what_is_written_offline_waits_survives_a_reload_and_goes_in_order_once(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number)
    before = page.evaluate("() => Date.now()")
    page.context.set_offline(True)
    for at in range(3):
        write(page, "note", f"Note {at}")
    write(page, "message", "On arrive cet après-midi.")
    expect(page.locator("[data-waiting] li")).to_have_count(4)
    expect(page.locator("[data-sync]")).to_have_text("4 messages attendent le réseau")
    expect(page.locator("[data-waiting=note] .who").first).to_contain_text("En attente")
    after = page.evaluate("() => Date.now()")
    if SHOTS:
        page.locator("[data-thread]").screenshot(path=str(Path(SHOTS) / "thread-waiting.png"))
    assert said(site, number) == []
    page.context.set_offline(False)
    page.goto(f"/crew/{number}")
    expect(page.locator("[data-said=note] .told-body")).to_have_text(["Note 0", "Note 1", "Note 2"])
    expect(page.locator("[data-said=message] .told-body")).to_have_text(["On arrive cet après-midi."])
    expect(page.locator("[data-waiting] li")).to_have_count(0)
    expect(page.locator("[data-sync]")).to_be_hidden()
    kept = messages(site, number)
    assert [each["text"] for each in kept] == ["Note 0", "Note 1", "Note 2", "On arrive cet après-midi."]
    assert [each["is_internal"] for each in kept] == [True, True, True, False]
    written_at = [datetime.fromisoformat(each["device_at"]).timestamp() * 1000 for each in kept]
    assert before <= written_at[0] <= written_at[-1] <= after


def test_what_is_typed_while_the_disk_is_slow_is_the_next_message_and_none_is_lost(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number)
    page.context.set_offline(True)
    page.evaluate("""() => {
        const form = document.querySelector("form[data-write=note]")
        for (const words of ["Un", "Deux", "Trois"]) {
            form.elements.text.value = words
            form.requestSubmit()
        }
        form.elements.text.value = "En train d’écrire"
    }""")
    expect(page.locator("[data-waiting=note] .told-body")).to_have_text(["Un", "Deux", "Trois"])
    assert page.input_value("#write-note") == "En train d’écrire"
    page.context.set_offline(False)
    expect(page.locator("[data-said=note] .told-body")).to_have_text(["Un", "Deux", "Trois"])
    assert said(site, number) == ["Un", "Deux", "Trois"]


def test_when_the_signal_returns_on_the_open_page_it_goes_by_itself(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number)
    page.context.set_offline(True)
    write(page, "note", "Caisse vide")
    expect(page.locator("[data-waiting=note] li")).to_have_count(1)
    page.fill("#write-message", "À moitié écrit")
    page.context.set_offline(False)
    expect(page.locator("[data-said=note] .told-body")).to_have_text(["Caisse vide"])
    expect(page.locator("[data-write=note] [data-kept]")).to_have_text("Envoyé.")
    assert page.input_value("#write-message") == "À moitié écrit"
    page.wait_for_timeout(500)
    page.reload()
    assert page.input_value("#write-message") == "À moitié écrit"
    assert said(site, number) == ["Caisse vide"]


def test_an_answer_lost_on_the_way_leaves_one_message_however_often_it_is_sent(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number)
    loss = Loss(page=page, pattern="**/api/v1/cases/*/messages").begin()
    write(page, "note", "Une seule fois")
    expect(page.locator("[data-waiting=note] li")).to_have_count(1)
    loss.settled(1)
    page.reload()
    expect(page.locator("[data-waiting=note] .told-body")).to_have_text(["Une seule fois"])
    loss.settled(2)
    loss.end()
    page.reload()
    expect(page.locator("[data-waiting=note] li")).to_have_count(0)
    expect(page.locator("[data-said=note] .told-body")).to_have_text(["Une seule fois"])
    assert len(set(loss.keys)) == 1
    assert said(site, number) == ["Une seule fois"]


def test_a_refused_message_stays_with_its_reason_until_it_is_removed(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number)
    page.context.set_offline(True)
    write(page, "note", "Pour un dossier parti ailleurs")
    expect(page.locator("[data-waiting=note] li")).to_have_count(1)
    with site.town.session() as session:
        session.execute(text('UPDATE "case" SET crew_id = NULL WHERE number = :number'), {"number": number})
    page.context.set_offline(False)
    expect(page.locator("[data-waiting=note] .refused")).to_contain_text("Dossier introuvable")
    assert waiting(page) == ["Pour un dossier parti ailleurs"]
    page.get_by_role("button", name="Retirer").click()
    expect(page.locator("[data-waiting=note] li")).to_have_count(0)
    assert said(site, number) == []


def test_what_one_person_wrote_is_not_sent_in_the_name_of_the_next(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number)
    page.context.set_offline(True)
    write(page, "note", "De la première personne")
    expect(page.locator("[data-waiting=note] li")).to_have_count(1)
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_contain_text("reconnectez-vous")
    sign_in(page, "inspector")
    page.goto(f"/crew/{number}")
    expect(page.locator("[data-sync]")).to_have_text("1 d’une autre personne, qui doit se connecter")
    assert waiting(page) == []
    assert said(site, number) == []
    page.context.clear_cookies()
    sign_in(page, "crew")
    page.goto(f"/crew/{number}")
    expect(page.locator("[data-said=note] .told-body")).to_have_text(["De la première personne"])
    assert said(site, number) == ["De la première personne"]


def test_without_scripts_a_note_and_a_message_go_from_plain_forms(site: Site):
    number = in_hand(site)
    page = tablet_on(site, number, scripts=False)
    write(page, "note", "Sans script")
    page.wait_for_url("**?fait=note")
    write(page, "message", "Bonjour")
    page.wait_for_url("**?fait=message")
    expect(page.locator("[data-said=note] .told-body")).to_have_text(["Sans script"])
    expect(page.locator("[data-said=message] .told-body")).to_have_text(["Bonjour"])
    assert said(site, number) == ["Sans script", "Bonjour"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_by_keyboard_at_320_px_in_both_languages_and_sound_while_it_waits(site: Site, language: str):
    number = in_hand(site)
    page = tablet_on(site, number, size=NARROW, language=language)
    page.goto(f"/crew/{number}?lang={language}")
    page.context.set_offline(True)
    page.focus("#write-note")
    page.keyboard.type("anticonstitutionnellement" * 4)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-waiting=note] li")).to_have_count(1)
    expect(page.locator("[data-waiting=note] .who")).to_contain_text(
        "En attente" if language == "fr" else "Waiting"
    )
    assert overflow_px(page) == 0
    assert violations(page) == []
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"thread-320-{language}.png"), full_page=True)
    page.context.set_offline(False)
    expect(page.locator("[data-said=note] li")).to_have_count(1)
    page.wait_for_timeout(200)

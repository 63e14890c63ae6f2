"""The workflows on screen and each family's follow-up page: sound for axe, no wider than the window."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.e2e.browsing import DESK, NARROW, PHONE, Site, opened, overflow_px, sign_in, violations
from tests.support import city as cities
from tests.support.deeds import ok, say
from tests.tracker.bookings.test_bookings import RESOURCES, at_hour
from tracker import definitions
from tracker.bookings import files

PICTURES = os.environ.get("VIGIE_SCREENSHOTS")


def look(page: Page, name: str) -> None:
    """Hold a page against axe and its window, and keep its picture where somebody wants to look."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert violations(page) == [], name
    assert overflow_px(page) == 0, name


@pytest.fixture
def office(site: Site) -> Iterator[Site]:
    cities.wipe(site.town)
    with site.town.session() as session:
        files.load(session, RESOURCES, at=site.town.clock.now)
    yield site
    with site.town.session() as session:
        session.execute(text("DELETE FROM workflow_version WHERE version > 1"))
        session.execute(text("UPDATE workflow_version SET active = true"))


def followed(site: Site) -> dict[str, dict[str, Any]]:
    """Bring one case of each office to where the person has something to do or to take."""
    town = site.town
    slot = {"resource": "salle", "starts_at": at_hour(9), "ends_at": at_hour(12)}
    cart = town.caller().post("/bookings", {"report": cities.sample("booking"), "slot": slot}).json
    booked = {"resource": "tables", "starts_at": at_hour(9), "ends_at": at_hour(12), "quantity": 2}
    kept = town.caller().post("/bookings", {"report": cities.sample("booking"), "slot": booked}).json
    ok(say(town, kept, "confirm"))
    permit, missing, hearing = town.report("permit"), town.report("permit"), town.report("contestation")
    ok(town.caller("agent").move(permit["number"], "accept"))
    ok(town.caller("inspector").move(permit["number"], "approve", zoning="compliant"))
    pay = {"amount_cents": 2800, "method": "cash", "reference": "E2E"}
    ok(town.caller("agent").post(f"/cases/{permit['number']}/payments", pay))
    ok(town.caller("agent").move(missing["number"], "ask_documents", documents="Le plan du terrain."))
    for step in ("accept", "send_to_prosecutor"):
        ok(town.caller("clerk").move(hearing["number"], step))
    day = {"hearing_at": at_hour(10, 28), "mode": "in_person", "place": "Salle 2"}
    ok(town.caller("clerk").move(hearing["number"], "set_hearing", **day))
    answered = town.report("question")
    ok(town.caller("agent").move(answered["number"], "answer", answer="Le mardi, avant 7 h."))
    return {
        "cart": cart, "kept": kept, "permit": permit, "missing": missing, "hearing": hearing,
        "answered": answered,
    }  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_familys_follow_up_page_says_what_comes_next(office: Site, language):
    told = followed(office)
    page = opened(office, size=PHONE, language=language)
    expected = {
        "cart": ("Passer au paiement", "Check out"),
        "kept": ("Ajouter à mon calendrier", "Add to my calendar"),
        "permit": ("Permis (PDF)", "Permit (PDF)"),
        "missing": ("Envoyer les documents", "Send the documents"),
        "hearing": ("Audition le 28 mai", "Hearing on May 28"),
        "answered": ("Est-ce que ça répond", "Does that answer"),
    }
    for name, words in expected.items():
        page.goto(f"/suivi/{told[name]['number']}/{told[name]['secret']}")
        assert words[language == "en"] in page.inner_text("body"), name
        look(page, f"follow-{name}-{language}")


def test_a_cart_is_confirmed_on_the_page_and_documents_are_sent_from_it(office: Site):
    told = followed(office)
    page = opened(office, size=NARROW, scripts=False)
    page.goto(f"/suivi/{told['cart']['number']}/{told['cart']['secret']}")
    page.get_by_role("button", name="Passer au paiement").click()
    expect(page.locator("body")).to_contain_text("À confirmer")
    expect(page.locator("body")).to_contain_text("270,00")
    page.goto(f"/suivi/{told['missing']['number']}/{told['missing']['secret']}")
    page.fill("#in-note", "Voici le plan.")
    page.get_by_role("button", name="Envoyer les documents").click()
    expect(page.locator("body")).to_contain_text("Merci, vos documents sont joints")


@pytest.mark.parametrize(("size", "language"), [(DESK, "fr"), (DESK, "en"), (PHONE, "fr"), (NARROW, "en")])
def test_workflows_are_drawn_and_told_at_every_size(office: Site, size, language):
    page = opened(office, size=size, language=language)
    sign_in(page, "admin")
    page.goto("/cheminements")
    look(page, f"workflows-{size[0]}-{language}")
    for family in ("field_work", "booking", "contestation"):
        page.goto(f"/cheminements/{family}")
        expect(page.locator(".drawing svg[role=img]")).to_have_count(1)
        look(page, f"workflow-{family}-{size[0]}-{language}")


def test_an_administrator_tries_a_definition_reads_its_mistakes_and_puts_a_sound_one_into_service(
    office: Site,
):
    office.town.report("question")
    page = opened(office, size=DESK, scripts=False)
    sign_in(page, "admin")
    page.goto("/cheminements/question")
    written = (definitions.WORKFLOWS / "question.yaml").read_text(encoding="utf-8")
    page.fill("#text", written.replace("tone: received", "tone: pink", 1))
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator("main")).to_contain_text("ligne 11")
    expect(page.locator("main")).to_contain_text("states.received.tone")
    look(opened_as_is(office, page), "workflow-mistakes")
    page.fill("#text", written.replace("roles: [agent, clerk, dispatcher]", "roles: [clerk]"))
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator("main")).to_contain_text("1 dossier en cours gardera sa version.")
    page.get_by_role("button", name="Mettre en service").click()
    expect(page.locator("main")).to_contain_text("La version 2 sert aux nouveaux dossiers")


def opened_as_is(site: Site, page: Page) -> Page:
    """Show what a page without scripts shows to a page that axe can be run on."""
    other = opened(site, size=DESK)
    other.set_content(page.content())
    return other

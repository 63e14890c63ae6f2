"""Residents need no script, and staff can do their work from plain pages too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, TABLET, Site, opened, sign_in
from tests.support import pictures


@pytest.fixture
def plain(site: Site) -> Page:
    """A phone whose browser runs no script."""
    return opened(site, scripts=False)


def test_a_resident_reports_by_address_and_follows_without_any_script(plain: Page, tmp_path: Path):
    picture = tmp_path / "trou.jpg"
    picture.write_bytes(pictures.taken_at())
    plain.goto("/")
    plain.fill("#q", "trou")
    plain.click("text=Chercher")
    plain.click(".found a:has-text('Nid-de-poule')")
    plain.fill("#search", "30 rue du moulin")
    plain.click("text=Chercher l’adresse")
    plain.click("[data-part=places] a >> nth=0")
    expect(plain.locator("h1")).to_have_text("C’est ici\u202f?")
    plain.click("text=Oui, c’est ici")
    plain.check("input[value=pneu]")
    plain.fill("#q-description", "Sans script")
    plain.set_input_files("#photos", picture)
    plain.click("[data-send]")
    expect(plain.locator("h1")).to_have_text("Merci, c’est reçu")
    plain.click("text=Suivre mon signalement")
    expect(plain.locator("main")).to_contain_text("rue du Moulin")
    expect(plain.locator(".before-after img")).to_have_count(1)


def test_a_forgotten_answer_comes_back_with_the_rest_of_the_form(plain: Page):
    plain.goto("/signaler/VOI-NID/details?lon=-74.1262&lat=45.2545&method=pin")
    plain.fill("#q-description", "Un grand trou")
    plain.click("[data-send]")
    expect(plain.locator("#q-taille .mistake")).to_be_visible()
    assert plain.input_value("#q-description") == "Un grand trou"


def test_a_number_and_its_key_open_the_follow_up(site: Site, plain: Page):
    report = site.town.report()
    plain.goto("/suivi")
    plain.fill("#number", report["number"].lower())
    plain.fill("#secret", "pas la bonne")
    plain.click("main button")
    expect(plain.locator("[role=alert]")).to_be_visible()
    plain.fill("#secret", report["secret"])
    plain.click("main button")
    expect(plain.locator(".status.badge")).to_have_text("Reçue")


def test_a_dispatcher_refuses_with_a_reason_that_the_resident_reads(site: Site):
    report = site.town.report()
    desk = opened(site, size=DESK, scripts=False)
    sign_in(desk, "dispatcher")
    desk.click(".queue-row")
    desk.click("text=Refuser")
    expect(desk.locator("main")).to_contain_text("mot pour mot")
    desk.check("input[value=private]")
    desk.fill("#in-note", "Ce stationnement appartient au magasin.")
    desk.click("main form button")
    expect(desk.locator(".case-told")).to_contain_text("Non retenu")

    phone = opened(site, scripts=False)
    phone.goto(f"/suivi/{report['number']}/{report['secret']}")
    expect(phone.locator("main")).to_contain_text("Ce stationnement appartient au magasin.")


def test_a_crew_starts_and_finishes_from_plain_forms(site: Site, tmp_path: Path):
    number = site.town.report()["case"]["number"]
    dispatcher = site.town.caller("dispatcher")
    for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        assert dispatcher.move(number, step, **inputs).status_code == 200
    picture = tmp_path / "apres.jpg"
    picture.write_bytes(pictures.taken_at())
    tablet = opened(site, size=TABLET, scripts=False)
    sign_in(tablet, "crew")
    tablet.click(".next a.primary")
    tablet.click("[data-crew-form=start] [data-send]")
    if tablet.locator("#in-reason").count():
        tablet.fill("#in-reason", "Le GPS ne répond pas")
        tablet.click("[data-crew-form=start] [data-send]")
    tablet.set_input_files("#crew-photos", picture)
    tablet.click("[data-crew-form=complete] [data-send]")
    expect(tablet.locator("main")).to_contain_text("Merci, la personne est avertie")


def test_the_language_is_kept_and_a_link_to_another_site_is_not_followed(plain: Page):
    plain.goto("/")
    plain.click("a[hreflang=en]")
    expect(plain.locator("h1")).to_have_text("What’s wrong?")
    plain.goto("/langue/fr?back=https://example.org/")
    expect(plain).to_have_url(re.compile(r"127\.0\.0\.1:\d+/$"))

"""The whole main job through the faces: reported, accepted, assigned, done, seen as fixed by who reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, TABLET, Site, opened, sign_in
from tests.support import city as cities
from tests.support import pictures


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo taken on rue du Moulin, where the hole is."""
    file = tmp_path / "trou.jpg"
    file.write_bytes(pictures.taken_at(*cities.at(300, 502)))
    return file


def report_with_camera(page: Page, picture: Path) -> str:
    """Report a pothole from a phone, picture first; return the address of its follow-up."""
    page.goto("/")
    page.set_input_files("input[type=file][capture]", picture)
    page.wait_for_url("**/signaler")
    page.fill("#q", "nid de poule")
    page.click(".found a:has-text('Nid-de-poule')")
    expect(page.locator("[data-address]")).to_contain_text("rue du Moulin")
    assert page.locator("input[name=method]").input_value() == "photo"
    page.click("[data-yes]")
    page.click(".choice:has-text('pneu')")
    page.fill("#q-description", "Juste après le feu, du côté nord.")
    page.fill("#q-email", "ana@example.org")
    expect(page.locator(".photos img")).to_have_count(1)
    page.click("[data-send]")
    page.wait_for_url("**/merci")
    expect(page.locator("h1")).to_have_text("Merci, c’est reçu")
    return str(page.get_attribute("main a.primary", "href"))


def test_a_hole_is_reported_accepted_assigned_repaired_and_seen_as_fixed(site: Site, picture: Path):
    page = opened(site, maps=True)
    follow = report_with_camera(page, picture)
    expect(page.locator("main")).to_contain_text("Équipe E1")

    desk = opened(site, size=DESK)
    sign_in(desk, "dispatcher")
    desk.click(".queue-row:has-text('Nid-de-poule')")
    expect(desk.locator(".case-title")).to_have_text("Nid-de-poule")
    expect(desk.locator(".said")).to_contain_text("du côté nord")
    desk.click("[data-key=a]")
    expect(desk.locator(".case-head .status")).to_have_text("Acceptée")
    desk.click("[data-key=t]")
    desk.click("dialog[open] button.primary")
    expect(desk.locator(".case-head .status")).to_contain_text("Confiée à")

    tablet = opened(site, size=TABLET)
    sign_in(tablet, "crew")
    tablet.click(".next a.primary")
    tablet.wait_for_selector("html.js [data-crew-form=start]")
    tablet.click("[data-crew-form=start] [data-send]")
    tablet.set_input_files("#crew-photos", picture)
    tablet.click("[data-more]")
    tablet.click("[data-crew-form=complete] [data-send]")
    tablet.wait_for_url("**/crew?*")
    expect(tablet.locator("main")).to_contain_text("Merci, la personne est avertie")

    page.goto(follow)
    expect(page.locator(".status.badge")).to_have_text("Réparée")
    expect(page.locator(".before-after img")).to_have_count(2)
    page.click("text=Oui, merci")
    expect(page.locator("main")).to_contain_text("Merci de nous l’avoir dit")


def test_a_fix_that_is_none_is_reopened_by_who_reported_it(site: Site, page: Page):
    report = site.town.report()
    number, staff = report["case"]["number"], site.town.caller
    for who, step, inputs in (
        ("dispatcher", "accept", {}),
        ("dispatcher", "assign", {"crew": "E1"}),
        ("crew", "start", {"reason": "loin"}),
    ):
        assert staff(who).move(number, step, **inputs).status_code == 200
    tag = staff("crew").get(f"/cases/{number}").headers["ETag"]
    done = {"move": {"transition": "complete", "inputs": {"outcome": "fixed", "minutes": 20}}}
    photos = [("apres.jpg", pictures.taken_at())]
    assert (
        staff("crew").post_form(f"/cases/{number}/transitions", done, photos, If_Match=tag).status_code == 200
    )

    page.goto(f"/suivi/{report['number']}/{report['secret']}")
    page.click("text=Non, pas encore")
    page.fill("#reason", "Le trou est encore là.")
    page.click("main form button")
    expect(page.locator(".status.badge")).to_have_text("Rouverte")


def test_the_same_thing_again_is_shown_and_a_support_is_added_to_its_case(site: Site, page: Page):
    first = site.town.report()
    lon, lat = cities.at(306, 502)
    page.goto(f"/signaler/VOI-NID/lieu/confirmer?lon={lon}&lat={lat}&method=pin")
    expect(page.locator("h1")).to_have_text("Déjà signalé\u202f?")
    page.click("text=C’est le même")
    page.click(".choice:has-text('pneu')")
    page.click("[data-send]")
    page.wait_for_url("**/merci")
    expect(page.locator("main")).to_contain_text("1 personne l’a aussi vu")
    case = site.town.caller("dispatcher").get(f"/cases/{first['case']['number']}").json
    assert case["reports_count"] == 2


def test_without_a_map_an_address_says_where(page: Page):
    page.goto("/signaler/VOI-NID/lieu")
    page.fill("#search", "30 rue du moul")
    page.click("[data-part=places] a >> nth=0")
    expect(page.locator("[data-address]")).to_contain_text("30, rue du Moulin")
    page.click("[data-yes]")
    page.wait_for_url("**/details?*")


def test_a_place_outside_the_city_names_whom_to_call(site: Site, page: Page):
    lon, lat = cities.at(3500, 500)
    page.goto(f"/signaler/VOI-NID/lieu/confirmer?lon={lon}&lat={lat}&method=pin")
    expect(page.locator(".refusal")).to_contain_text("Ville d’Amont")
    assert page.get_attribute(".refusal a[href^=tel]", "href") == "tel:450555-0199"


def test_a_danger_shows_the_emergency_number_before_the_form(page: Page):
    page.goto("/signaler/AQU-FUI")
    expect(page.locator("a[href='tel:911']")).to_be_visible()
    page.click("text=continuer")
    page.wait_for_url("**/signaler/AQU-FUI/lieu")


def test_what_is_missing_is_named_beside_its_question(page: Page):
    lon, lat = cities.at(300, 502)
    page.goto(f"/signaler/VOI-NID/details?lon={lon}&lat={lat}&method=pin")
    page.fill("#q-description", "Un grand trou")
    page.click("[data-send]")
    expect(page.locator("[data-summary]")).to_be_focused()
    expect(page.locator("#q-taille .mistake")).to_be_visible()
    assert page.input_value("#q-description") == "Un grand trou"


def test_a_send_without_network_keeps_everything_and_says_so(page: Page, picture: Path):
    lon, lat = cities.at(300, 502)
    address = f"/signaler/VOI-NID/details?lon={lon}&lat={lat}&method=pin"
    page.goto(address)
    page.click(".choice:has-text('pneu')")
    page.fill("#q-description", "Un grand trou au milieu")
    page.set_input_files("#photos", picture)
    page.context.set_offline(True)
    page.click("[data-send]")
    expect(page.locator("[data-kept]")).to_contain_text("Gardé ici")
    page.context.set_offline(False)
    page.reload()
    assert page.input_value("#q-description") == "Un grand trou au milieu"
    expect(page.locator(".photos img")).to_have_count(1)
    page.click("[data-send]")
    page.wait_for_url("**/merci")

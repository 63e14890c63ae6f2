"""A room booked without scripts; its pages in both languages, from 320 pixels, for axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import DESK, NARROW, PHONE, Site, opened, overflow_px, settle, violations
from tests.tracker.web.test_booking import RESOURCES
from tracker.bookings import files

ASKED = "starts=2026-05-20T09:00&ends=2026-05-20T12:00&week=2026-05-18"


@pytest.fixture
def lending(site: Site) -> Site:
    with site.town.session() as session:
        files.load(session, RESOURCES, at=site.town.clock.now)
    return site


def test_a_resident_books_a_room_without_any_script(lending):
    page = opened(lending, scripts=False)
    page.goto("/signaler/RES-SAL")
    page.click("text=Salle du Bassin")
    page.fill("#q-starts", "2026-05-20T09:00")
    page.fill("#q-ends", "2026-05-20T12:00")
    page.click("text=Vérifier et voir le prix")
    expect(page.locator(".answer")).to_contain_text("C’est libre.")
    page.check("input[value=fete]", force=True)
    page.fill("#q-email", "ana@example.org")
    page.click("button[value=send]")
    expect(page.locator("main")).to_contain_text("Salle du Bassin")
    page.goto(f"/reserver/RES-SAL/salle?{ASKED}")
    expect(page.locator(".answer")).to_contain_text("Ce moment est déjà pris.")
    page.click(".near-slots button >> nth=0")
    expect(page.locator(".answer")).to_contain_text("C’est libre.")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_pages_to_book_have_no_accessibility_finding_and_fit(lending, language, size):
    found = []
    for address in ("/reserver/RES-SAL", f"/reserver/RES-SAL/salle?{ASKED}", "/reserver/RES-MAT/tables"):
        page = opened(lending, size=size, language=language)
        page.goto(address)
        settle(page)
        found += violations(page)
        page.emulate_media(color_scheme="dark")
        found += violations(page, "contrast")
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert overflow_px(page) == 0
    assert found == []

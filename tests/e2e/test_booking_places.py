"""Seats by keyboard and without scripts; pages of shows and activities for axe, from 320 pixels."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import DESK, NARROW, PHONE, Site, opened, overflow_px, settle, violations
from tests.support import city as cities
from tests.tracker.bookings.test_places import LEISURE
from tracker.bookings import files

PICTURES = os.environ.get("VIGIE_SCREENSHOTS")
SHOW, CAMP = "/reserver/RES-SIE/concert", "/reserver/RES-ACT/camp"


@pytest.fixture
def leisure(site: Site) -> Site:
    cities.wipe(site.town)
    with site.town.session() as session:
        files.load(session, LEISURE, at=site.town.clock.now)
    return site


def test_seats_are_chosen_by_keyboard_alone(leisure):
    page = opened(leisure)
    page.goto("/reserver/RES-SIE")
    page.click("text=Concert >> nth=0")
    page.wait_for_selector(".hall.is-live")
    page.focus('input[value="A-2"]')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".hall output")).to_have_text("Sièges choisis\u00a0: B-2, B-3")
    page.fill("#q-email", "ana@example.org")
    page.focus("button[value=send]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("B-2, B-3")


def test_without_scripts_the_plan_is_a_list_and_a_lost_seat_has_a_neighbour(leisure):
    first, other = opened(leisure, scripts=False), opened(leisure, scripts=False)
    for each in (first, other):
        each.goto(SHOW)
    first.check('input[value="B-3"]', force=True)
    first.fill("#q-email", "ana@example.org")
    first.click("button[value=send]")
    expect(first.locator("main")).to_contain_text("B-3")
    other.check('input[value="B-3"]', force=True)
    other.fill("#q-email", "max@example.org")
    other.click("button[value=send]")
    expect(other.locator(".answer")).to_contain_text("Place déjà prise")
    other.click(".near-slots button >> nth=0")
    expect(other.locator('input[value="B-2"]')).to_be_checked()
    expect(other.locator("#q-email")).to_have_value("max@example.org")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_pages_have_no_accessibility_finding_and_fit(leisure, language, size):
    slot = {"resource": "concert", "seats": ["A-2", "A-3"]}
    report = {"service_code": "RES-SIE", "answers": {}, "contact": cities.CONTACT}
    assert leisure.town.caller().post("/bookings", {"report": report, "slot": slot}).status_code == 201
    found = []
    shown = {"list": "/reserver/RES-ACT", "camp": CAMP, "show": f"{SHOW}?deed=price&seats=A-2"}
    for name, address in shown.items():
        page = opened(leisure, size=size, language=language)
        page.goto(address)
        settle(page)
        found += violations(page)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{size[0]}.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        found += violations(page, "contrast")
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert overflow_px(page) == 0
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{language}-320-{size[0]}.png", full_page=True)
    assert found == []

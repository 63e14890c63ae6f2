"""The public map and the desk's proposals in a real browser: overlays, words for them, and nothing asked
outside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, NARROW, Site, opened, overflow_px, settle, sign_in, violations
from tests.support import city as cities
from tracker.db import transaction
from tracker.surges import service

HOT = "/carte?choisi=1&couche=cases&couche=density&service=VOI-NID&jours=365"


def drawn(page: Page) -> list[str]:
    """Return the overlays that the map has drawn, once it is still."""
    found: list[str] = page.evaluate(
        """async () => {
            const { map } = document.querySelector('city-map')
            const still = new Promise((resolve) => (map.loaded() ? resolve() : map.once('idle', resolve)))
            await Promise.race([still, new Promise((resolve) => setTimeout(resolve, 10000))])
            return Object.keys(map.getStyle().sources).sort()
        }"""
    )
    return found


def test_the_map_shows_cases_and_hot_spots_and_the_list_says_the_same(site: Site):
    for at in range(12):
        site.town.report(location=cities.pin(300 + 3 * at, 502))
    page = opened(site, size=DESK, maps=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(HOT)
    settle(page)
    page.wait_for_timeout(500)
    assert {"base", "cases", "density"} <= set(drawn(page))
    expect(page.locator(".hot-list li").first).to_contain_text("rue du Moulin")
    expect(page.locator(".hot-list li").first).to_contain_text("fois plus qu’ailleurs")
    assert all(url.startswith((site.address, "data:", "blob:")) for url in asked), asked
    page.get_by_role("checkbox", name="Points chauds").uncheck()
    page.get_by_role("checkbox", name="Districts").check()
    page.wait_for_timeout(300)
    assert "districts" in drawn(page)
    assert "density" not in drawn(page)
    page.get_by_role("button", name="Sombre").click()
    page.wait_for_timeout(500)
    assert {"cases", "districts"} <= set(drawn(page))


@pytest.mark.parametrize("scripts", [True, False])
def test_the_map_page_is_sound_at_320_pixels_with_and_without_scripts(site: Site, scripts):
    for at in range(8):
        site.town.report(location=cities.pin(300 + 3 * at, 502))
    page = opened(site, size=NARROW, scripts=scripts)
    page.goto(HOT)
    expect(page.locator(".hot-list li").first).to_contain_text("rue du Moulin")
    if scripts:
        assert overflow_px(page) <= 0
        assert violations(page) == []
    else:
        page.get_by_label("Points chauds de").select_option("VOI-NID")
        page.get_by_role("button", name="Appliquer").click()
        assert "service=VOI-NID" in page.url


def test_a_dispatcher_joins_a_proposal_from_its_card_and_takes_it_back(site: Site):
    town = site.town
    answers = town.answers("AQU-SAN")
    numbers = []
    for at in range(4):
        told = town.report(
            service_code="AQU-SAN",
            answers=answers,
            location=cities.pin(200 + 90 * at, 502),
            contact=cities.CONTACT,
        )
        numbers.append(told["case"]["number"])
        town.clock.now += timedelta(minutes=5)
    with transaction(town.place.app, town.code) as session:
        service.find(session, now=town.clock.now)
    page = opened(site, size=DESK)
    sign_in(page, "dispatcher")
    page.goto("/dispatch")
    card = page.locator(".surge").first
    expect(card).to_contain_text("dans la même zone, Ouest")
    assert violations(page) == []
    card.get_by_role("button", name="C’est un seul incident").click()
    expect(page.locator(".surge-told")).to_contain_text(numbers[0])
    page.locator(".surge-told").get_by_role("button", name="Annuler").click()
    expect(page.locator(".surge").first).to_contain_text("dans la même zone, Ouest")

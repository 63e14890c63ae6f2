"""The dispatcher's desk: the keyboard alone, somebody else's change, a merge and its undo, 320 pixels."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, NARROW, Site, opened, overflow_px, sign_in
from tests.support import city as cities


@pytest.fixture
def desk(site: Site) -> Page:
    """A dispatcher's screen."""
    page = opened(site, size=DESK)
    sign_in(page, "dispatcher")
    return page


def test_a_case_is_accepted_and_assigned_with_the_keyboard_alone(site: Site, desk: Page):
    site.town.report()
    desk.reload()
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator(".case-title")).to_be_focused()
    desk.keyboard.press("a")
    expect(desk.locator(".case-head .status")).to_have_text("Acceptée")
    desk.keyboard.press("t")
    expect(desk.locator("#act-title")).to_be_focused()
    desk.keyboard.press("Tab")
    assert desk.evaluate("() => document.activeElement.value") == "E1", (
        "the proposed crew is the one that is chosen"
    )
    desk.keyboard.press("Enter")
    expect(desk.locator(".case-head .status")).to_contain_text("Confiée à")


def test_single_keys_can_be_turned_off_and_stay_off(site: Site, desk: Page):
    site.town.report()
    desk.reload()
    desk.keyboard.press("?")
    desk.uncheck("[data-keys-on]")
    desk.keyboard.press("Escape")
    desk.reload()
    desk.keyboard.press("j")
    expect(desk.locator(".queue-row")).not_to_be_focused()


def test_a_letter_typed_in_the_search_is_no_shortcut(site: Site, desk: Page):
    site.town.report()
    desk.reload()
    desk.click(".queue-row")
    expect(desk.locator(".case-title")).to_be_visible()
    desk.keyboard.press("/")
    desk.keyboard.type("arbre")
    assert desk.input_value("#desk-q") == "arbre"
    expect(desk.locator(".case-head .status")).to_have_text("Reçue")


def test_somebody_elses_change_is_explained_and_the_present_case_shown(site: Site, desk: Page):
    number = site.town.report()["case"]["number"]
    desk.goto(f"/dispatch/{number}")
    assert site.town.caller("dispatcher").move(number, "accept").status_code == 200
    desk.click("[data-key=a]")
    expect(desk.locator(".case-told")).to_contain_text("Quelqu’un a modifié ce dossier")
    expect(desk.locator(".case-head .status")).to_have_text("Acceptée")


def test_a_failed_change_puts_the_row_back_and_says_so(site: Site, desk: Page):
    number = site.town.report()["case"]["number"]
    desk.goto(f"/dispatch/{number}")
    shape = desk.locator(".queue-row use")
    before = shape.get_attribute("href")
    desk.route("**/faire/**", lambda route: route.abort())
    desk.click("[data-key=a]")
    expect(desk.locator(".case-told")).to_contain_text("Ce n’est pas fait")
    assert shape.get_attribute("href") == before


def test_two_cases_of_one_thing_are_merged_and_the_merge_undone(site: Site, desk: Page):
    first = site.town.report()["case"]["number"]
    second = site.town.report(location=cities.pin(304, 502))["case"]["number"]
    assert first != second
    desk.goto(f"/dispatch/{second}")
    desk.keyboard.press("f")
    expect(desk.locator(".notice")).to_contain_text("fusionné")
    expect(desk.locator(".queue-row")).to_have_count(1)
    desk.click(".notice .btn")
    expect(desk.locator(".notice")).to_contain_text("C’est défait")
    expect(desk.locator(".queue-row")).to_have_count(2)


def test_the_map_shows_an_open_case_that_the_view_leaves_out(site: Site):
    desk = opened(site, size=DESK, maps=True)
    sign_in(desk, "dispatcher")
    listed = site.town.report()["case"]["number"]
    done = site.town.report(location=cities.pin(304, 300))["case"]["number"]
    assert site.town.caller("dispatcher").move(done, "refuse", reason="third_party").status_code == 200
    desk.goto(f"/dispatch/{done}")
    expect(desk.locator(f".queue-row[data-number='{done}']")).to_have_count(0)
    expect(desk.locator(f".queue-row[data-number='{listed}']")).to_have_count(1)
    expect(desk.locator(".desk-map .pin.chosen")).to_have_count(1, timeout=20_000)


def test_every_action_is_there_at_320_pixels_in_one_column(site: Site):
    number = site.town.report()["case"]["number"]
    page = opened(site, size=NARROW)
    sign_in(page, "dispatcher")
    page.click(".queue-row")
    expect(page.locator(".case-title")).to_be_visible()
    expect(page.locator(".queue-row")).to_be_hidden()
    assert overflow_px(page) == 0
    page.click("[data-key=a]")
    expect(page.locator(".case-head .status")).to_have_text("Acceptée")
    page.click(".case-back")
    expect(page.locator(f"[data-number='{number}']")).to_be_visible()


def test_a_resident_is_sent_to_sign_in_and_back(site: Site, page: Page):
    number = site.town.report()["case"]["number"]
    page.goto(f"/dispatch/{number}")
    expect(page.locator("h1")).to_have_text("Connexion")
    page.fill("#email", f"dispatcher@{cities.CODE}.test")
    page.fill("#password", "faux")
    page.click("main form button")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("#password", "correct horse battery")
    page.click("main form button")
    expect(page.locator(".case-title")).to_have_text("Nid-de-poule")

"""Joining, separating, requalifying, transferring and reopening by keyboard: told before, undone after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, NARROW, Site, opened, overflow_px, sign_in
from tests.support import city as cities
from tests.support.deeds import merge


@pytest.fixture
def desk(site: Site) -> Page:
    """A dispatcher's screen."""
    page = opened(site, size=DESK)
    sign_in(page, "dispatcher")
    return page


def choose(page: Page, name: str) -> None:
    """Open an act of the card with the keyboard alone: the menu of the other acts, then the act."""
    act = page.locator(f".case-acts a[href$='/faire/{name}']")
    if not act.is_visible():
        page.locator(".case-acts summary").focus()
        page.keyboard.press("Enter")
    act.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog #act-title")).to_be_focused()


def said_before(page: Page) -> str:
    return page.locator("dialog .act-before").inner_text()


def take_back(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.locator(".notice .btn").press("Enter")


def test_a_case_is_joined_by_its_number_and_separated_again(site: Site, desk: Page):
    one = site.town.report()["case"]["number"]
    other = site.town.report(location=cities.pin(2500, 502))["case"]["number"]
    desk.goto(f"/dispatch/{one}")
    choose(desk, "mark_duplicate")
    assert "30 jours" in said_before(desk)
    desk.keyboard.press("Tab")
    desk.keyboard.type(other)
    desk.keyboard.press("Enter")
    expect(desk.locator(".notice")).to_contain_text(f"{one} fusionné")
    expect(desk.locator(".case-head .num").first).to_have_text(other)
    take_back(desk)
    expect(desk.locator(".notice").last).to_contain_text("comme avant")
    assert site.town.caller("dispatcher").get(f"/cases/{one}").json["status"] == "received"


def test_a_report_is_separated_and_put_back(site: Site, desk: Page):
    one = site.town.report()["case"]["number"]
    more = site.town.report(case_number=one)["number"]
    desk.goto(f"/dispatch/{one}")
    desk.locator(f"a[href$='/separer/{more}']").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("dialog #act-title")).to_contain_text(more)
    assert "propre dossier" in said_before(desk)
    desk.locator("dialog[open] button.primary").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".notice")).to_contain_text("son propre dossier")
    assert site.town.caller("dispatcher").get(f"/cases/{one}").json["reports_count"] == 1
    take_back(desk)
    expect(desk.locator(".notice").last).to_contain_text("comme avant")
    assert site.town.caller("dispatcher").get(f"/cases/{one}").json["reports_count"] == 2


def test_another_service_and_another_district_are_taken_back(site: Site, desk: Page):
    one = site.town.report()["case"]["number"]
    dispatcher = site.town.caller("dispatcher")
    desk.goto(f"/dispatch/{one}")
    choose(desk, "requalify")
    assert "depuis la réception" in said_before(desk)
    desk.locator("dialog select[name=service_code]").select_option("VOI-TRO")
    desk.locator("dialog[open] button.primary").press("Enter")
    expect(desk.locator(".notice")).to_contain_text("Service changé")
    assert dispatcher.get(f"/cases/{one}").json["service"]["code"] == "VOI-TRO"
    take_back(desk)
    expect(desk.locator(".case-title")).to_have_text("Nid-de-poule")
    desk.goto(f"/dispatch/{one}")
    choose(desk, "transfer")
    assert "ne change pas" in said_before(desk)
    desk.locator("dialog input[name=district][value='3']").check()
    desk.locator("dialog textarea[name=reason]").fill("De l’autre côté")
    desk.locator("dialog[open] button.primary").press("Enter")
    expect(desk.locator(".notice").last).to_contain_text("transféré")
    assert dispatcher.get(f"/cases/{one}").json["district"]["code"] == "3"
    take_back(desk)
    expect(desk.locator(".case-head")).to_contain_text("Ouest")
    assert dispatcher.get(f"/cases/{one}").json["district"]["code"] == "1"


def test_a_supervisor_reopens_knowing_what_is_promised(site: Site):
    one = site.town.report(contact=cities.CONTACT)["case"]["number"]
    town = site.town
    town.caller("dispatcher").move(one, "accept")
    town.caller("dispatcher").move(one, "assign", crew="E1")
    town.caller("crew").move(one, "start", reason="x")
    page = opened(site, size=DESK)
    sign_in(page, "supervisor")
    with town.session() as session:
        session.connection().exec_driver_sql(
            "UPDATE \"case\" SET status = 'closed', is_open = false, completed_at = opened_at, "
            f"closed_at = opened_at, next_action = 'nobody' WHERE number = '{one}'"
        )
    page.goto(f"/dispatch/{one}")
    choose(page, "reopen")
    assert "la moitié du premier" in said_before(page)
    page.locator("dialog[open] button.primary").press("Enter")
    expect(page.locator(".case-head .status")).to_have_text("Rouverte")


def test_a_storm_is_declared_planned_and_ended_by_keyboard_at_320_pixels(site: Site):
    site.town.clock.now = cities.MONDAY
    page = opened(site, size=NARROW)
    sign_in(page, "supervisor")
    page.goto("/tempetes")
    page.locator("#storm-name").focus()
    page.keyboard.type("Nordet")
    page.keyboard.press("Enter")
    expect(page.locator(".storm h2")).to_have_text("Nordet")
    expect(page.locator(".storm")).to_contain_text("En cours")
    assert overflow_px(page) == 0
    page.locator(".storm summary").press("Enter")
    page.locator(".storm [name=by]").first.fill(f"{site.town.clock.now + timedelta(hours=4):%Y-%m-%dT%H:00}")
    page.get_by_role("button", name="Garder ce plan").press("Enter")
    expect(page.locator(".storm-passes")).to_contain_text("Rues")
    assert overflow_px(page) == 0
    page.goto("/")
    expect(page.locator(".banner").first).to_contain_text("Tempête")
    page.goto("/tempetes")
    site.town.clock.advance(hours=1)
    page.get_by_role("button", name="Terminer la tempête").press("Enter")
    expect(page.locator(".storm")).to_contain_text("Terminée")


def test_a_merge_that_is_refused_says_why_in_its_form(site: Site, desk: Page):
    a, b, c = (site.town.report()["case"]["number"] for _ in range(3))
    merge(site.town, a, b)
    desk.goto(f"/dispatch/{c}")
    choose(desk, "mark_duplicate")
    desk.keyboard.press("Tab")
    desk.keyboard.type(a)
    desk.keyboard.press("Enter")
    expect(desk.locator("dialog [role=alert]")).to_be_visible()

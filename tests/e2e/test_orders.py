"""The order of a crew's work in a browser: moved by keyboard, kept with a reason, seen on the tablet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, NARROW, TABLET, Site, opened, overflow_px, sign_in, violations
from tests.support import city as cities
from tests.support.deeds import ok

SHOTS = os.environ.get("VIGIE_SHOTS")


def fill(site: Site) -> list[str]:
    """Give crew E1 five cases and return their numbers in the order it does them."""
    for x in (300, 700, 1100, 1500, 1900):
        number = site.town.report(location=cities.pin(x, 502))["number"]
        for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
            assert site.town.caller("dispatcher").move(number, step, **inputs).status_code == 200
    return in_order(site)


def in_order(site: Site) -> list[str]:
    told = ok(site.town.caller("dispatcher").get("/crews/E1/queue"))
    return [each["number"] for each in told["cases"]]


def shown(page: Page) -> list[str]:
    return page.locator(".order-list .num:not(.order-no):not(.order-facts *)").all_inner_texts()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_dispatcher_moves_a_case_up_by_keyboard_and_the_crew_sees_it(site: Site, scripts: bool):
    usual = fill(site)
    page = opened(site, size=DESK, scripts=scripts)
    sign_in(page, "dispatcher")
    page.goto("/dispatch/equipes")
    page.get_by_role("link", name="E1").click()
    assert shown(page) == usual
    page.get_by_role("button", name=f"Monter {usual[2]}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("place 2 sur 5. Pas encore gardé.")
    expect(page.locator(":focus")).to_have_attribute("aria-label", f"Monter {usual[2]}, Nid-de-poule")
    page.keyboard.press("Enter")  # the focus stays with the case
    expect(page.get_by_role("status").first).to_contain_text("place 1 sur 5")
    wanted = shown(page)  # the others follow from where the last placed one leaves the crew
    assert wanted[:3] == [usual[2], usual[0], usual[1]]
    assert sorted(wanted) == sorted(usual)
    assert in_order(site) == usual
    expect(page.locator(":focus")).to_have_attribute("aria-label", f"Descendre {usual[2]}, Nid-de-poule")
    shot(page, "order-draft")
    page.get_by_label("Pourquoi").fill("La rue ferme à midi")
    page.keyboard.press("Enter")
    page.wait_for_url("**?fait=keep")
    assert in_order(site) == wanted
    history = site.town.caller("dispatcher").get(f"/cases/{usual[2]}/history").text
    assert "La rue ferme à midi" in history
    shot(page, "order-kept")
    tablet = opened(site, size=TABLET, scripts=scripts)
    sign_in(tablet, "crew")
    tablet.goto("/crew")
    assert tablet.locator(".next a.primary").get_attribute("href") == f"/crew/{wanted[0]}"
    expect(tablet.locator("main")).to_contain_text("La répartition a placé 3 dossiers.")
    shot(tablet, "order-tablet")
    page.get_by_label("Pourquoi").fill("Rue rouverte")
    page.get_by_role("button", name="Revenir à l’ordre habituel").click()
    page.wait_for_url("**?fait=drop")
    assert in_order(site) == usual


def test_without_a_reason_nothing_is_kept_and_what_changed_meanwhile_is_told(site: Site):
    usual = fill(site)
    page = opened(site, size=DESK, scripts=False)
    sign_in(page, "dispatcher")
    page.goto("/dispatch/equipes/E1")
    page.get_by_role("button", name=f"Descendre {usual[0]}").click()
    page.get_by_label("Pourquoi").fill(" ")
    page.get_by_role("button", name="Garder cet ordre").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert shown(page)[:2] == [usual[1], usual[0]]
    ok(site.town.caller("supervisor").put("/crews/E1/queue", {"cases": [usual[4]], "reason": "Urgent"}))
    page.get_by_label("Pourquoi").fill("Plus près")
    page.get_by_role("button", name="Garder cet ordre").click()
    expect(page.locator("main")).to_contain_text("La file a changé entre-temps.")
    assert shown(page)[0] == usual[4]
    assert in_order(site)[0] == usual[4]


def test_who_may_not_set_an_order_reads_it_and_work_begun_does_not_move(site: Site):
    usual = fill(site)
    assert site.town.caller("crew").move(usual[3], "start", reason="loin").status_code == 200
    page = opened(site, size=DESK)
    sign_in(page, "agent")
    page.goto("/dispatch/equipes/E1")
    assert shown(page)[0] == usual[3]
    expect(page.get_by_role("button", name="Monter")).to_have_count(0)
    page.context.clear_cookies()
    sign_in(page, "dispatcher")
    page.goto("/dispatch/equipes/E1")
    expect(page.get_by_role("button", name=f"Descendre {usual[3]}")).to_have_count(0)
    second = shown(page)[1]
    expect(page.get_by_role("button", name=f"Monter {second}")).to_have_count(0)
    expect(page.get_by_role("button", name=f"Descendre {second}")).to_have_count(1)


@pytest.mark.parametrize("size", [NARROW, DESK])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_are_sound_at_every_width_in_both_languages(site: Site, size, language: str):
    usual = fill(site)
    ok(site.town.caller("dispatcher").put("/crews/E1/queue", {"cases": usual[2:4], "reason": "x"}))
    page = opened(site, size=size, language=language)
    sign_in(page, "dispatcher")
    for path in ("/dispatch/equipes", "/dispatch/equipes/E1"):
        page.goto(f"{path}?lang={language}")
        assert overflow_px(page) == 0
        assert violations(page) == []
        shot(page, f"{path.rpartition('/')[2]}-{size[0]}-{language}")

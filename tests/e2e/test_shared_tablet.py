"""One tablet, several people: what it keeps of one is nothing to the next, and goes when they leave."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Site, opened, sign_in, until
from tests.e2e.tablet import day_on, facts, in_hand, kept, press, waits
from tests.support import city as cities


def test_another_person_who_signs_in_finds_nothing_of_the_first(site: Site):
    number = in_hand(site)
    page = day_on(site, number)
    page.goto(f"/crew/{number}")
    page.fill("#write-note", "À moitié écrit")
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    press(page, "start")
    waits(page, "Commencé — attend le réseau")
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_contain_text("reconnectez-vous")
    page.goto("/connexion")
    until(page, lambda: not kept(page))
    page.fill("#email", f"inspector@{cities.CODE}.test")
    page.fill("#password", "correct horse battery")
    page.click("main form button")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto(f"/crew/{number}")
    page.context.set_offline(False)
    page.goto(f"/crew/{number}")
    expect(page.locator("[data-sync]")).to_have_text("1 d’une autre personne, qui doit se connecter")
    assert page.input_value("#write-note") == ""
    expect(page.locator("[data-waiting-moves] .waits")).to_have_count(0)
    assert facts(site, number) == []


def test_signing_out_tells_what_waits_and_wipes_what_was_kept(site: Site):
    number = in_hand(site)
    page = day_on(site, number)
    page.goto(f"/crew/{number}")
    page.context.set_offline(True)
    page.fill("#write-note", "Pas encore parti")
    page.click("[data-write=note] button")
    expect(page.locator("[data-waiting=note] li")).to_have_count(1)
    page.route("**/api/v1/cases/*/messages", lambda route: route.abort())
    page.context.set_offline(False)
    page.click("details.menu > summary")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.locator("[data-leave-ask]")).to_contain_text("(1)")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{site.address}/")
    page.wait_for_load_state("networkidle")
    assert not kept(page)
    page.context.set_offline(True)
    for path in ("/crew", f"/crew/{number}"):
        with pytest.raises(Exception, match="ERR_"):
            page.goto(path)
    page.context.set_offline(False)
    sign_in(page, "crew")
    page.unroute("**/api/v1/cases/*/messages")
    page.goto("/crew")
    expect(page.locator("[data-sync]")).to_be_hidden()
    assert [each["name"] for each in facts(site, number)] == ["note_added"]


def test_a_case_that_left_the_day_leaves_the_tablet(site: Site):
    number, other = in_hand(site), in_hand(site, location=cities.pin(700, 502))
    page = day_on(site, number, other)
    site.town.caller("dispatcher").move(other, "assign", crew="E2", override=True, reason="Trop loin")
    page.reload()
    until(page, lambda: f"/crew/{other}" not in kept(page))
    page.context.set_offline(True)
    page.goto(f"/crew/{other}")
    expect(page.locator("main")).to_contain_text("Sans réseau, cette page ne s’ouvre pas.")
    page.get_by_role("link", name="Retour à ma journée").last.click()
    expect(page.locator(".next")).to_be_visible()


def test_other_peoples_pages_have_no_worker(site: Site):
    page = opened(site)
    for path in ("/", "/carte", "/signaler/VOI-NID/lieu"):
        page.goto(path)
        assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    sign_in(page, "dispatcher")
    page.goto("/dispatch")
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0

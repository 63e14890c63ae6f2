"""Documents on the pages: sent with a request, added to it, refused with a reason, found by who decides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.browsing import DESK, NARROW, PHONE, Site, opened, overflow_px, sign_in, violations
from tests.support import city as cities
from tests.support import papers

PICTURES = os.environ.get("VIGIE_SCREENSHOTS")


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert violations(page) == [], name
    assert overflow_px(page) == 0, name


def plan(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


@pytest.fixture(autouse=True)
def _empty(site: Site) -> None:
    cities.wipe(site.town)


@pytest.mark.parametrize("screen", [NARROW, PHONE])
def test_documents_are_added_to_a_request_and_a_refusal_says_why(site: Site, screen):
    told = site.town.report("permit", contact=cities.CONTACT)
    page = opened(site, size=screen)
    page.goto(f"/suivi/{told['number']}/{told['secret']}")
    look(page, "track-empty")
    page.set_input_files("#documents", [plan("Plan de la cour.pdf", papers.plan())])
    page.click("text=Envoyer des documents")
    expect(page.locator("[role=status]").first).to_contain_text("vos documents sont joints")
    expect(page.locator("section[aria-labelledby=sent]")).to_contain_text("Plan de la cour.pdf")
    look(page, "track-sent")
    page.set_input_files("#documents", [plan("ruse.pdf", papers.with_script())])
    page.click("text=Envoyer des documents")
    expect(page.locator("[role=status]").first).to_contain_text("contient un programme")
    expect(page.locator("main")).not_to_contain_text("ruse.pdf")
    look(page, "track-refused")


def test_a_permit_asks_for_documents_in_its_form_and_a_pothole_does_not(site: Site):
    lon, lat = cities.at(700, 480)
    page = opened(site, size=PHONE)
    page.goto(f"/signaler/PER-ABA/details?lon={lon}&lat={lat}&method=pin")
    expect(page.locator("#documents")).to_have_count(1)
    look(page, "form-permit")
    page.goto(f"/signaler/VOI-NID/details?lon={lon}&lat={lat}&method=pin")
    expect(page.locator("#documents")).to_have_count(0)


def test_who_decides_finds_the_documents_on_the_case(site: Site):
    sent = site.town.caller().post_form(
        "/reports", {"report": cities.sample("permit")}, [], documents=[("Plan.pdf", papers.plan())]
    )
    number = sent.json["case"]["number"]
    page = opened(site, size=DESK)
    sign_in(page, "dispatcher")
    page.goto(f"/dispatch/{number}")
    with page.expect_download() as download:
        page.click("text=Plan.pdf")
    assert Path(download.value.path()).read_bytes() == papers.plan()
    look(page, "dispatch-case")

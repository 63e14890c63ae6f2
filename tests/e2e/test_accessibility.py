"""Every page, in both languages, by day and by night: no finding of axe, nothing wider than 320 pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import (
    DESK,
    NARROW,
    PHONE,
    TABLET,
    Site,
    opened,
    overflow_px,
    settle,
    sign_in,
    violations,
)
from tests.support import city as cities
from tests.support import pictures
from tests.support.deeds import ok

LON, LAT = cities.at(300, 502)
PLACED = f"lon={LON}&lat={LAT}&method=pin"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """The cases that the pages show."""

    received: dict[str, Any]
    working: dict[str, Any]
    done: dict[str, Any]


def cast(site: Site) -> Cast:
    """Put a new case, one in hand and one done into the town."""
    received = site.town.report(description="Gros trou, attention aux vélos.", contact=cities.CONTACT)
    long_words = "Anticonstitutionnellement" * 4 + " https://example.org/" + "a" * 90
    site.town.report(
        service_code="VOI-TRO",
        answers={"type": "souleve"},
        description=long_words,
        location=cities.pin(500, 900, address="12345, boulevard de la Très-Longue-Appellation-Municipale"),
    )
    working, done = (
        site.town.report(location=cities.pin(x, 502), description="Un autre") for x in (700, 900)
    )
    for report, steps in (
        (working, ("accept", "assign", "start")),
        (done, ("accept", "assign", "start", "complete")),
    ):
        for step in steps:
            move(site, report["case"]["number"], step)
    return Cast(received=received, working=working, done=done)


INPUTS: dict[str, dict[str, Any]] = {
    "assign": {"crew": "E1"},
    "start": {"reason": "loin"},
    "complete": {"outcome": "already_done", "minutes": 12},
}


def move(site: Site, number: str, step: str) -> None:
    """Move a case through the API, as whoever does that."""
    who = site.town.caller("crew" if step in ("start", "complete") else "dispatcher")
    photos = [("apres.jpg", pictures.taken_at())] if step == "complete" else []
    fields = {"move": {"transition": step, "inputs": INPUTS.get(step, {})}}
    tag = who.get(f"/cases/{number}").headers["ETag"]
    answer = who.post_form(f"/cases/{number}/transitions", fields, photos, If_Match=tag)
    assert answer.status_code == 200, answer.text


def followed(report: dict[str, Any]) -> str:
    return f"/suivi/{report['number']}/{report['secret']}"


def stormy(site: Site) -> None:
    """Declare a storm, with a plan."""
    supervisor = site.town.caller("supervisor")
    storm = supervisor.post("/storms", {"name": "Nordet"})
    assert storm.status_code == 201, storm.text
    by = site.town.clock.now + timedelta(hours=4)
    plan = {"passes": [{"kind": "street", "by": by.isoformat()}]}
    ok(supervisor.post(f"/storms/{storm.json['id']}/passes", plan))


def held(site: Site, number: str) -> None:
    """Hold a case, and erase a report for the register."""
    clerk = site.town.caller("clerk")
    assert clerk.post("/holds", {"case_number": number, "reason": "Réclamation 2026-14"}).status_code == 201
    erased = site.town.report(location=cities.pin(640, 502))["number"]
    assert clerk.post(f"/reports/{erased}/erasure", {"reason": "Demande écrite"}).status_code == 200


Route = Callable[[Cast], str]
PUBLIC: dict[str, Route] = {
    "home": lambda _: "/",
    "map": lambda _: "/carte",
    "choose": lambda _: "/signaler",
    "found": lambda _: "/signaler?q=trou",
    "nothing-found": lambda _: "/signaler?q=zzzzzz",
    "gate": lambda _: "/signaler/AQU-FUI",
    "place": lambda _: "/signaler/VOI-NID/lieu",
    "places": lambda _: "/signaler/VOI-NID/lieu?search=moulin",
    "duplicates": lambda _: f"/signaler/VOI-NID/lieu/confirmer?{PLACED}",
    "details": lambda _: f"/signaler/VOI-NID/details?{PLACED}",
    "outside": lambda _: "/signaler/VOI-NID/lieu/confirmer?lon=-74.0807&lat=45.2545",
    "public-case": lambda cast: f"/signalements/{cast.received['case']['number']}",
    "thanks": lambda cast: followed(cast.received) + "/merci",
    "follow-new": lambda cast: followed(cast.received),
    "follow-done": lambda cast: followed(cast.done),
    "reopen": lambda cast: followed(cast.done) + "/rouvrir",
    "find": lambda _: "/suivi",
    "own-data": lambda cast: followed(cast.received) + "/donnees",
    "proof": lambda _: "/attestations",
    "proof-unknown": lambda _: "/attestations?code=AAAA-AAAA-AAAA-AAAA",
    "sign-in": lambda _: "/connexion",
    "not-found": lambda _: "/nulle-part",
    "problem": lambda _: "/problems/case-changed",
}
DISPATCHER: dict[str, Route] = {
    "queue": lambda _: "/dispatch",
    "oncall": lambda _: "/garde",
    "orders": lambda _: "/dispatch/equipes",
    "order": lambda _: "/dispatch/equipes/E1",
    "empty-queue": lambda _: "/dispatch?q=zzzzzz",
    "case": lambda cast: f"/dispatch/{cast.received['case']['number']}",
    "refuse": lambda cast: f"/dispatch/{cast.received['case']['number']}/faire/refuse",
    "history": lambda cast: f"/dispatch/{cast.received['case']['number']}/historique",
    "transfer": lambda cast: f"/dispatch/{cast.received['case']['number']}/faire/transfer",
    "join": lambda cast: f"/dispatch/{cast.received['case']['number']}/faire/mark_duplicate",
    "storms": lambda _: "/tempetes",
    "crews": lambda _: "/crew",
}
CREW: dict[str, Route] = {
    "day": lambda _: "/crew",
    "site": lambda cast: f"/crew/{cast.working['case']['number']}",
}


def findings(
    site: Site, page: Page, routes: dict[str, Route], *, in_words_only: bool = False
) -> dict[str, list[str]]:
    """Return what axe finds on each page, the clean ones left out: by day, then its contrasts by night."""
    cases, found = cast(site), {}
    for name, route in routes.items():
        page.goto(route(cases))
        settle(page)
        found[name] = violations(page, "words" if in_words_only else "everything")
        if not in_words_only:
            page.emulate_media(color_scheme="dark")
            found[name] += [f"by night, {each}" for each in violations(page, "contrast")]
            page.emulate_media(color_scheme="light")
    return {name: each for name, each in found.items() if each}


def test_residents_pages_have_no_accessibility_finding(site):
    assert findings(site, opened(site, size=PHONE, maps=True), PUBLIC) == {}


def test_residents_pages_have_none_in_english_either(site):
    assert findings(site, opened(site, size=PHONE, language="en"), PUBLIC, in_words_only=True) == {}


def test_dispatchers_pages_have_no_accessibility_finding(site):
    page = opened(site, size=DESK, maps=True)
    sign_in(page, "dispatcher")
    assert findings(site, page, DISPATCHER) == {}


def test_dispatchers_pages_have_none_in_english_either(site):
    page = opened(site, size=DESK, language="en")
    sign_in(page, "dispatcher")
    assert findings(site, page, DISPATCHER, in_words_only=True) == {}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_clerks_page_has_no_accessibility_finding_and_fits(site, language):
    held(site, cast(site).received["case"]["number"])
    page = opened(site, size=DESK, language=language)
    sign_in(page, "clerk")
    page.goto("/greffe")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, "contrast")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert (found, overflow_px(page)) == ([], 0)


def test_the_clerk_holds_certifies_and_lifts_with_the_keyboard(site):
    number = cast(site).received["case"]["number"]
    page = opened(site, size=DESK)
    sign_in(page, "clerk")
    page.goto("/greffe")
    page.fill("#hold-number", number)
    page.fill("#hold-reason", "Chute d’une cycliste")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Le gel est en vigueur.")
    page.fill("#place", "nulle part")
    page.fill("#to", "2026-06-01")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Lieu introuvable")
    page.fill("#place", f"{LAT}, {LON}")
    with page.expect_download() as taken:
        page.click("text=Délivrer l’attestation (PDF)")
    file = taken.value.path()
    page.goto("/attestations")
    page.set_input_files(
        "#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": file.read_bytes()}
    )
    page.click("text=Vérifier ce fichier")
    page.wait_for_selector("text=Ce fichier est authentique.")
    page.goto("/greffe")
    page.click("text=Lever")
    page.wait_for_selector("text=Le gel est levé.")


def test_a_person_erases_what_they_told(site):
    told = cast(site).received
    page = opened(site)
    page.goto(followed(told))
    page.click("text=Mes renseignements")
    page.check("input[name=sure]")
    page.click("text=Effacer mes renseignements")
    page.wait_for_selector("h1:has-text('C’est effacé')")
    assert violations(page) == []
    page.goto(followed(told))
    expect(page.locator("text=Gros trou")).to_have_count(0)


@pytest.mark.parametrize("light", ["light", "dark", "sun"])
def test_crews_pages_have_no_accessibility_finding_in_any_light(site, light):
    page = opened(site, size=TABLET)
    page.context.add_cookies([{"name": "vigie_theme", "value": light, "url": site.address}])
    sign_in(page, "crew")
    assert findings(site, page, CREW, in_words_only=False) == {}


def test_no_page_scrolls_sideways_at_320_pixels(site):
    cases = cast(site)
    stormy(site)
    page = opened(site, size=NARROW)
    wide = {}
    for role, routes in ((None, PUBLIC), ("supervisor", DISPATCHER), ("crew", CREW)):
        if role:
            page.context.clear_cookies()
            sign_in(page, role)
        for name, route in routes.items():
            page.goto(route(cases))
            wide[name] = overflow_px(page)
    assert {name: px for name, px in wide.items() if px > 0} == {}


def test_every_page_says_its_language_and_has_one_title(site):
    cases = cast(site)
    page = opened(site, language="en", scripts=False)
    for route in PUBLIC.values():
        page.goto(route(cases))
        assert page.get_attribute("html", "lang") == "en-CA"
        expect(page.locator("h1")).to_have_count(1)

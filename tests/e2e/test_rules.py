"""The rule laboratory in a browser: written, checked, tried, looked at, put in force and taken back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

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
from tests.support import ground

WRITTEN = """\
name: {fr: Plus de détours, en: No more detours}
automatic: false
equipment: {hot_box: {fr: une caisse chauffante, en: a hot box}}
crews: {E2: {equipment: {hot_box: [1, 3, 5]}}}
services:
  VOI-NID: {mode: fixed_unit, crew: E2, equipment: [hot_box]}
exceptions:
  - {id: gros-trou, when: {answer.taille: [plus_grand]}, then: {mode: fixed_unit, crew: E1}}
  - {id: jamais, when: {answer.taille: [plus_grand]}, then: {mode: fixed_unit, crew: E1}}
"""
SHOTS = os.environ.get("VIGIE_SHOTS")


@pytest.fixture
def own_rules(site: Site) -> Iterator[None]:
    yield
    with site.town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{site.town.code}"))
        connection.execute(text("TRUNCATE triage_trial, triage_activation, triage_rules"))
    with site.town.session() as session:
        ground.follow_rules(session)


def fill(site: Site) -> None:
    for at in range(14):
        site.town.report(location=cities.pin(120 + 200 * at, 502))
        site.town.report("inspection", location=cities.pin(150 + 200 * at, 480))


def shot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_rules_are_written_tried_put_in_force_and_taken_back(site: Site, own_rules: None):
    fill(site)
    page = opened(site, size=DESK)
    sign_in(page, "supervisor")
    page.goto("/dispatch/regles")
    assert violations(page, "everything") == []
    page.get_by_label("Règles, en YAML").fill("services: {VOI-NID: {mode: magie}}")
    page.get_by_role("button", name="Garder et vérifier").click()
    expect(page.get_by_role("alert")).to_contain_text("services.VOI-NID")
    page.get_by_label("Règles, en YAML").fill(WRITTEN)
    page.get_by_role("button", name="Garder et vérifier").click()
    page.wait_for_url(re.compile(r"/dispatch/regles/\d+$"))
    assert "déjà décidée par gros-trou" in page.content()
    assert violations(page, "everything") == []
    shot(page, "version")
    version = page.url
    page.get_by_role("button", name="Essayer").click()
    page.wait_for_url("**/essais/**")
    expect(page.get_by_role("img", name="Carte des dossiers qui changeraient")).to_be_visible()
    assert violations(page, "everything") == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "contrast") == []
    shot(page, "trial-night")
    page.emulate_media(color_scheme="light")
    shot(page, "trial")
    page.get_by_role("region", name="Par service, district et équipe").get_by_role("link").first.click()
    first = page.get_by_role("region", name="Dossiers", exact=True).get_by_role("link").first
    assert first.inner_text().startswith("LC-2026-")
    first.click()
    page.wait_for_url("**/dispatch/LC-2026-*")
    page.goto(version)
    page.get_by_role("button", name="Mettre en vigueur").click()
    expect(page.get_by_role("alert")).to_contain_text("Confirmez que vous les connaissez")
    page.get_by_label("Je connais ces défauts").check()
    page.get_by_label("Pourquoi").fill("É1 en congé")
    page.get_by_role("button", name="Mettre en vigueur").click()
    page.wait_for_url("**/dispatch/regles?fait=vigueur")
    shot(page, "listing")
    told = site.town.report(location=cities.pin(640, 502))
    assert told["case"]["crew"]["code"] == "E2"
    page.goto(f"/dispatch/{told['number']}")
    settle(page)
    assert "avec une caisse chauffante" in page.content()
    shot(page, "case")
    page.goto("/dispatch/regles")
    page.get_by_role("button", name="Annuler la dernière").click()
    page.wait_for_url("**/dispatch/regles?fait=annule")
    assert site.town.report(location=cities.pin(640, 902))["case"]["crew"]["code"] == "E1"


@pytest.mark.parametrize("size", [NARROW, PHONE, TABLET])
def test_the_pages_fit_every_width_in_english_too(site: Site, own_rules: None, size):
    fill(site)
    dispatcher = site.town.caller("dispatcher")
    rules = dispatcher.post("/triage/rules", {"written": WRITTEN}).json["id"]
    trial = dispatcher.post("/triage/trials", {"rules": rules}).json["id"]
    page = opened(site, size=size, language="en")
    sign_in(page, "dispatcher")
    for path in ("/dispatch/regles", f"/dispatch/regles/{rules}", f"/dispatch/regles/essais/{trial}"):
        page.goto(f"{path}?lang=en")
        settle(page)
        wide = page.evaluate(
            "() => [...document.querySelectorAll('*')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1"
            " && !e.closest('.lab-scroll')).map(e => e.tagName + '.' + e.className).slice(0, 6)"
        )
        assert overflow_px(page) == 0, (path, wide)
        assert violations(page, "everything") == []
        shot(page, f"{path.split('/')[3] if path.count('/') > 2 else 'regles'}-{size[0]}".replace("/", "-"))
        assert not re.search(r"\b(Règles|Essai|Trous)\b", page.inner_text("main"))

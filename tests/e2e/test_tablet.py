"""The crew's tablet: gloves, light, and nothing lost when a send fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import TABLET, Site, opened, sign_in
from tests.support import pictures

GLOVE_PX = 56


@pytest.fixture
def tablet(site: Site) -> Page:
    """A crew's tablet, with one case in hand."""
    number = site.town.report()["case"]["number"]
    for who, step, inputs in (
        ("dispatcher", "accept", {}),
        ("dispatcher", "assign", {"crew": "E1"}),
        ("crew", "start", {"reason": "loin"}),
    ):
        assert site.town.caller(who).move(number, step, **inputs).status_code == 200
    page = opened(site, size=TABLET)
    sign_in(page, "crew")
    page.goto(f"/crew/{number}")
    return page


def test_what_is_filled_in_survives_a_reload_and_what_is_done_waits_for_the_signal(
    tablet: Page, tmp_path: Path
):
    picture = tmp_path / "apres.jpg"
    picture.write_bytes(pictures.taken_at())
    tablet.set_input_files("#crew-photos", picture)
    tablet.click(".outcome:has-text('temporaire')")
    tablet.click("[data-more]")
    tablet.click(".crew-note summary")
    tablet.fill("#in-note", "À refaire au printemps")
    expect(tablet.locator(".photos img")).to_have_count(1)
    tablet.wait_for_timeout(500)
    tablet.reload()
    assert tablet.is_checked("input[value=temporary]")
    assert tablet.input_value("#in-note") == "À refaire au printemps"
    assert tablet.input_value("#in-minutes") == "25"
    expect(tablet.locator(".photos img")).to_have_count(1)
    tablet.context.set_offline(True)
    tablet.click("[data-crew-form=complete] [data-send]")
    expect(tablet.locator("[data-waiting-moves] .who")).to_contain_text("Terminé — attend le réseau")
    expect(tablet.locator("[data-waiting-moves] img")).to_have_count(1)
    tablet.context.set_offline(False)
    expect(tablet.locator("[data-sync]")).to_be_hidden()
    expect(tablet.locator("[data-acts] h2")).to_have_text("Réparée")


def test_the_light_changes_at_once_and_is_kept(tablet: Page):
    tablet.click("[data-lights] button[value=sun]")
    assert tablet.evaluate("() => getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    tablet.wait_for_timeout(300)
    tablet.reload()
    assert tablet.get_attribute("html", "data-theme") == "sun"


def test_every_target_answers_a_glove(tablet: Page):
    small = tablet.evaluate(
        """(least) => ["a", "button", "label.outcome", "summary", "input"]
            .flatMap((kind) => [...document.querySelectorAll(`main ${kind}`)])
            .filter((each) => each.checkVisibility({opacityProperty: true}) && each.type !== "file")
            .map((each) => [each.textContent.trim() || each.name, each.getBoundingClientRect().height])
            .filter(([, height]) => height < least)""",
        GLOVE_PX,
    )
    assert small == []


def test_the_photo_that_danger_calls_for_is_asked_in_words(tablet: Page):
    tablet.click("[data-crew-form=complete] [data-send]")
    expect(tablet.locator("[data-crew-form=complete] [role=alert]")).to_contain_text("photo")
    assert tablet.is_checked("input[value=fixed]")

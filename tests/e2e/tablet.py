"""A crew's tablet in the tests: cases in its hands, a day that it keeps, what it sends."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.browsing import TABLET, Site, opened, sign_in, until
from tests.support import city as cities
from tests.support.deeds import ok

PAGES = """async (language) => {
    const found = []
    for (const name of await caches.keys()) {
        if (!name.startsWith("vigie-crew-pages")) continue
        const cache = await caches.open(name)
        for (const one of await cache.keys()) {
            const in_language = (await cache.match(one)).headers.get("Content-Language")
            if (!language || in_language === language) found.push(new URL(one.url).pathname)
        }
    }
    return found.sort()
}"""


def in_hand(site: Site, **more: Any) -> str:
    """Return a case of crew E1."""
    number = str(site.town.report(contact=cities.CONTACT, **more)["case"]["number"])
    for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        assert site.town.caller("dispatcher").move(number, step, **inputs).status_code == 200
    return number


def kept(page: Page, language: str = "") -> set[str]:
    """Return the pages that the tablet holds, those in one language where it is given."""
    return set(page.evaluate(PAGES, language))


def day_on(site: Site, *numbers: str, **how: Any) -> Page:
    """Open the day on a tablet, and wait until it holds the day and its cases."""
    page = opened(site, **({"size": TABLET} | how))
    sign_in(page, "crew")
    if how.get("language") == "en":  # chosen on the page: what is kept already is in French
        page.context.add_cookies([{"name": "vigie_lang", "value": "en", "url": site.address}])
    page.goto("/crew")
    wanted = {"/crew", "/crew-hors-ligne", *(f"/crew/{number}" for number in numbers)}
    until(page, lambda: wanted <= kept(page, how.get("language", "fr")))
    return page


def facts(site: Site, number: str) -> list[dict[str, Any]]:
    """Return what a crew did with a case, from its history."""
    events = ok(site.town.caller("dispatcher").get(f"/cases/{number}/history"))["events"]
    names = [(each["payload"].get("transition", each["kind"]), each) for each in events]
    return [
        {**each, "name": name} for name, each in names if name in ("start", "note_added", "complete", "hold")
    ]


def press(page: Page, act: str) -> None:
    page.locator("html[data-ready]").wait_for(state="attached")
    page.click(f"[data-crew-form={act}] [data-send]")


def waits(page: Page, words: str) -> None:
    expect(page.locator("[data-waiting-moves] .who")).to_contain_text([words])


def begun(site: Site) -> tuple[str, Page]:
    """Start a case without signal; return its number and the page that holds the start."""
    number = in_hand(site)
    page = day_on(site, number)
    page.context.set_offline(True)
    page.goto(f"/crew/{number}")
    press(page, "start")
    waits(page, "Commencé — attend le réseau")
    return number, page

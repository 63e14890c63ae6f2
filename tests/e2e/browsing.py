"""What the browser's tests do again and again: open a device, sign in, ask axe, look for an overflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.support import city as cities
from tests.support import towns
from tests.support.city import City

AXE = Path(__file__).resolve().parents[2] / "tracker" / "web" / "static" / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another language can break in a page whose structure is known to be sound.
WORDED = [
    "html-has-lang", "html-lang-valid", "valid-lang", "label", "button-name", "link-name", "image-alt",
    "document-title", "input-button-name", "select-name", "summary-name", "svg-img-alt",
    "label-content-name-mismatch", "target-size", "empty-heading",
]  # fmt: skip
PHONE, NARROW, TABLET, DESK = (390, 844), (320, 640), (1180, 820), (1440, 900)
# The browser says on its console every answer of 4xx: those are not mistakes of ours.
EXPECTED = (
    "Failed to load resource",
    "GL Driver Message",
    "GPU stall",
    "dynamically imported module",
)
HERE = cities.at(300, 502)
PATIENCE_MS = 15_000  # a busy machine is no mistake of the page
expect.set_options(timeout=PATIENCE_MS)


@dataclass(kw_only=True)
class Site:
    """The served town, with the browsers that were opened on it."""

    browser: Browser
    address: str
    town: City
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def close(self) -> None:
        """Close every window; a script that failed fails the test."""
        for context in self.contexts:
            context.close()
        assert not self.complaints, self.complaints


def opened(
    site: Site,
    *,
    size: tuple[int, int] = PHONE,
    language: str = "fr",
    scripts: bool = True,
    maps: bool = False,
) -> Page:
    """Open a device on the town."""
    context = site.browser.new_context(
        base_url=site.address,
        viewport={"width": size[0], "height": size[1]},
        locale="fr-CA" if language == "fr" else "en-CA",
        java_script_enabled=scripts,
        reduced_motion="reduce",
        geolocation={"longitude": HERE[0], "latitude": HERE[1]},
        permissions=["geolocation"],
    )
    context.set_default_timeout(PATIENCE_MS)
    site.contexts.append(context)
    if not maps:
        context.route("**/vendor/maplibre-gl*", lambda route: route.abort())
    page = context.new_page()
    page.on("pageerror", lambda error: site.complaints.append(str(error)))
    page.on("console", lambda message: _listen(site, message.type, message.text))
    return page


def _listen(site: Site, kind: str, text: str) -> None:
    if kind == "error" and not any(known in text for known in EXPECTED):
        site.complaints.append(text)


def sign_in(page: Page, role: str) -> None:
    """Sign in through the page, as somebody of the town's staff."""
    page.goto("/connexion")
    page.fill("#email", f"{role}@{cities.CODE}.test")
    page.fill("#password", towns.PASSWORD)
    page.click("main form button")
    page.wait_for_load_state("networkidle")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds that the page itself does not show."""
    for _ in range(PATIENCE_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.url)


@dataclass(kw_only=True)
class Loss:
    """Answers that are lost on the way: the server did what it was asked, the page never hears so."""

    page: Page
    pattern: str
    keys: list[str] = field(default_factory=list)
    over: int = 0

    def begin(self) -> Self:
        """Lose every answer of the addresses of `pattern` from now on."""
        self.page.route(self.pattern, self._lose)
        return self

    def settled(self, times: int) -> None:
        """Wait until so many answers were lost and none is on its way: a page must not be left meanwhile."""
        until(self.page, lambda: self.over == len(self.keys) >= times)

    def end(self) -> None:
        """Let answers through again."""
        self.page.unroute(self.pattern, self._lose)

    def _lose(self, route: Route) -> None:
        self.keys.append(route.request.headers["idempotency-key"])
        try:
            route.fetch()
            route.abort()
        finally:
            self.over += 1


def settle(page: Page) -> None:
    """Wait until the page and its map are there."""
    page.evaluate(
        """async () => {
            const limit = new Promise((resolve) => setTimeout(resolve, 5000))
            await Promise.race([document.querySelector('city-map')?.ready, limit])
        }"""
    )


def violations(page: Page, rules: str = "everything") -> list[str]:
    """Return what axe finds wrong with the page, a line each. `rules`: everything, words or contrast."""
    page.wait_for_load_state()
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(
        """async () => {
            const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
            await frame()
            await frame()
            await Promise.allSettled(document.getAnimations().map((each) => each.finished))
        }"""
    )
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    if rules == "words":
        options["runOnly"] = {"type": "rule", "values": WORDED}
    elif rules == "contrast":
        options["runOnly"] = {"type": "rule", "values": ["color-contrast"]}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def overflow_px(page: Page) -> int:
    """Return by how many pixels the page is wider than its window, once its styles and letters have come."""
    page.wait_for_load_state()
    width: int = page.evaluate(
        """async () => {
            await document.fonts.ready
            return document.documentElement.scrollWidth - document.documentElement.clientWidth
        }"""
    )
    return width

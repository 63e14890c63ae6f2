"""Being told, in a browser: every page sound, narrow and in both languages; subscribing, leaving, writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

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
from tests.support import telling
from tracker.notify import links
from tracker.notify.channels.letter import UNSUBSCRIBE
from tracker.notify.keyring import Keyring
from tracker.notify.models import NoticeRow
from tracker.notify.subscribing import Wish

LON, LAT = cities.at(310, 502)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """A case with words exchanged, a subscriber with a link, a wish to confirm."""

    report: dict[str, Any]
    token: str
    wish: str
    leaving: str

    @property
    def number(self) -> str:
        return str(self.report["number"])

    @property
    def followed(self) -> str:
        return f"/suivi/{self.number}/{self.report['secret']}"


def cast(site: Site) -> Cast:
    """Put people and words into the town."""
    town = site.town
    person = telling.citizen(
        town,
        "lecteur@example.org",
        Wish(subject="radius", lon=LON, lat=LAT, radius_m=300, place="12, rue du Moulin"),
    )
    report = town.report(description="Gros trou, attention aux vélos.", contact=cities.CONTACT)
    path = f"/tracking/{report['number']}/{report['secret']}/messages"
    town.caller().post(path, {"text": "C’est plus profond depuis la pluie de cette nuit."})
    town.caller("agent").post(
        f"/cases/{report['number']}/messages", {"text": "Merci, une équipe passe demain."}
    )
    note = {"text": "Voir avec l’aqueduc avant de paver.", "is_internal": True}
    town.caller("agent").post(f"/cases/{report['number']}/messages", note)
    town.caller().post(path, {"text": "Parfait. " + "Anticonstitutionnellement" * 4})
    telling.follow(town)
    asked = {"email": "lecteur@example.org", "subject": "street", "lon": LON, "lat": LAT}
    assert town.caller().post("/subscriptions", asked).status_code == 202
    wish = telling.notices(town, "kind = 'common.confirm_address'")[-1].link.rpartition("/")[2]
    keyring = Keyring(secret_key=town.place.settings.secret_key, code=town.code)
    with town.session() as session:
        return Cast(
            report=report,
            token=links.person_token(session, person),
            wish=wish,
            leaving=keyring.token(UNSUBSCRIBE, session.scalars(select(NoticeRow.id).limit(1)).one()),
        )


def public(on: Cast) -> dict[str, str]:
    return {
        "wish": "/abonnements",
        "wish-placed": f"/abonnements?lon={LON}&lat={LAT}&address=12, rue du Moulin",
        "wish-found": "/abonnements?search=moulin",
        "wish-case": f"/abonnements?dossier={on.number}",
        "person": f"/avis/{on.token}",
        "confirm": f"/avis/{on.token}/confirmer/{on.wish}",
        "leave": f"/desabonnement/{on.leaving}",
        "track": on.followed,
        "case": f"/signalements/{on.number}",
        "bad-link": "/avis/x",
    }


def desk(on: Cast) -> dict[str, str]:
    return {"inbox": "/mes-avis", "card": f"/dispatch/{on.number}"}


ADMIN = {"texts": "/textes", "text": "/textes/field_work.on_hold"}


def findings(page: Page, routes: dict[str, str], *, words: bool = False) -> dict[str, list[str]]:
    found = {}
    for name, route in routes.items():
        page.goto(route)
        settle(page)
        found[name] = violations(page, "words" if words else "everything")
        if not words:
            page.emulate_media(color_scheme="dark")
            found[name] += [f"by night, {each}" for each in violations(page, "contrast")]
            page.emulate_media(color_scheme="light")
    return {name: each for name, each in found.items() if each}


def test_residents_pages_have_no_accessibility_finding(site):
    on = cast(site)
    assert findings(opened(site, size=PHONE, maps=True), public(on)) == {}
    assert findings(opened(site, size=PHONE, language="en"), public(on), words=True) == {}


def test_staff_pages_have_no_accessibility_finding(site):
    on = cast(site)
    for role, routes in (("dispatcher", desk(on)), ("admin", ADMIN)):
        for language in ("fr", "en"):
            page = opened(site, size=DESK, language=language)
            sign_in(page, role)
            assert findings(page, routes, words=language == "en") == {}


def test_nothing_scrolls_sideways_on_any_device(site):
    on, wide = cast(site), {}
    for size in (NARROW, PHONE, TABLET, DESK):
        page = opened(site, size=size)
        for role, routes in ((None, public(on)), ("dispatcher", desk(on)), ("admin", ADMIN)):
            if role:
                page.context.clear_cookies()
                sign_in(page, role)
            for name, route in routes.items():
                page.goto(route)
                wide[name, size] = overflow_px(page)
    assert {name: px for name, px in wide.items() if px > 0} == {}


def test_somebody_subscribes_confirms_chooses_and_leaves_without_scripts_or_mouse(site):
    page = opened(site, scripts=False, maps=False)
    page.goto("/abonnements")
    page.fill("#search", "12 rue du Moulin")
    page.keyboard.press("Enter")
    page.locator("[data-part=places] a").first.focus()
    page.keyboard.press("Enter")
    page.fill("#w-email", "nouvelle@example.org")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Regardez vos courriels").wait_for()
    letter = telling.notices(site.town, "kind = 'common.confirm_address'")[-1]
    page.goto(letter.link.partition("lac.test")[2])
    page.get_by_role("button", name="Oui, c’est moi").press("Enter")
    page.get_by_text("C’est confirmé").wait_for()
    page.get_by_role("button", name="Une fois par jour").press("Enter")
    page.get_by_text("C’est noté").wait_for()
    page.get_by_label("Ne pas me déranger").check()
    page.get_by_role("button", name="Garder ces choix").press("Enter")
    page.get_by_text("C’est noté").wait_for()
    with site.town.session() as session:
        from sqlalchemy import text

        kept = session.execute(text("SELECT quiet_from, quiet_to FROM preference")).one()
        digest = session.execute(text("SELECT digest FROM subscription")).scalar_one()
    assert (kept.quiet_from, kept.quiet_to, digest) == (22 * 60, 7 * 60, True)
    page.get_by_role("button", name="Retirer").press("Enter")
    page.get_by_text("Rien pour l’instant").wait_for()


def test_a_resident_and_the_desk_write_to_each_other(site):
    report = site.town.report(contact=cities.CONTACT)
    phone, desk_page = opened(site), opened(site, size=DESK)
    sign_in(desk_page, "dispatcher")
    phone.goto(f"/suivi/{report['number']}/{report['secret']}")
    phone.fill("#message", "Devant le 12, pas le 14.")
    phone.get_by_role("button", name="Envoyer").click()
    phone.get_by_text("Votre message est envoyé").wait_for()
    telling.follow(site.town)
    desk_page.goto("/dispatch")
    desk_page.get_by_role("link", name="Mes avis, 1 nouveau").click()
    desk_page.get_by_role("link", name="Ouvrir").wait_for()
    expect(desk_page.locator(".told-list")).to_contain_text("Devant le 12")
    desk_page.goto(f"/dispatch/{report['number']}")
    expect(desk_page.locator(".thread li")).to_have_count(1)
    desk_page.select_option("#thread-to", "note")
    desk_page.fill("#thread-text", "Numéro corrigé")
    desk_page.get_by_role("button", name="Envoyer").click()
    desk_page.get_by_text("Note gardée").wait_for()
    desk_page.locator("details.write summary").click() if not desk_page.locator(
        "#thread-text"
    ).is_visible() else None
    desk_page.fill("#thread-text", "Merci, c’est noté.")
    desk_page.get_by_role("button", name="Envoyer").click()
    desk_page.get_by_text("Message envoyé").wait_for()
    phone.reload()
    told = phone.locator(".thread").inner_text()
    assert "Merci, c’est noté." in told
    assert "Numéro corrigé" not in told


def test_the_administrator_tries_words_on_a_case_and_uses_them(site):
    report = site.town.report(contact=cities.CONTACT)
    page = opened(site, size=DESK)
    sign_in(page, "admin")
    page.goto("/textes/common.receipt")
    page.fill("#t-fr-subject", "Bonjour, {{ secret }}")
    page.get_by_role("button", name="Garder comme brouillon").click()
    page.get_by_text("« secret » n’est pas un nom connu").wait_for()
    assert page.input_value("#t-fr-subject") == "Bonjour, {{ secret }}"
    page.fill("#t-fr-subject", "Bonjour, {{ number }}")
    page.fill("#t-case", report["number"])
    page.get_by_role("button", name="Aperçu").click()
    page.get_by_text(f"Bonjour, {report['number']}").wait_for()
    page.get_by_role("button", name="Garder comme brouillon").click()
    page.get_by_role("button", name="Utiliser la version 1").click()
    page.get_by_text("C’est maintenant le texte utilisé").wait_for()
    telling.follow(site.town)
    assert telling.notices(site.town)[0].subject == f"Bonjour, {report['number']}"

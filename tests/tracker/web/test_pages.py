"""The pages over HTTP: errors told to people, proofs of origin, secrets kept, one report for two presses."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.support import city as cities
from tests.support.city import City
from tracker.web import queue


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


def form_of(**more: str) -> dict[str, str]:
    lon, lat = cities.at(300, 502)
    return {"lon": str(lon), "lat": str(lat), "method": "pin", "answer.taille": "pneu", "key": "k-1", **more}


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(visitor: FlaskClient):
    told = visitor.get("/nulle-part")
    assert told.status_code == 404
    assert told.mimetype == "text/html"
    assert "<h1" in told.text
    program = visitor.get("/nulle-part", headers={"Accept": "application/json"})
    assert program.mimetype == "application/problem+json"


def test_a_page_answers_even_where_there_is_no_town(visitor: FlaskClient):
    told = visitor.get("/j/inconnue/")
    assert told.status_code == 404
    assert told.mimetype == "text/html"
    assert "Municipalité inconnue" in told.text


def test_pressing_send_twice_makes_one_report(town: City, visitor: FlaskClient):
    answers = [visitor.post("/signaler/VOI-NID/details", data=form_of()) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert town.counts()["report"] == 1


def test_a_page_under_the_towns_path_keeps_it_in_its_links(visitor: FlaskClient):
    page = visitor.get(f"/j/{cities.CODE}/").text
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert len(links) > 20
    assert [link for link in links if not link.startswith(f"/j/{cities.CODE}/")] == []


def test_an_act_without_the_pages_own_proof_is_refused(town: City, dispatcher: FlaskClient):
    number = town.report()["case"]["number"]
    refused = dispatcher.post(f"/dispatch/{number}/faire/accept", data={"version": "1"})
    assert refused.status_code == 403
    page = dispatcher.get(f"/dispatch/{number}").text
    version = re.search(r'data-version="(\d+)"', page)
    assert version
    form = {"version": version.group(1), "csrf": csrf_of(page)}
    assert dispatcher.post(f"/dispatch/{number}/faire/accept", data=form).status_code == 303


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Près d’une limite\u00a0:"), ("en", "Near a boundary:")]
)
def test_a_case_near_a_boundary_says_where_else_it_may_be(
    town: City, dispatcher: FlaskClient, language: str, words: str
):
    number = town.report(location=cities.pin(1004, 502))["case"]["number"]
    dispatcher.set_cookie("vigie_lang", language)
    page = html.unescape(dispatcher.get(f"/dispatch/{number}").text)
    line = re.sub(r"<[^>]+>", "", next(each for each in page.splitlines() if words in each))
    space = "\u00a0" if language == "fr" else ""
    assert re.search(rf"\w+ \d\d{space}% · \w+ \d\d{space}%$", line.strip())
    sure = town.report(location=cities.pin(300, 502))["case"]["number"]
    assert words not in dispatcher.get(f"/dispatch/{sure}").text


def test_a_signed_in_person_is_asked_about_duplicates_like_anybody(town: City, dispatcher: FlaskClient):
    town.report()
    lon, lat = cities.at(304, 502)
    page = dispatcher.get(f"/signaler/VOI-NID/lieu/confirmer?lon={lon}&lat={lat}&method=pin")
    assert page.status_code == 200
    assert "Déjà signalé" in page.text


def test_an_act_sent_from_another_site_is_refused(town: City, dispatcher: FlaskClient):
    number = town.report()["case"]["number"]
    page = dispatcher.get(f"/dispatch/{number}").text
    form = {"version": "1", "csrf": csrf_of(page)}
    refused = dispatcher.post(
        f"/dispatch/{number}/faire/accept", data=form, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert refused.status_code == 403


def test_the_desk_and_the_tablet_ask_for_a_sign_in_first(visitor: FlaskClient):
    for address in ("/dispatch", "/dispatch/LC-2026-00001", "/crew", "/crew/LC-2026-00001"):
        sent = visitor.get(address)
        assert sent.status_code == 302
        assert "/connexion" in sent.location


def test_a_crew_sees_only_its_own_cases(town: City, visitor: FlaskClient):
    number = town.report()["case"]["number"]
    form = {"email": f"crew@{cities.CODE}.test", "password": "correct horse battery"}
    assert visitor.post("/connexion", data=form).status_code == 303
    elsewhere = town.report(location=cities.pin(2500, 502))["case"]["number"]
    assert visitor.get(f"/crew/{number}").status_code == 200
    assert visitor.get(f"/crew/{elsewhere}").status_code == 404


def test_a_follow_up_is_never_kept_by_a_cache_nor_told_to_another_site(town: City, visitor: FlaskClient):
    report = town.report()
    page = visitor.get(f"/suivi/{report['number']}/{report['secret']}")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert visitor.get(f"/suivi/{report['number']}/faux").status_code == 404


def test_words_of_a_resident_are_never_markup(town: City, dispatcher: FlaskClient):
    hostile = '<img src=x onerror="alert(1)"> {{ 7 * 7 }}'
    number = town.report(description=hostile)["case"]["number"]
    page = dispatcher.get(f"/dispatch/{number}").text
    assert "<img src=x" not in page
    assert "{{ 7 * 7 }}" in page


def test_reloading_what_an_act_answered_shows_the_case_and_no_error(town: City, dispatcher: FlaskClient):
    number = town.report()["case"]["number"]
    for address in (
        f"/dispatch/{number}/fusionner",
        f"/dispatch/{number}/faire/accept",
        f"/crew/{number}/start",
    ):
        assert dispatcher.get(address, follow_redirects=True).status_code == 200, address


def test_the_map_has_every_case_of_the_view_and_the_list_a_page(
    town: City, dispatcher: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue, "LIMIT", 2)
    numbers = {town.report(location=cities.pin(100 + 60 * i, 500))["case"]["number"] for i in range(4)}
    pins = {"X-Vigie-Part": "pins"}
    listed = dispatcher.get("/dispatch", headers={"X-Vigie-Part": "queue"}).text
    assert listed.count('class="queue-row"') == 2
    shown = dispatcher.get("/dispatch", headers=pins).json or {}
    assert {pin["number"] for pin in shown["pins"]} == numbers
    assert shown["more"] is False
    assert dispatcher.get("/dispatch?view=fermes", headers=pins).json == {"pins": [], "more": False}
    monkeypatch.setattr(queue, "ON_MAP", 3)
    shown = dispatcher.get("/dispatch", headers=pins).json or {}
    assert (len(shown["pins"]), shown["more"]) == (3, True)


def test_a_number_that_nobody_has_still_finds_its_street(visitor: FlaskClient):
    part = visitor.get(
        "/signaler/VOI-NID/lieu?search=9999 rue du Moulin", headers={"X-Vigie-Part": "places"}
    ).text
    assert "rue du Moulin" in part


def test_a_search_is_answered_as_a_part_when_a_script_asks(visitor: FlaskClient):
    part = visitor.get("/signaler?q=trou", headers={"X-Vigie-Part": "found"}).text
    assert "<html" not in part
    assert "Nid-de-poule" in part


def test_public_pages_show_neither_words_nor_persons(town: City, visitor: FlaskClient):
    report = town.report(description="Appelez-moi chez moi", contact=cities.CONTACT)
    page = visitor.get(f"/signalements/{report['case']['number']}").text
    assert "Nid-de-poule" in page
    for private in ("Appelez-moi", *cities.CONTACT.values(), report["secret"]):
        assert private not in page


def test_an_unknown_theme_or_language_changes_nothing(visitor: FlaskClient):
    assert "vigie_theme" not in visitor.post("/affichage", data={"theme": "disco"}).headers.get(
        "Set-Cookie", ""
    )
    assert "vigie_lang" not in visitor.get("/langue/xx").headers.get("Set-Cookie", "")


def test_an_answer_is_told_in_the_words_of_the_service_its_reporter_chose(
    town: City, dispatcher: FlaskClient
):
    number = town.report(service_code="VOI-AFF", answers={"profondeur": "15_50"})["case"]["number"]
    town.report(answers={"taille": "pneu"}, case_number=number)
    page = dispatcher.get(f"/dispatch/{number}").text
    assert "<dd>pneu</dd>" not in page
    assert "<dt>taille</dt>" not in page
    assert "<dt>Quelle est la taille du trou" in page


def test_what_the_law_asks_is_said_before_a_claim_and_stops_nobody(visitor: FlaskClient):
    page = visitor.get("/signaler/CTS-REC").text  # on Monday 4 May 2026
    assert "art. 585" in page
    assert "604.1" in page
    assert "dimanche 19\u00a0avril ou après" in page
    assert 'href="/signaler/CTS-REC/lieu"' in page
    english = visitor.get("/signaler/CTS-REC", headers={"Accept-Language": "en"}).text
    assert "Sunday, April 19 or later" in english
    described = visitor.get("/api/v1/services/CTS-REC", headers={"Accept-Language": "en"}).json
    assert described is not None
    assert described["deadline"] == {"question": "date_evenement", "days": 15}
    assert len(described["read_first"]) == 2
    assert visitor.get("/signaler/INF-GEN").status_code == 302

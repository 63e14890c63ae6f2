"""Who may do what over HTTP: every address × every role, against a table; sealed files; contacts."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
import pytest

from tests.support import city, ground, papers, pictures
from tests.support.caller import Answer, Caller
from tests.support.city import City

COLUMNS = ("citizen", "agent", "dispatcher", "crew", "inspector", "supervisor", "clerk", "admin")
# o: done or read; 401: sign in first; 403: not this role; 404: not there for this role; 409: not now;
# 422: understood and refused. The case is with crew E1, the token's crew.
TABLE = """
                       cit age dis cre ins sup cle adm
GET services             o   o   o   o   o   o   o   o
GET service              o   o   o   o   o   o   o   o
GET districts            o   o   o   o   o   o   o   o
GET search               o   o   o   o   o   o   o   o
GET reverse              o   o   o   o   o   o   o   o
GET nearby               o   o   o   o   o   o   o   o
GET crews              401   o   o   o   o   o   o   o
GET cases              401   o   o   o   o   o   o   o
GET counts             401   o   o   o   o   o   o   o
GET case               401   o   o   o   o   o   o   o
GET ahead              401   o   o   o   o   o   o   o
GET history            401   o   o   o   o   o   o   o
GET sealed             401 404 404 404 404 404   o 404
GET sealed-history     401 404 404 404 404 404   o 404
GET others             401   o   o 404   o   o   o   o
GET photo                o   o   o   o   o   o   o   o
GET home-photo         404   o   o   o   o   o   o   o
GET sealed-photo       404 404 404 404 404 404   o 404
GET document           401   o   o 403   o   o   o 403
GET sealed-document    401 404 404 403 404 404   o 403
GET own-document         o   o   o   o   o   o   o   o
GET others-document    404 404 404 404 404 404 404 404
POST own-documents       o   o   o   o   o   o   o   o
GET tracking             o   o   o   o   o   o   o   o
GET tokens             401 403 403 403 403 403 403   o
GET session              o   o   o   o   o   o   o   o
POST report              o   o   o   o   o   o   o   o
POST on-behalf         401   o   o 403 403   o 403   o
POST by-phone          401   o   o   o   o   o 403   o
POST duplicates          o   o   o   o   o   o   o   o
POST accept            401 403   o 403 403   o 403 403
POST move-sealed       401 404 404 404 404 404 409 404
POST merge             401   .   o 403 403   o 403   .
POST merge-sealed      401 404 404 403 403 404 403 404
POST attach            401   o   o 403 403   o 403   o
DELETE detach          401   o   o 403 403   o 403   o
POST undo              401   .   o 403 403   o 403   .
POST token             401 403 403 403 403 403 403   o
DELETE token           401 403 403 403 403 403 403 404
GET style                o   o   o   o   o   o   o   o
GET density              o   o   o   o   o   o   o   o
GET boundaries         401 403   o 403 403   o 403   o
GET comparison         401 403 404 403 403 404 403 404
POST activation        401 403 403 403 403 404 403 404
GET storms             401   o   o 403   o   o 403   o
POST storm             401 403 403 403 403   o 403   o
POST end-storm         401 403 403 403 403 404 403 404
POST precipitation     401 403 404 403 403 404 403 404
POST passes            401 403 404 403 403 404 403 404
GET surges             401   o   o 403   o   o 403   o
GET surge              401 404 404 403 404 404 403 404
POST confirm           401 404 404 403 403 404 403 404
POST dismiss           401 404 404 403 403 404 403 404
GET resources            o   o   o   o   o   o   o   o
GET availability       404 404 404 404 404 404 404 404
GET seats              404 404 404 404 404 404 404 404
POST quote             404 404 404 404 404 404 404 404
POST booking           404 404 404 404 404 404 404 404
POST estimate            o   o   o   o   o   o   o   o
POST draft-answers     409 409 409 409 409 409 409 409
POST payment           401 409 403 403 403 409 409 403
POST callback          404 404 404 404 404 404 404 404
GET letter             401 404 404 403 404 404 404 404
GET own-letter         404 404 404 404 404 404 404 404
GET calendar           401 404 404 403 404 404 404 404
GET own-calendar       404 404 404 404 404 404 404 404
GET sealed-calendar    401 404 404 403 404 404 404 404
POST relate            401 403 403 403 403 403   o 403
GET workflows          401   o   o   o   o   o   o   o
GET workflow           401   o   o   o   o   o   o   o
GET diagram            401   o   o   o   o   o   o   o
POST check             401 403 403 403 403 403 403   o
POST workflow          401 403 403 403 403 403 403 422
POST undo-surge        401 404 404 403 403 404 403 404
GET duties             401   o   o 403 403   o 403   o
POST duty              401 403 403 403 403   o 403   o
GET escalations        401 403   o 403 403   o 403   o
GET causes             401 403   o 403 403   o 403   o
GET pages              401   o   o 403 403   o 403   o
GET page               401 404 404 404 404 404 403 404
POST page              401 404 404 404 404 404 403 404
GET notices            401   o   o   o   o   o   o   o
POST notices-read      401   o   o   o   o   o   o   o
GET preferences        401   o   o   o   o   o   o   o
PUT preferences        401   o   o   o   o   o   o   o
GET follow             401   o   o   o   o   o   o   o
PUT follow             401   o   o   o   o   o   o   o
DELETE follow          401   o   o   o   o   o   o   o
PUT follow-sealed      401 404 404 404 404 404 422 404
GET thread             401   o   o   o   o   o   o   o
GET thread-sealed      401 404 404 404 404 404   o 404
POST message           401   o   o   o   o   o   o 403
POST message-sealed    401 404 404 404 404 404   o 403
POST thread-read       401   o   o   o   o   o   o   o
GET own-thread           o   o   o   o   o   o   o   o
POST own-message         o   o   o   o   o   o   o   o
GET own-notices          o   o   o   o   o   o   o   o
POST subscription        o   o   o   o   o   o   o   o
GET person             404 404 404 404 404 404 404 404
PUT person             404 404 404 404 404 404 404 404
POST person-read       404 404 404 404 404 404 404 404
POST confirm-wish      404 404 404 404 404 404 404 404
PUT wish               404 404 404 404 404 404 404 404
DELETE wish            404 404 404 404 404 404 404 404
GET templates          401 403 403 403 403 403 403   o
GET template           401 403 403 403 403 403 403   o
POST template          401 403 403 403 403 403 403   o
POST preview           401 403 403 403 403 403 403   o
POST use-template      401 403 403 403 403 403 403   o
GET push-key           404 404 404 404 404 404 404 404
POST push              404 404 404 404 404 404 404 404
DELETE push              o   o   o   o   o   o   o   o
POST sms-status        403 403 403 403 403 403 403 403
POST sms-inbound       403 403 403 403 403 403 403 403
GET unsubscription     404 404 404 404 404 404 404 404
POST unsubscription    404 404 404 404 404 404 404 404
GET webhooks           401 403 403 403 403 403 403   o
POST webhook           401 403 403 403 403 403 403   o
DELETE webhook         401 403 403 403 403 403 403 404
POST enable            401 403 403 403 403 403 403 404
POST replay            401 403 403 403 403 403 403 404
GET triage-rules       401 403   o 403 403   o 403   o
GET triage-version     401 403   o 403 403   o 403   o
POST triage-check      401 403   o 403 403   o 403   o
POST triage-rules      401 403   o 403 403   o 403   o
POST triage-activation 401 403 403 403 403 404 403 404
POST triage-undo       401 403 403 403 403   o 403   o
POST triage-trial      401 403 404 403 403 404 403 404
GET triage-trial       401 403 404 403 403 404 403 404
GET stints             401   o   o   o   o   o   o   o
GET crew-queue         401   o   o   o   o   o   o   o
GET others-queue       401   o   o 404   o   o   o   o
PUT crew-queue         401 403   o 403 403   o 403   o
DELETE crew-queue      401 403   o 403 403   o 403   o
POST stint             401 403 404 403 403 404 403 404
POST stint-end         401 403 404 403 403 404 403 404
GET holds              401 403 403 403 403   o   o 403
POST hold              401 403 403 403 403 403   o 403
POST release           401 403 403 403 403 403 404 403
POST certificate       401 403 403 403 403   o   o 403
GET certificate        404 404 404 404 404 404 404 404
POST recognise         404 404 404 404 404 404 404 404
GET checkpoint           o   o   o   o   o   o   o   o
GET own-data             o   o   o   o   o   o   o   o
GET their-data         401 403 403 403 403 403   o 403
POST erase-theirs      401 403 403 403 403 403 404 403
GET register           401 403 403 403 403   o   o   o
"""
EXPECTED = {
    (name, role): mark
    for line in TABLE.strip().splitlines()[1:]
    for name, (*marks,) in [(" ".join(line.split()[:2]), line.split()[2:])]
    for role, mark in zip(COLUMNS, marks, strict=True)
}
BROWSER = {"endpoint": "https://push.test/1", "keys": {"p256dh": "x", "auth": "x"}}
DAY = "starts_at=2026-05-20T09:00:00Z&ends_at=2026-05-20T12:00:00Z"
SLOT = {"resource": "rien", "starts_at": "2026-05-20T09:00:00Z", "ends_at": "2026-05-20T12:00:00Z"}
PAID = {"amount_cents": 100, "method": "cash", "reference": "R-1"}
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def stage(town: City) -> dict[str, Any]:
    """A town with one case of each sort that rights differ on, and links to undo."""
    here, contact = city.pin(300, 502), {"contact": city.CONTACT}
    sealed_photo = with_photo(town, city.sample("contestation"))
    first = with_photo(town, city.sample("field_work"))
    merged = town.report()["number"]
    town.caller("dispatcher").post(f"/cases/{merged}/merge", {"into": first["number"]})
    home = {"service_code": "DEC-OUB", "answers": town.answers("DEC-OUB"), "location": here, **contact}
    links = town.caller("agent").get(f"/cases/{merged}").json["links"]
    given = town.report(location=city.pin(1100, 502))["number"]
    for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        assert town.caller("dispatcher").move(given, step, **inputs).status_code == 200
    return {
        "given": given,
        "first": first,
        "sealed": sealed_photo,
        "home": with_photo(town, home),
        "others": town.report(location=city.pin(2500, 500)),
        "second": town.report(location=city.pin(700, 502)),
        "more": town.report(case_number=first["number"]),
        "link": links[0]["id"],
        **{family: with_paper(town, family) for family in ("permit", "contestation")},
    }


def with_paper(town: City, family: str) -> dict[str, Any]:
    """Return a report that came with a document."""
    given = {"report": city.sample(family)}
    answer = town.caller().post_form("/reports", given, [], documents=[("plan.pdf", papers.plan())])
    assert answer.status_code == 201, answer.text
    told = dict(answer.json)
    own = town.caller().get(f"/tracking/{told['number']}/{told['secret']}").json["documents"]
    return {**told, "paper": own[0]}


def with_photo(town: City, report: dict[str, Any]) -> dict[str, Any]:
    photos = [("p.jpg", pictures.taken_at())]
    answer = town.caller().post_form("/reports", {"report": report}, photos)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def calls(town: City, stage: dict[str, Any], who: Caller) -> dict[str, Any]:
    """Return what each line of the table asks."""
    lon, lat = city.at(300, 502)
    first, sealed, other = (stage[name]["number"] for name in ("first", "sealed", "others"))
    second, more = stage["second"]["number"], stage["more"]["number"]
    photo = {name: stage[name]["photos"][0]["id"] for name in ("first", "sealed", "home")}
    paper = {family: stage[family]["paper"] for family in ("permit", "contestation")}
    paper_of = f"/tracking/{stage['permit']['number']}/{stage['permit']['secret']}"
    version = town.caller("dispatcher").get(f"/cases/{second}").json["version"]
    accept: dict[str, Any] = {"transition": "accept", "inputs": {}}
    hearing = accept | {"transition": "hold_hearing"}
    report = city.sample("field_work") | {"location": city.pin(900, 600)}
    get, post, put, delete = who.get, who.post, who.put, who.delete
    own = f"/tracking/{first}/{stage['first']['secret']}"
    words = {"subject": "x", "body": "x", "short": "x"}
    texts = {"texts": {"fr": words, "en": words}}
    wish = {"email": "a@example.org", "subject": "service", "code": "VOI-NID"}
    return {
        "GET services": partial(get, "/services"),
        "GET service": partial(get, "/services/VOI-NID"),
        "GET districts": partial(get, "/districts"),
        "GET search": partial(get, "/places/search?q=moulin"),
        "GET reverse": partial(get, f"/places/reverse?lon={lon}&lat={lat}"),
        "GET nearby": partial(get, f"/nearby?lon={lon}&lat={lat}"),
        "GET crews": partial(get, "/crews"),
        "GET cases": partial(get, "/cases"),
        "GET counts": partial(get, "/cases/counts"),
        "GET case": partial(get, f"/cases/{first}"),
        "GET ahead": partial(get, f"/cases/{first}/ahead"),
        "GET history": partial(get, f"/cases/{first}/history"),
        "GET sealed": partial(get, f"/cases/{sealed}"),
        "GET sealed-history": partial(get, f"/cases/{sealed}/history"),
        "GET others": partial(get, f"/cases/{other}"),
        "GET photo": partial(get, f"/photos/{photo['first']}"),
        "GET home-photo": partial(get, f"/photos/{photo['home']}"),
        "GET sealed-photo": partial(get, f"/photos/{photo['sealed']}"),
        "GET document": partial(get, f"/documents/{paper['permit']['id']}"),
        "GET sealed-document": partial(get, f"/documents/{paper['contestation']['id']}"),
        "GET own-document": partial(get, f"{paper_of}/documents/{paper['permit']['id']}"),
        "GET others-document": partial(get, f"{paper_of}/documents/{paper['contestation']['id']}"),
        "POST own-documents": partial(
            who.post_form, f"{paper_of}/documents", {}, [], documents=[("plan.pdf", papers.plan())]
        ),
        "GET tracking": partial(get, f"/tracking/{first}/{stage['first']['secret']}"),
        "GET tokens": partial(get, "/tokens"),
        "GET session": partial(get, "/session"),
        "POST report": partial(post, "/reports", report),
        "POST on-behalf": partial(post, "/reports", report | {"on_behalf": True}),
        "POST by-phone": partial(post, "/reports", report | {"channel": "phone"}),
        "POST duplicates": partial(post, "/duplicates", report),
        "POST accept": partial(post, f"/cases/{second}/transitions", accept, If_Match=f'"v{version}"'),
        "POST move-sealed": partial(post, f"/cases/{sealed}/transitions", hearing, If_Match='"v1"'),
        "POST merge": partial(post, f"/cases/{second}/merge", {"into": first}),
        "POST merge-sealed": partial(post, f"/cases/{second}/merge", {"into": sealed}),
        "POST attach": partial(post, f"/cases/{second}/reports", {"report_number": more}),
        "DELETE detach": partial(delete, f"/cases/{first}/reports/{more}"),
        "POST undo": partial(post, f"/links/{stage['link']}/undo"),
        "POST token": partial(post, "/tokens", {"label": "x", "role": "agent"}),
        "DELETE token": partial(delete, f"/tokens/{NOBODY}"),
        "GET style": partial(get, "/map/style.json"),
        "GET density": partial(get, "/density?service=VOI-NID"),
        "GET boundaries": partial(get, "/boundary-sets"),
        "GET comparison": partial(get, "/boundary-sets/999/comparison"),
        "POST activation": partial(post, "/boundary-sets/999/activation", {}),
        "GET storms": partial(get, "/storms"),
        "POST storm": partial(post, "/storms", {"name": "Neige"}),
        "POST end-storm": partial(post, "/storms/999/end", {}),
        "POST precipitation": partial(post, "/storms/999/precipitation", {}),
        "POST passes": partial(post, "/storms/999/passes", {"passes": []}),
        "GET surges": partial(get, "/surges"),
        "GET surge": partial(get, f"/surges/{NOBODY}"),
        "POST confirm": partial(post, f"/surges/{NOBODY}/confirm", {}),
        "POST dismiss": partial(post, f"/surges/{NOBODY}/dismiss", {}),
        "GET resources": partial(get, "/resources"),
        "GET availability": partial(get, f"/resources/rien/availability?{DAY}"),
        "GET seats": partial(get, "/resources/rien/seats"),
        "POST quote": partial(post, "/bookings/quote", {"resource": "rien"}),
        "POST booking": partial(post, "/bookings", {"report": report, "slot": SLOT}),
        "POST estimate": partial(post, "/fee-estimates", {"service_code": "PER-REN"}),
        "POST draft-answers": partial(
            post, f"/tracking/{first}/{stage['first']['secret']}/answers", {"answers": {}}
        ),
        "POST payment": partial(post, f"/cases/{first}/payments", PAID),
        "POST callback": partial(post, "/payments/callback", PAID),
        "GET letter": partial(get, f"/cases/{first}/letters/{NOBODY}"),
        "GET own-letter": partial(get, f"/tracking/{first}/{stage['first']['secret']}/letters/{NOBODY}"),
        "GET calendar": partial(get, f"/cases/{first}/calendar.ics"),
        "GET own-calendar": partial(get, f"/tracking/{first}/{stage['first']['secret']}/calendar.ics"),
        "GET sealed-calendar": partial(get, f"/cases/{sealed}/calendar.ics"),
        "POST relate": partial(post, f"/cases/{sealed}/related", {"case_number": first}, If_Match="*"),
        "GET workflows": partial(get, "/workflows"),
        "GET workflow": partial(get, "/workflows/field_work"),
        "GET diagram": partial(get, "/workflows/field_work/diagram.svg"),
        "POST check": partial(post, "/workflows/field_work/check", {"text": "family: field_work"}),
        "POST workflow": partial(post, "/workflows/field_work", {"text": "family: field_work"}),
        "POST undo-surge": partial(post, f"/surges/{NOBODY}/undo", {}),
        "GET duties": partial(get, "/duties"),
        "POST duty": partial(
            post, "/duties",
            {"domain": "roads", "rank": "first", "starts_on": "2026-05-01", "name": "Luc", "phone": "911"},
        ),
        "GET escalations": partial(get, "/escalations"),
        "GET causes": partial(get, "/causes"),
        "GET pages": partial(get, "/pages"),
        "GET page": partial(get, f"/pages/{NOBODY}"),
        "POST page": partial(post, f"/pages/{NOBODY}/acknowledge", {}),
        "GET notices": partial(get, "/notices"),
        "POST notices-read": partial(post, "/notices/read", {}),
        "GET preferences": partial(get, "/preferences"),
        "PUT preferences": partial(put, "/preferences", {}),
        "GET follow": partial(get, f"/cases/{first}/follow"),
        "PUT follow": partial(put, f"/cases/{first}/follow"),
        "DELETE follow": partial(delete, f"/cases/{first}/follow"),
        "PUT follow-sealed": partial(put, f"/cases/{sealed}/follow"),
        "GET thread": partial(get, f"/cases/{first}/messages"),
        "GET thread-sealed": partial(get, f"/cases/{sealed}/messages"),
        "POST message": partial(post, f"/cases/{first}/messages", {"text": "Bonjour"}),
        "POST message-sealed": partial(post, f"/cases/{sealed}/messages", {"text": "Bonjour"}),
        "POST thread-read": partial(post, f"/cases/{first}/messages/read"),
        "GET own-thread": partial(get, f"{own}/messages"),
        "POST own-message": partial(post, f"{own}/messages", {"text": "Bonjour"}),
        "GET own-notices": partial(get, f"{own}/notices"),
        "POST subscription": partial(post, "/subscriptions", wish),
        "GET person": partial(get, "/people/x"),
        "PUT person": partial(put, "/people/x/preferences", {}),
        "POST person-read": partial(post, "/people/x/read", {}),
        "POST confirm-wish": partial(post, f"/people/x/subscriptions/{NOBODY}/confirm"),
        "PUT wish": partial(put, f"/people/x/subscriptions/{NOBODY}", {"digest": True}),
        "DELETE wish": partial(delete, f"/people/x/subscriptions/{NOBODY}"),
        "GET templates": partial(get, "/notice-templates"),
        "GET template": partial(get, "/notice-templates/common.receipt"),
        "POST template": partial(post, "/notice-templates/common.receipt/versions", texts),
        "POST preview": partial(
            post, "/notice-templates/common.receipt/preview", texts | {"case_number": first}
        ),
        "POST use-template": partial(post, "/notice-templates/common.receipt/activation", {"version": 0}),
        "GET push-key": partial(get, "/push/key"),  # no keys were made for this town
        "POST push": partial(post, f"/tracking/{first}/{stage['first']['secret']}/push", BROWSER),
        "DELETE push": partial(delete, f"/tracking/{first}/{stage['first']['secret']}/push?endpoint=x"),
        "POST sms-status": partial(post, "/sms/status/x"),
        "POST sms-inbound": partial(post, "/sms/inbound"),
        "GET unsubscription": partial(get, "/unsubscriptions/x"),
        "POST unsubscription": partial(post, "/unsubscriptions/x"),
        "GET webhooks": partial(get, "/webhooks"),
        "POST webhook": partial(post, "/webhooks", {"url": "https://exemple.test/"}),
        "DELETE webhook": partial(delete, f"/webhooks/{NOBODY}"),
        "POST enable": partial(post, f"/webhooks/{NOBODY}/enable"),
        "POST replay": partial(post, f"/webhooks/{NOBODY}/replay", {"since": "2026-05-04T00:00:00Z"}),
        "GET triage-rules": partial(get, "/triage/rules"),
        "GET triage-version": partial(get, "/triage/rules/0"),
        "POST triage-check": partial(post, "/triage/rules/check", {"written": ground.RULES}),
        "POST triage-rules": partial(post, "/triage/rules", {"written": ground.RULES}),
        "POST triage-activation": partial(post, "/triage/rules/999/activation", {}),
        "POST triage-undo": partial(post, "/triage/activations/undo", {}),
        "POST triage-trial": partial(post, "/triage/trials", {"rules": 999}),
        "GET triage-trial": partial(get, f"/triage/trials/{NOBODY}"),
        "GET stints": partial(get, "/crews/E1/stints"),
        "GET crew-queue": partial(get, "/crews/E1/queue"),
        "GET others-queue": partial(get, "/crews/E2/queue"),
        "PUT crew-queue": partial(put, "/crews/E1/queue", {"cases": [stage["given"]], "reason": "Tôt"}),
        "DELETE crew-queue": partial(delete, "/crews/E1/queue"),
        "POST stint": partial(post, "/crews/NOPE/stints", {"starts_at": town.clock.now.isoformat()}),
        "POST stint-end": partial(post, f"/crews/E1/stints/{NOBODY}/end", {}),
        "GET holds": partial(get, "/holds"),
        "POST hold": partial(post, "/holds", {"case_number": first, "reason": "Réclamation"}),
        "POST release": partial(post, f"/holds/{NOBODY}/release", {}),
        "POST certificate": partial(post, "/certificates", {"lon": lon, "lat": lat, "to": "2026-06-01"}),
        "GET certificate": partial(get, "/certificates/AAAA-AAAA-AAAA-AAAA"),
        "POST recognise": partial(post, "/certificates/recognise", b"%PDF", Content_Type="application/pdf"),
        "GET checkpoint": partial(get, "/checkpoint"),
        "GET own-data": partial(get, f"/tracking/{first}/{stage['first']['secret']}/data"),
        "GET their-data": partial(get, f"/reports/{first}/data"),
        "POST erase-theirs": partial(post, "/reports/LC-1999-00001/erasure", {"reason": "Sur demande"}),
        "GET register": partial(get, "/privacy/runs"),
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted({name for name, _ in EXPECTED}))
def test_each_address_answers_each_role_as_the_table_says(town: City, stage, name):
    for role in COLUMNS:
        answer: Answer = calls(town, stage, town.caller(role))[name]()
        mark = EXPECTED[name, role]
        if mark == "o":
            assert answer.status_code in (200, 201, 202, 204), (role, answer.text)
            put_back(town, stage, name, answer)
        elif mark == ".":  # the workflow's table lets only dispatchers and supervisors join cases
            assert (answer.status_code, answer.json["type"]) == (403, "/problems/role-not-allowed"), role
        else:
            assert answer.status_code == int(mark), (role, answer.text)
            assert answer.content_type == "application/problem+json"
        answer.close()


def test_the_table_leaves_no_address_out(town: City, stage):
    addresses = town.app.url_map.bind("localhost")
    tried = set()
    for name, call in calls(town, stage, town.caller()).items():
        method, path = name.split()[0], f"/api/v1{call.args[0].partition('?')[0]}"
        tried.add((addresses.match(path, method)[0], method))
    offered = {
        (rule.endpoint, method)
        for rule in town.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    }
    elsewhere = {
        ("api-accounts.sign_in", "POST"),
        ("api-accounts.sign_out", "DELETE"),
        ("api-tracking.move_tracked", "POST"),
        ("api-privacy.erase_own", "DELETE"),
    }
    assert offered - tried == elsewhere


def put_back(town: City, stage: dict[str, Any], name: str, answer: Answer) -> None:
    """Undo what one role was allowed, so that the next meets the same."""
    dispatcher = town.caller("dispatcher")
    if name == "POST accept":
        stage["second"] = town.report(location=city.pin(700, 502))
    elif name in ("POST merge", "POST attach", "DELETE detach"):
        undone = dispatcher.post(answer.json["undo"].removeprefix("/api/v1"))
        assert undone.status_code == 200, undone.text
    elif name == "POST triage-undo":
        with town.session() as session:
            ground.follow_rules(session)
    elif name == "POST undo":
        a, b = town.report()["number"], town.report()["number"]
        stage["link"] = dispatcher.post(f"/cases/{a}/merge", {"into": b}).json["id"]


def test_a_sealed_file_is_nowhere_for_anybody_but_the_clerk(town: City):
    sealed = town.report("contestation", description="Introuvable")["number"]
    town.report()
    for role in COLUMNS[1:]:
        who = town.caller(role)
        lists = [
            who.get(path, Accept=accept).data
            for accept in ("application/json", "application/geo+json")
            for path in (
                "/cases",
                f"/cases?q={sealed}",
                "/cases?q=introuvable",
                "/cases?service=CTS-CON",
                "/cases?order=due&open=true",
            )
        ]
        seen = any(sealed.encode() in each for each in lists)
        assert seen == (role == "clerk"), role
        assert who.get("/cases/counts").json["open"] == {"clerk": 2}.get(role, 1)


def test_contacts_are_read_by_those_who_answer_people_only(town: City):
    number = town.report(contact=city.CONTACT)["number"]
    may = {"agent", "dispatcher", "inspector", "supervisor"}
    for role in COLUMNS[1:]:
        told = town.caller(role).get(f"/cases/{number}")
        assert ("ana@example.org" in told.text) == (role in may), role
        assert told.json["reports"][0]["contactable"] is True
        assert "ana@example.org" not in town.caller(role).get(f"/cases/{number}/history").text
        assert "ana@example.org" not in town.caller(role).get("/cases").text


def test_what_everyone_sees_near_by_has_nobodys_words(town: City):
    town.report(description="Mes mots", contact=city.CONTACT)
    home = {"service_code": "DEC-OUB", "answers": town.answers("DEC-OUB"), "location": city.pin(300, 502)}
    town.caller().post("/reports", home)
    lon, lat = city.at(300, 502)
    told = town.caller().get(f"/nearby?lon={lon}&lat={lat}").json["cases"]
    assert [each["service"]["code"] for each in told] == ["VOI-NID"]
    said = orjson.dumps(told).decode()
    assert "Mes mots" not in said
    assert "ana@" not in said

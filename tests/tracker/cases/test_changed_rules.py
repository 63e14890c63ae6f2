"""A catalogue or a workflow that changes under running cases: each goes on by what it began with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import database as databases
from tests.support.city import City
from tests.support.deeds import case, merge, ok
from tracker import definitions
from tracker.cases import families
from tracker.catalogue import files
from tracker.catalogue import service as catalogue
from tracker.catalogue.definitions import Catalogue


@pytest.fixture
def own(database_server, tmp_path: Path) -> Iterator[City]:
    """A town of the test's own, whose rules it may change."""
    name = f"{databases.CLONE}{os.getpid()}_rules"
    with databases.clone(database_server, name) as mine, cities.opened(mine, tmp_path) as city:
        yield city


def reload_workflows(town: City, folder: Path) -> dict[str, int]:
    with town.session() as session:
        return families.load(session, folder)


def reload_catalogue(town: City, changed: Catalogue) -> None:
    with town.session() as session:
        catalogue.load(session, changed)


def version_of(town: City, number: str) -> int:
    with town.session() as session:
        found = session.execute(
            text('SELECT workflow_version FROM "case" WHERE number = :number'), {"number": number}
        )
        return int(found.scalar_one())


def test_the_same_workflows_again_change_nothing(own: City):
    first = reload_workflows(own, definitions.WORKFLOWS)
    assert set(first.values()) == {1}
    assert reload_workflows(own, definitions.WORKFLOWS) == first


def test_a_changed_workflow_is_for_new_cases_and_old_ones_keep_theirs(own: City, tmp_path: Path):
    old = own.report()["number"]
    folder = Path(shutil.copytree(definitions.WORKFLOWS, tmp_path / "workflows"))
    file = folder / "field_work.yaml"
    changed = file.read_text(encoding="utf-8").replace("label: {fr: Reçue, en: Received}",
                                                       "label: {fr: Arrivée, en: Arrived}")  # fmt: skip
    file.write_text(changed.replace("label: {fr: Accepter, en: Accept}", "label: {fr: Prendre, en: Take}"))
    assert reload_workflows(own, folder)["field_work"] == 2
    new = own.report(location=cities.pin(700, 502))["number"]
    assert (version_of(own, old), version_of(own, new)) == (1, 2)
    assert (case(own, old)["status_label"], case(own, new)["status_label"]) == ("Reçue", "Arrivée")
    dispatcher = own.caller("dispatcher")
    for number in (old, new):
        assert ok(dispatcher.move(number, "accept"))["status"] == "accepted"
    assert merge(own, old, new).status_code == 200


def test_a_service_that_is_withdrawn_leaves_its_cases_workable(own: City):
    first = own.report()
    more = own.report(case_number=first["number"])
    listed = files.read_folder(definitions.DATA / "catalogue")
    kept = tuple(service for service in listed.services if service.code != "VOI-NID")
    reload_catalogue(own, replace(listed, services=kept))
    number = first["number"]
    refused = own.caller().post("/reports", cities.sample("field_work"))
    assert refused.json["type"] == "/problems/unknown-service"
    assert own.caller().get("/services/VOI-NID").status_code == 404
    read = case(own, number)
    assert read["service"] == {"code": "VOI-NID", "name": "VOI-NID", "group": "VOI"}
    assert [each["number"] for each in ok(own.caller("agent").get("/cases"))["cases"]] == [number]
    ok(own.caller("dispatcher").move(number, "accept"))
    split = own.caller("dispatcher").delete(f"/cases/{number}/reports/{more['number']}")
    assert split.status_code == 200, split.text
    sidewalk = {
        "service_code": "VOI-TRO",
        "answers": own.answers("VOI-TRO"),
        "location": cities.pin(300, 502),
    }
    shown = own.caller().post("/duplicates", sidewalk)
    assert shown.status_code == 200
    attached = own.caller("agent").post("/reports", sidewalk | {"case_number": number})
    assert attached.status_code == 201, attached.text
    assert ok(own.caller("dispatcher").move(number, "requalify", service_code="VOI-TRO"))["version"] > 1


def test_a_promise_that_changes_does_not_reach_back(own: City):
    number = own.report(location=cities.pin(501, 300))["number"]
    due = case(own, number)["resolve_by"]
    listed = files.read_folder(definitions.DATA / "catalogue")
    hurried = tuple(
        replace(service, standards=tuple(replace(each, amount=1, unit="elapsed_h", when=())
                                         for each in service.standards))
        if service.code == "VOI-NID"
        else service
        for service in listed.services
    )  # fmt: skip
    reload_catalogue(own, replace(listed, services=hurried))
    assert case(own, number)["resolve_by"] == due
    fresh = own.report(location=cities.pin(501, 700))
    assert fresh["case"]["resolve_by"] < due

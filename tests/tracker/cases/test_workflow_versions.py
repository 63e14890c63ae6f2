"""Editing a workflow without code: mistakes by line, what changes, running cases that keep their own."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.support import city as cities
from tests.support.city import City
from tests.support.deeds import ok
from tracker import definitions
from tracker.cases import effects, families, jobs
from tracker.cli.workflow import workflow

WRITTEN = (definitions.WORKFLOWS / "question.yaml").read_text(encoding="utf-8")
# The same family, in which nobody but the clerk answers.
STRICTER = WRITTEN.replace("roles: [agent, clerk, dispatcher]", "roles: [clerk]")


@pytest.fixture
def editing(town: City) -> Iterator[City]:
    """The town, whose workflows are put back afterwards: the other tests share it."""
    yield town
    with town.session() as session:
        session.execute(text("DELETE FROM workflow_version WHERE version > 1"))
        session.execute(text("UPDATE workflow_version SET active = true"))


def test_a_running_case_keeps_its_table_and_a_new_one_has_the_new(editing: City):
    town = editing
    running = town.report("question")["number"]
    told = ok(town.caller("admin").post("/workflows/question", {"text": STRICTER}))
    assert told["version"] == 2
    assert told["keeping"] == 1
    fresh = town.report("question")["number"]
    agent = town.caller("agent")
    assert "answer" not in [each["name"] for each in agent.get(f"/cases/{fresh}").json["transitions"]]
    assert agent.move(fresh, "answer", answer="Le mardi.").json["type"] == "/problems/role-not-allowed"
    ok(agent.move(running, "answer", answer="Le mardi."))
    listed = ok(agent.get("/workflows/question"))
    counted = [(each["version"], each["active"], each["open_cases"]) for each in listed["versions"]]
    assert counted == [(2, True, 1), (1, False, 0)]
    old = ok(agent.get("/workflows/question?version=1"))
    roles = {each["name"]: each["roles"] for each in old["transitions"]}
    assert "agent" in roles["answer"]


def test_loading_the_same_again_makes_no_version(editing: City):
    admin = editing.caller("admin")
    told = ok(admin.post("/workflows/question", {"text": WRITTEN}))
    assert (told["version"], told["changes"]) == (1, [])


def test_what_changes_is_told_before_anything_is_stored(editing: City):
    told = ok(editing.caller("admin").post("/workflows/question/check", {"text": STRICTER}))
    assert told["sound"] is True
    assert told["changes"] == [
        {"kind": "changed", "what": "transition", "name": "answer", "fields": ["roles"]}
    ]
    assert ok(editing.caller("admin").get("/workflows/question"))["version"] == 1


def test_every_mistake_is_named_with_its_line(editing: City):
    wrong = WRITTEN.replace("tone: received", "tone: pink", 1).replace("open311: open", "open311: maybe", 2)
    answer = editing.caller("admin").post("/workflows/question", {"text": wrong})
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/definition-refused")
    lines = wrong.splitlines()
    for mistake in answer.json["mistakes"]:
        field = mistake["place"].rpartition(".")[2]
        assert lines[mistake["line"] - 1].strip().startswith(field + ":"), mistake
    assert [each["place"] for each in answer.json["mistakes"]] == [
        "states.received.tone",
        "states.with_agent.open311",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "family: question",
        "- a list",
        "a: &x [1]\nb: *x",
        "family: [",
        WRITTEN.replace("family: question", "family: booking"),
        WRITTEN.replace("job: open_converted_case", "job: send_a_rocket"),
        WRITTEN.replace("to: closed", "to: nowhere", 1),
        WRITTEN.replace("guards: [new_service]", "guards: [old_service]", 1),
        "\u0000",
        "a: " * 2000,
    ],
)
def test_what_cannot_serve_is_refused_and_nothing_changes(editing: City, wrong):
    before = editing.counts()
    answer = editing.caller("admin").post("/workflows/question", {"text": wrong})
    assert answer.status_code == 422, answer.text
    assert editing.counts() == before


def test_the_clerks_family_cannot_be_unsealed_by_a_file(editing: City):
    opened = (definitions.WORKFLOWS / "contestation.yaml").read_text(encoding="utf-8")
    opened = opened.replace("visibility: sealed", "visibility: private")
    told = ok(editing.caller("admin").post("/workflows/contestation/check", {"text": opened}))
    assert [each["place"] for each in told["mistakes"]] == ["visibility"]


def test_a_family_that_a_town_seals_is_hidden_from_then_on_and_before(editing: City):
    town = editing
    number = town.report("question")["number"]
    sealed = WRITTEN.replace("visibility: private", "visibility: sealed")
    ok(town.caller("admin").post("/workflows/question", {"text": sealed}))
    assert town.caller("agent").get(f"/cases/{number}").status_code == 404
    assert town.caller("agent").get("/cases/counts").json["open"] == 0
    assert town.caller("clerk").get("/cases/counts").json["open"] == 1


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("family", definitions.FAMILIES)
def test_a_drawing_shows_every_status_and_says_every_move(town: City, family, language):
    answer = town.caller("crew", language=language).get(f"/workflows/{family}/diagram.svg")
    assert answer.content_type == "image/svg+xml"
    root = ElementTree.fromstring(answer.data)
    machine = definitions.workflows()[family]
    drawn = [each for each in root.iter() if each.get("class") == "state"]
    assert len(drawn) >= len(machine.states)
    described = root.findtext("{http://www.w3.org/2000/svg}desc") or ""
    for number, one in enumerate(machine.transitions.values(), 1):
        assert f"{number}. {one.label.said_in(language)}:" in described


def test_a_definition_read_back_loads_as_itself(town: City):
    for family in definitions.FAMILIES:
        told = ok(town.caller("admin").get(f"/workflows/{family}"))
        assert definitions.read_text(told["text"]) == definitions.read_mapping(
            definitions.WORKFLOWS / f"{family}.yaml"
        )
        checked = ok(town.caller("admin").post(f"/workflows/{family}/check", {"text": told["text"]}))
        assert (checked["sound"], checked["changes"]) == (True, [])


def test_every_job_that_a_definition_may_name_is_done():
    assert set(jobs.JOBS) == set(effects.EFFECTS)


def test_an_operator_checks_compares_draws_and_loads_a_file(editing: City, tmp_path, monkeypatch):
    town = editing
    monkeypatch.setenv("VIGIE_DATABASE_URL", town.place.settings.database_url)
    monkeypatch.setenv("VIGIE_OWNER_DATABASE_URL", town.place.settings.owner_url)
    monkeypatch.setenv("LANG", "en")
    path = tmp_path / "question.yaml"
    path.write_text(STRICTER, encoding="utf-8")
    run = CliRunner()
    assert "question: 7 states" in run.invoke(workflow, ["check", str(path)]).stdout
    said = run.invoke(workflow, ["diff", str(path), "--jurisdiction", cities.CODE])
    assert said.stdout == "changed\ttransition\tanswer\troles\n"
    original = str(definitions.WORKFLOWS / "question.yaml")
    assert run.invoke(workflow, ["diff", str(path), "--with", original]).stdout == said.stdout
    assert run.invoke(workflow, ["diagram", str(path)]).stdout.startswith("<svg")
    assert "stateDiagram" in run.invoke(workflow, ["diagram", str(path), "--mermaid"]).stdout
    tried = run.invoke(workflow, ["load", str(path), "--jurisdiction", cities.CODE, "--dry-run"])
    assert tried.exit_code == 0, tried.output
    with town.session() as session:
        assert families.current(session).active["question"] == 1
    done = run.invoke(workflow, ["load", str(path), "--jurisdiction", cities.CODE])
    assert "version 2 in service" in done.stderr
    path.write_text(STRICTER.replace("tone: hold", "tone: pink").replace("open: true", "open: 3", 1))
    refused = run.invoke(workflow, ["check", str(path)])
    assert refused.exit_code == 1
    assert "question.yaml:13: states.received.open: must be true or false" in refused.stderr

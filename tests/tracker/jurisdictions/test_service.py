"""Towns are made whole, listed, migrated and dropped without a trace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text

from tests.support import towns
from tests.support.towns import Place
from tracker import db
from tracker.cli import main
from tracker.jurisdictions import errors, service
from tracker.jurisdictions.service import Town
from tracker.models import Base


@pytest.fixture
def empty(new_database, tmp_path) -> Iterator[Place]:
    with towns.opened(new_database(), tmp_path) as opened:
        yield opened


def role(place: Place) -> str:
    return service.app_role_of(place.settings.database_url)


def test_a_town_has_every_table_and_drops_without_a_trace(empty):
    towns.found(empty, "aube")
    assert set(inspect(empty.owner).get_table_names("j_aube")) >= set(Base.metadata.tables)
    assert [town.code for town in service.listing(empty.app)] == ["aube"]
    service.drop(empty.owner, "aube")
    assert "j_aube" not in inspect(empty.owner).get_schema_names()
    assert service.listing(empty.owner) == []
    towns.found(empty, "aube")


def test_a_town_made_again_is_not_taken_for_the_one_before(empty):
    towns.found(empty, "aube")
    with db.transaction(empty.app, "aube") as session:
        before = db.selected(session).revision
    service.drop(empty.owner, "aube")
    towns.found(empty, "aube")
    with db.transaction(empty.app, "aube") as session:
        assert db.selected(session).revision > before


def test_a_town_that_fails_leaves_nothing_behind(empty):
    taken = Town(code="brume", name="Brume", prefix="BR", hosts=("aube.test",))
    towns.found(empty, "aube")
    with pytest.raises(Exception, match="host_pkey"):
        service.create(empty.owner, taken, app_role=role(empty))
    assert "j_brume" not in inspect(empty.owner).get_schema_names()
    assert [town.code for town in service.listing(empty.owner)] == ["aube"]


def test_a_town_cannot_be_made_twice(empty):
    towns.found(empty, "aube")
    with pytest.raises(errors.JurisdictionExists):
        towns.found(empty, "aube")


@pytest.mark.parametrize("code", ["", "a", "Aube", "1aube", "a-b", "a b", "x" * 41, "aube'", "é" * 3])
def test_a_code_is_a_plain_word(code):
    with pytest.raises(errors.CodeInvalid):
        Town(code=code, name="x", prefix="X")


def test_dropping_what_is_not_there_is_told(empty):
    with pytest.raises(db.JurisdictionUnknown):
        service.drop(empty.owner, "nowhere")


def test_migrating_again_changes_nothing_and_names_every_town(empty):
    for code in ("aube", "brume"):
        towns.found(empty, code)
    told: list[str] = []
    service.migrate(empty.owner, app_role=role(empty), tell=told.append)
    assert told == ["aube", "brume"]


@pytest.fixture
def command(empty, monkeypatch):
    monkeypatch.setenv("VIGIE_DATABASE_URL", empty.settings.database_url)
    monkeypatch.setenv("VIGIE_OWNER_DATABASE_URL", empty.settings.owner_url)
    monkeypatch.setenv("LANG", "en_CA.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, given: str | None = None):
        return CliRunner().invoke(main, arguments, input=given)

    return run


def test_towns_are_managed_from_the_command_line(command, empty):
    made = command(
        "jurisdiction", "create", "aube", "--name", "Aube", "--prefix", "AU", "--host", "aube.test"
    )
    assert (made.exit_code, made.stdout) == (0, "")
    assert command("jurisdiction", "list").stdout == "aube\tAube\tj_aube\n"
    assert command("jurisdiction", "migrate").exit_code == 0
    again = command("jurisdiction", "create", "aube", "--name", "Aube", "--prefix", "AU")
    assert (again.exit_code, again.stderr) == (1, "vigie: “aube” exists already.\n")
    bad = command("jurisdiction", "create", "A B", "--name", "x", "--prefix", "X")
    assert "lower-case letters" in bad.stderr


def test_dropping_asks_first_and_can_only_tell(command, empty):
    towns.found(empty, "aube")
    assert "would be deleted" in command("jurisdiction", "drop", "aube", "--dry-run").stderr
    assert command("jurisdiction", "drop", "aube", given="n\n").exit_code == 1
    assert len(service.listing(empty.owner)) == 1
    assert command("jurisdiction", "drop", "aube", "--yes").exit_code == 0
    assert service.listing(empty.owner) == []
    gone = command("jurisdiction", "drop", "aube", "--yes")
    assert (gone.exit_code, gone.stderr) == (1, "vigie: No municipality “aube”.\n")


def test_accounts_are_managed_from_the_command_line(command, empty):
    towns.found(empty, "aube")
    options = ("--name", "Ada", "--jurisdiction", "aube", "--role")
    made = command("account", "create", "ada@aube.test", *options, "admin", given="correct horse battery\n")
    assert made.exit_code == 0, made.stderr
    for arguments, given, told in (
        (("create", "ada@aube.test", *options, "admin"), "correct horse battery\n", "already"),
        (("create", "bob@aube.test", *options, "admin"), "short\n", "10 characters"),
        (("create", "bob@aube.test", *options, "crew"), "correct horse battery\n", "names its crew"),
        (("password", "nobody@aube.test"), "correct horse battery\n", "No member"),
        (("disable", "nobody@aube.test"), None, "No member"),
        (("token", "x", "--jurisdiction", "nowhere", "--role", "agent"), None, "No municipality"),
    ):
        refused = command("account", *arguments, given=given)
        assert refused.exit_code == 1
        assert told in refused.stderr
    secret = command("account", "token", "x", "--jurisdiction", "aube", "--role", "agent").stdout.strip()
    assert secret.startswith("vigie_")
    client = towns.application(empty, towns.FakeClock()).test_client()
    body = {"email": "ada@aube.test", "password": "correct horse battery"}
    assert client.post("/api/v1/session", json=body).status_code == 201
    assert command("account", "password", "ada@aube.test", given="battery staple horse\n").exit_code == 0
    assert client.post("/api/v1/session", json=body).status_code == 401
    assert command("account", "disable", "ada@aube.test").exit_code == 0
    with empty.owner.begin() as connection:
        kept = connection.execute(text("SELECT email, disabled_at IS NOT NULL FROM vigie.staff")).all()
    assert kept == [("ada@aube.test", True)]

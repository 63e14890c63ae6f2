"""A mistake in a catalogue file is told with its file, entry and field, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.catalogue import check, errors, files
from tracker.catalogue.errors import CatalogueMistake

GROUPS = """\
groups:
  VOI: {fr: Voies, en: Roads}
  DEN: {fr: Neige, en: Snow}
"""
VOCABULARY = """\
departments:
  TP: {fr: Travaux publics, en: Public works}
skills:
  pav: {fr: Pavage, en: Paving}
asset_kinds:
  tree: {fr: Arbre, en: Tree}
"""
SERVICES = """\
group: VOI
services:
  VOI-NID:
    name: {fr: Nid-de-poule, en: Pothole}
    description: {fr: Un trou dans la rue., en: A hole in the street.}
    keywords: {fr: [trou], en: [hole]}
    priority: 2
    workflow: field_work
    department: TP
    skill: pav
    duration_min: 20
    location: {kind: point, snap: segment}
    questions:
      taille:
        label: {fr: "Quelle taille ?", en: "How big?"}
        datatype: singlevaluelist
        required: true
        options:
          pneu: {fr: Comme un pneu, en: Like a tire}
          15_50: {fr: De 15 à 50 cm, en: 15 to 50 cm}
          no: {fr: Non, en: No way}
    standards:
      respond: {amount: 24, unit: elapsed_h}
      resolve:
        - {amount: 48, unit: elapsed_h, when: {road_class: [artery]}}
        - {amount: 2, unit: business_days, when: {answer.taille: [15_50]}}
        - {amount: 5, unit: business_days}
    duplicates: {radius_m: 25, same: [segment], combine: all, window_h: until_closed}
    open311: true
    public_map: true
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    path: Path

    def write(self, **texts: str) -> "Folder":
        for name, text in texts.items():
            (self.path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return self

    def mistakes(self) -> tuple[CatalogueMistake, ...]:
        with pytest.raises(errors.CatalogueInvalid) as caught:
            files.read_folder(self.path)
        return caught.value.mistakes


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(path=tmp_path).write(groups=GROUPS, vocabulary=VOCABULARY, roads=SERVICES)


def edited(old: str, new: str, text: str = SERVICES) -> str:
    assert text.count(old) == 1, f"{old!r} must be there once"
    return text.replace(old, new)


def test_a_sound_folder_is_read(folder: Folder) -> None:
    catalogue = files.read_folder(folder.path)
    service = catalogue.service("VOI-NID")
    assert [option.code for option in service.questions[0].options] == ["pneu", "15_50", "no"]
    assert service.standard_for("resolve", {"answer.taille": "15_50"}).amount == 2
    assert service.duplicates.window_h is None
    assert catalogue.sources == {"VOI-NID": "roads.yaml"}


BROKEN: dict[str, tuple[str, str, str, str]] = {
    # what is wrong: (text to change, its replacement, the field named, words of the English sentence)
    "a required field is absent": ("    skill: pav\n", "", "skill", "required"),
    "a field nobody knows": (
        "    skill: pav\n",
        "    skill: pav\n    colour: red\n",
        "colour",
        "no such field",
    ),
    "a missing translation": (
        "name: {fr: Nid-de-poule, en: Pothole}",
        "name: {fr: Nid-de-poule}",
        "name.en",
        "missing in English",
    ),
    "a text in one language only": (
        "name: {fr: Nid-de-poule, en: Pothole}",
        "name: Nid-de-poule",
        "name",
        "missing in English",
    ),
    "an empty translation": ("fr: Comme un pneu", "fr: '  '", "questions.taille.options.pneu.fr", "empty"),
    "a third language": (
        "{fr: Nid-de-poule, en: Pothole}",
        "{fr: Nid-de-poule, en: Pothole, es: Bache}",
        "name.es",
        "no such field",
    ),
    "a priority out of range": ("priority: 2", "priority: 5", "priority", "1 to 4"),
    "a number that is a word": ("duration_min: 20", "duration_min: vingt", "duration_min", "whole number"),
    "a number that is yes": ("duration_min: 20", "duration_min: true", "duration_min", "whole number"),
    "a flag that is a word": ("public_map: true", "public_map: oui", "public_map", "true or false"),
    "an unknown family": ("workflow: field_work", "workflow: magic", "workflow", "inspection"),
    "an unknown department": ("department: TP", "department: NSA", "department", "possible: TP"),
    "an unknown skill": ("skill: pav", "skill: vol", "skill", "possible: pav"),
    "an unknown kind of place": (
        "kind: point, snap: segment",
        "kind: planet, snap: segment",
        "location.kind",
        "planet",
    ),
    "an asset without its kind": (
        "kind: point, snap: segment",
        "kind: asset",
        "location.asset_kind",
        "required",
    ),
    "an asset of no known kind": (
        "kind: point, snap: segment",
        "kind: asset, asset_kind: ufo",
        "location.asset_kind",
        "possible: tree",
    ),
    "an unknown unit": (
        "amount: 24, unit: elapsed_h",
        "amount: 24, unit: days",
        "standards.respond.1.unit",
        "days",
    ),
    "a negative delay": ("amount: 24", "amount: -1", "standards.respond.1.amount", "0 to 1000"),
    "no promise of an end": (
        "      respond: {amount: 24, unit: elapsed_h}\n      resolve:\n",
        "      respond:\n",
        "standards.resolve",
        "required",
    ),
    "no promise for other cases": (
        "        - {amount: 5, unit: business_days}\n",
        "",
        "standards.resolve.2",
        "last rule without",
    ),
    "a promise after the last word": (
        ", when: {road_class: [artery]}",
        "",
        "standards.resolve.1",
        "must come last",
    ),
    "an impossible road": (
        "road_class: [artery]",
        "road_class: [motorway]",
        "standards.resolve.1.when.road_class",
        "possible: artery, collector, local",
    ),
    "a circumstance nobody knows": (
        "road_class: [artery]",
        "moon: [full]",
        "standards.resolve.1.when.moon",
        "no question",
    ),
    "an answer never given": (
        "answer.taille: [15_50]",
        "answer.taille: [geant]",
        "standards.resolve.2.when.answer.taille",
        "never an answer",
    ),
    "a condition that says nothing": (
        "when: {road_class: [artery]}",
        "when: {}",
        "standards.resolve.1.when",
        "empty",
    ),
    "an unknown datatype": (
        "datatype: singlevaluelist",
        "datatype: choice",
        "questions.taille.datatype",
        "possible: string",
    ),
    "a question that does not say whether it is required": (
        "        required: true\n",
        "",
        "questions.taille.required",
        "required",
    ),
    "a question's code in capitals": (
        "      taille:\n",
        "      Taille:\n",
        "questions.Taille",
        "not a valid code",
    ),
    "two choices of one name": (
        "fr: De 15 à 50 cm",
        "fr: comme un pneu",
        "questions.taille.options.15_50.fr",
        "same name",
    ),
    "a choice written twice": (
        "          no: {",
        "          pneu: {fr: Encore, en: Again}\n          no: {",
        "questions.taille.options.pneu",
        "written twice (line 21)",
    ),
    "something unknown that must be equal": ("same: [segment]", "same: [moon]", "duplicates.same", "moon"),
    "a window that is a word": (
        "window_h: until_closed",
        "window_h: forever",
        "duplicates.window_h",
        "whole number",
    ),
    "a legal delay from what is no date": (
        "window_h: until_closed}",
        "window_h: until_closed}\n    deadline: {question: taille, days: 15}",
        "deadline.question",
        "taille",
    ),
    "danger without a word about 911": ("priority: 2", "priority: 1", "emergency", "911"),
    "a day that does not exist": (
        "amount: 24,",
        "by: 02-30, amount: 24,",
        "standards.respond.1.by",
        "not a day of the year",
    ),
    "a cluster that leads nowhere": (
        "    open311: true\n",
        "    cluster: {count: 3, same: segment, window_h: 24, propose: VOI-XXX}\n    open311: true\n",
        "cluster.propose",
        "no service has the code VOI-XXX",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_mistake_names_its_file_entry_and_field(case: str, folder: Folder) -> None:
    old, new, field, words = BROKEN[case]
    mistakes = folder.write(roads=edited(old, new)).mistakes()
    told = [(each.file, each.entry, each.field) for each in mistakes]
    assert ("roads.yaml", "VOI-NID", field) in told, told
    mistake = next(each for each in mistakes if each.field == field)
    assert words in mistake.en
    assert mistake.fr
    assert mistake.fr != mistake.en


# These break a second rule as well: choices of what is no list, a question sought elsewhere by its old name.
TOLD_TWICE = {
    "a condition that says nothing",
    "a question's code in capitals",
    "an unknown datatype",
}


@pytest.mark.parametrize("case", [each for each in BROKEN if each not in TOLD_TWICE])
def test_one_mistake_is_told_once(case: str, folder: Folder) -> None:
    old, new, _, _ = BROKEN[case]
    assert len(folder.write(roads=edited(old, new)).mistakes()) == 1


def test_every_mistake_is_told_not_only_the_first(folder: Folder) -> None:
    text = SERVICES
    for case in ("a required field is absent", "a priority out of range", "an unknown unit"):
        old, new, _, _ = BROKEN[case]
        text = edited(old, new, text)
    fields = {mistake.field for mistake in folder.write(roads=text).mistakes()}
    assert fields == {"skill", "priority", "standards.respond.1.unit"}


def test_a_service_defined_in_two_files_names_the_other_file(folder: Folder) -> None:
    (mistake,) = folder.write(streets=SERVICES).mistakes()
    assert (mistake.file, mistake.entry) == ("streets.yaml", "VOI-NID")
    assert "roads.yaml" in mistake.en


def test_a_service_written_twice_in_a_file_is_noticed(folder: Folder) -> None:
    body = SERVICES.partition("services:\n")[2]
    (mistake,) = folder.write(roads=SERVICES + body).mistakes()
    assert (mistake.entry, mistake.field) == ("VOI-NID", "")
    assert "written twice" in mistake.en


def test_an_unknown_group_is_named(folder: Folder) -> None:
    (mistake,) = folder.write(groups="groups:\n  DEN: {fr: Neige, en: Snow}\n").mistakes()
    assert (mistake.file, mistake.field) == ("roads.yaml", "group")
    assert "VOI" in mistake.en


def test_a_code_outside_its_group_is_named(folder: Folder) -> None:
    (mistake,) = folder.write(roads=edited("group: VOI", "group: DEN")).mistakes()
    assert (mistake.entry, mistake.field) == ("VOI-NID", "")
    assert "begin with that of the group, DEN" in mistake.en


def test_a_code_of_another_shape_is_named(folder: Folder) -> None:
    mistakes = folder.write(roads=edited("VOI-NID:", "VOI-nid:")).mistakes()
    assert [(each.entry, each.field) for each in mistakes] == [("VOI-nid", "")]


@pytest.mark.parametrize(
    "text", ["a: [1", "services: *nothing", "\x00", "a: b: c", "x: !!python/object:os.system {}"]
)
def test_a_file_that_is_not_yaml_is_named_with_a_line(folder: Folder, text: str) -> None:
    (mistake,) = folder.write(roads=text).mistakes()
    assert (mistake.file, mistake.entry) == ("roads.yaml", "")
    # A list that is never closed is found where the file ends.
    assert ("line 2" if text == "a: [1" else "line 1") in mistake.en


def test_a_file_that_is_not_utf8_is_named(folder: Folder) -> None:
    (folder.path / "roads.yaml").write_bytes(SERVICES.encode("latin-1"))
    (mistake,) = folder.mistakes()
    assert mistake.file == "roads.yaml"


@pytest.mark.parametrize("text", ["", "- 1\n- 2\n", "just words"])
def test_a_file_of_another_shape_is_told(folder: Folder, text: str) -> None:
    mistakes = folder.write(roads=text).mistakes()
    assert {each.file for each in mistakes} == {"roads.yaml"}


def test_a_missing_file_and_a_missing_folder_are_told(folder: Folder) -> None:
    (folder.path / "vocabulary.yaml").unlink()
    assert folder.mistakes()[0].file == "vocabulary.yaml"
    (mistake,) = Folder(path=folder.path / "nowhere").mistakes()
    assert "folder" in mistake.en


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    line=st.integers(1, SERVICES.count("\n") - 1),
    junk=st.sampled_from(["", "null", "[]", "{}", "- 1", "3", "x: y", "'", "~: {}", "? a", "&a *a"]),
)
def test_whatever_is_typed_on_a_line_is_read_or_explained(folder: Folder, line: int, junk: str) -> None:
    lines = SERVICES.splitlines()
    indent = len(lines[line]) - len(lines[line].lstrip())
    key = lines[line].partition(":")[0]
    lines[line] = f"{key}: {junk}" if ":" in lines[line] else " " * indent + junk
    folder.write(roads="\n".join(lines))
    mistakes: tuple[CatalogueMistake, ...] = ()
    try:
        files.read_folder(folder.path)
    except errors.CatalogueInvalid as invalid:
        mistakes = invalid.mistakes
    assert all(each.file and each.fr and each.en for each in mistakes)


def test_a_town_s_groups_out_of_order_or_empty_are_told(folder: Folder) -> None:
    found = check.check(files.read_folder(folder.path), workflows=("field_work",))
    told = {(each.file, each.entry, each.field) for each in found}
    assert told == {("groups.yaml", "", "groups"), ("groups.yaml", "DEN", "")}


def test_a_family_without_a_definition_is_told_at_its_service(folder: Folder) -> None:
    found = check.check(files.read_folder(folder.path), workflows=("inspection",))
    assert ("roads.yaml", "VOI-NID", "workflow") in {(each.file, each.entry, each.field) for each in found}


@pytest.fixture
def run(folder: Folder) -> Callable[..., tuple[int, str]]:
    from click.testing import CliRunner

    from tracker.cli.catalogue import catalogue

    def runner(*arguments: str, language: str = "en_CA.UTF-8") -> tuple[int, str]:
        result = CliRunner().invoke(catalogue, list(arguments), env={"LC_ALL": language})
        return result.exit_code, result.output

    return runner


def test_the_command_says_the_shipped_catalogue_is_sound(run: Callable[..., tuple[int, str]]) -> None:
    code, output = run("check")
    assert code == 0
    assert "VOI\t5\tRoads" in output
    assert "71 services, no mistake." in output


def test_the_command_prints_each_mistake_and_fails(
    folder: Folder, run: Callable[..., tuple[int, str]]
) -> None:
    folder.write(roads=edited("priority: 2", "priority: 9"))
    code, output = run("check", str(folder.path))
    assert code == 1
    assert "roads.yaml: VOI-NID: priority: 9 is out of range; expected: 1 to 4." in output
    assert "hors limites" in run("check", str(folder.path), language="fr_CA.UTF-8")[1]

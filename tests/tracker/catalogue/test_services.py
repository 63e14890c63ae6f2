"""The shipped catalogue against an independent table of what the trade asks (`domain_table.txt`)."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tracker import definitions as workflow_files
from tracker.catalogue import check
from tracker.catalogue.definitions import Catalogue, Deadline, Service, Standard

FAMILIES = {
    "T": "field_work",
    "I": "inspection",
    "P": "permit",
    "Q": "question",
    "R": "booking",
    "C": "contestation",
}
UNITS = {"elapsed_h": "h*", "business_h": "h", "business_days": "j", "calendar_days": "jc"}
DATATYPES = {
    "string": "S",
    "number": "N",
    "datetime": "D",
    "text": "T",
    "singlevaluelist": "L",
    "multivaluelist": "M",
}
KINDS = {"address": "adresse", "none": "aucun", "point": "point", "segment": "segment", "lot": "lot"}
ASSETS = {
    "traffic_signal": "feu",
    "sign": "panneau",
    "hydrant": "borne",
    "catch_basin": "puisard",
    "manhole": "regard",
    "litter_bin": "corbeille",
    "park": "parc",
    "tree": "arbre",
    "building": "batiment",
    "streetlight": "lampadaire",
    "furniture": "mobilier",
    "sports_field": "plateau",
    "rink": "patinoire",
    "playground": "jeu",
    "room": "salle",
}
SEASON_WINDOWS_H = {"DEN-DOM": 226 * 24, "SIG-MAR": 214 * 24}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    code: str
    columns: str
    questions: str


def _rows() -> list[Row]:
    text = (Path(__file__).parent / "domain_table.txt").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            columns, questions = line.split(" | ")
            found.append(Row(code=columns[:7], columns=columns, questions=questions))
    return found


ROWS = _rows()
EVERY = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)


def test_the_seventy_one_services_stand_in_the_order_of_the_table(shipped: Catalogue) -> None:
    assert len(ROWS) == 71
    assert [service.code for service in shipped.services] == [row.code for row in ROWS]


@EVERY
def test_a_service_has_the_columns_of_the_table(row: Row, shipped: Catalogue) -> None:
    assert _columns(shipped.service(row.code)) == row.columns


@EVERY
def test_a_service_asks_the_questions_of_the_table(row: Row, shipped: Catalogue) -> None:
    assert _questions(shipped.service(row.code)) == row.questions


def _columns(service: Service) -> str:
    assert service.demo is not None
    family = next(letter for letter, name in FAMILIES.items() if name == service.workflow)
    return " ".join(
        str(cell)
        for cell in (
            service.code,
            service.priority,
            _promise(service, "respond"),
            _promise(service, "resolve"),
            f"{service.department}/{service.skill}",
            service.duration_min,
            family,
            _place(service),
            service.duplicates.radius_m or "-",
            _window(service),
            service.demo.volume,
            service.demo.profile,
        )
    )


def _promise(service: Service, kind: str) -> str:
    return ",".join(_amount(standard) for standard in service.standards if standard.kind == kind)


def _amount(standard: Standard) -> str:
    if standard.by:
        return f"<={standard.by}"
    return "auto" if standard.is_automatic else f"{standard.amount}{UNITS[standard.unit]}"


def _place(service: Service) -> str:
    rule = service.location
    if rule.kind == "asset":
        return f"actif({ASSETS[str(rule.asset_kind)]})"
    return KINDS[rule.kind] + (f"→{rule.snap}" if rule.snap else "")


def _window(service: Service) -> str:
    hours = service.duplicates.window_h
    if service.code in SEASON_WINDOWS_H:
        return "season" if hours == SEASON_WINDOWS_H[service.code] else f"{hours}h"
    return "-" if hours is None else f"{hours}h"


def _questions(service: Service) -> str:
    shown = []
    for question in service.questions:
        mark = "!" if question.required else ""
        codes = ",".join(option.code for option in question.options)
        shown.append(f"{question.code}:{DATATYPES[question.datatype]}{mark}{'=' + codes if codes else ''}")
    return " ".join(shown)


def test_the_demo_volumes_add_up_to_fifteen_thousand(shipped: Catalogue) -> None:
    assert sum(service.demo.volume for service in shipped.services if service.demo) == 15_000


def test_the_families_have_the_counts_of_the_table(shipped: Catalogue) -> None:
    expected = Counter(FAMILIES[row.columns.split()[6]] for row in ROWS)
    assert Counter(service.workflow for service in shipped.services) == expected


def test_the_town_s_sixteen_groups_come_first_and_every_group_serves(shipped: Catalogue) -> None:
    in_order = " ".join(group.code for group in shipped.groups)
    town = "DEN VOI SIG AQU EGO DEC REC CMP PRO ANI ARB BAT ECL MOB SPO JEU"
    assert in_order == f"{town} NUI STA PER RES INF CTS"
    assert check.check(shipped, workflows=tuple(workflow_files.workflows())) == ()


def test_pothole_and_graffiti_promises_depend_on_the_road_and_the_answer(shipped: Catalogue) -> None:
    def promise(code: str, **known: str) -> tuple[int, str]:
        standard = shipped.service(code).standard_for(
            "resolve", {k.replace("__", "."): v for k, v in known.items()}
        )
        return standard.amount, standard.unit

    assert promise("VOI-NID", road_class="artery") == (48, "elapsed_h")
    assert promise("VOI-NID", road_class="collector") == (3, "business_days")
    assert promise("VOI-NID", road_class="local") == promise("VOI-NID") == (5, "business_days")
    assert promise("PRO-GRA", answer__haineux="oui") == (24, "elapsed_h")
    assert promise("PRO-GRA", answer__haineux="non") == (10, "business_days")


def test_a_collapse_and_a_fallen_pole_are_made_safe_long_before_they_are_repaired(shipped: Catalogue) -> None:
    collapse = shipped.service("VOI-AFF").standard_for("make_safe", {})
    pole = shipped.service("ECL-DAN").standard_for("make_safe", {})
    assert (collapse.amount, collapse.unit) == (1, "business_days")
    assert (pole.amount, pole.unit) == (4, "elapsed_h")


def test_danger_shows_the_911_text_and_nothing_else_does(shipped: Catalogue) -> None:
    for service in shipped.services:
        assert (service.emergency is not None) == (service.priority == 1), service.code
        if service.emergency:
            assert "911" in service.emergency.fr
            assert "911" in service.emergency.en


def test_the_law_is_told_before_a_claim_and_a_contestation(shipped: Catalogue) -> None:
    claim, ticket = shipped.service("CTS-REC"), shipped.service("CTS-CON")
    assert claim.deadline == Deadline(question="date_evenement", days=15)
    assert ticket.deadline == Deadline(question="date_signification", days=30)
    for language, words in (("fr", ("585", "604.1", "pneu")), ("en", ("585", "604.1", "tire"))):
        told = " ".join(each.in_language(language) for each in claim.read_first)
        assert all(word in told for word in words)
    assert {each.code for each in shipped.services if each.deadline} == {"CTS-REC", "CTS-CON"}


def test_private_matters_stay_off_open311_and_off_the_map(shipped: Catalogue) -> None:
    for service in shipped.services:
        if service.workflow in ("permit", "booking", "contestation") or service.code == "INF-TAX":
            assert not service.open311, service.code
        if service.workflow in ("field_work", "inspection"):
            assert service.open311, service.code
        if service.location.kind in ("address", "lot", "none"):
            assert not service.public_map, service.code
    assert shipped.service("INF-GEN").open311
    assert shipped.service("VOI-NID").public_map


def test_snow_rinks_markings_and_branches_have_a_season(shipped: Catalogue) -> None:
    seasonal = {service.code for service in shipped.services if service.season}
    assert seasonal == {
        "DEN-RUE",
        "DEN-TRO",
        "DEN-GLA",
        "DEN-BAN",
        "DEN-DOM",
        "SPO-PAT",
        "SIG-MAR",
        "CMP-BRA",
    }


def test_what_identifies_a_person_is_marked_personal(shipped: Catalogue) -> None:
    marked = {
        question.code for service in shipped.services for question in service.questions if question.personal
    }
    assert {"plaque", "matricule", "date_naissance", "blessure"} <= marked


def _texts(service: Service) -> list[tuple[str, str, str]]:
    """Return every human text of a service: where, French, English."""
    found = [("name", service.name), ("description", service.description), ("emergency", service.emergency)]
    found += [(f"standard {each.kind}", each.note) for each in service.standards]
    found += [(f"redirect {each.to}", each.text) for each in service.redirects]
    found += [("season", service.season.note)] if service.season else []
    found += [("read_first", each) for each in service.read_first]
    for question in service.questions:
        found.append((question.code, question.label))
        found += [(f"{question.code}.{option.code}", option.label) for option in question.options]
    return [(where, text.fr, text.en) for where, text in found if text is not None]


SAME_IN_BOTH = {"Construction", "Baseball", "Soccer", "Tennis"}


@EVERY
def test_every_text_is_written_in_both_languages(row: Row, shipped: Catalogue) -> None:
    for where, fr, en in _texts(shipped.service(row.code)):
        assert fr.strip(), where
        assert en.strip(), where
        plain = fr.removeprefix("Le ").capitalize()
        assert fr != en or plain in SAME_IN_BOTH, f"{where}: {fr!r} is the same in both languages"


BARE_FRENCH = re.compile(r"[^\u202f][?!;]|[^\u00a0]:|« | »|'|\.\.\.")


@EVERY
def test_french_follows_its_typography_and_english_its_own(row: Row, shipped: Catalogue) -> None:
    for where, fr, en in _texts(shipped.service(row.code)):
        assert not BARE_FRENCH.search(fr), f"{where}: {fr!r}"
        assert not re.search(r"\s[?!;:]|'", en), f"{where}: {en!r}"


@EVERY
def test_a_question_is_asked_as_a_question(row: Row, shipped: Catalogue) -> None:
    for question in shipped.service(row.code).questions:
        assert question.label.fr.endswith("?"), question.code
        assert question.label.en.endswith("?"), question.code
        for option in question.options:
            assert option.label.fr != option.code, question.code


@EVERY
def test_people_s_words_lead_to_the_service(row: Row, shipped: Catalogue) -> None:
    keywords = shipped.service(row.code).keywords
    assert len(keywords.fr) >= 4
    assert len(keywords.en) >= 3
    assert len(set(keywords.fr)) == len(keywords.fr)
    assert len(set(keywords.en)) == len(keywords.en)

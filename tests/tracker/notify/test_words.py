"""The words of notices: complete, sound, plain enough for SMS; a town's own, tried, versioned, put to use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import city as cities
from tests.support import telling
from tests.support.city import City
from tracker import definitions
from tracker.notify import book, calls, errors, gsm, templates
from tracker.notify.book import LANGUAGES, Book
from tracker.notify.templates import Texts

SHIPPED = book.shipped()
LINK = "https://signaler.valbrise.example/suivi/VB-2026-00012/~Abcdefghijklmnopqrstuv"
VALUES = {
    "town": "Valbrise", "number": "VB-2026-00012", "case": "VB-2026-00012", "service": "Nid-de-poule",
    "place": "12, rue du Moulin", "status": "Réparée", "priority": "P2", "due": "jeudi 7 mai à 16 h 30",
    "due_short": "7 mai", "team": "Voirie nord", "planned": "le jeudi 7 mai",
    "promised": "vendredi 15 mai à 16 h 30", "reason": "Météo",
    "note": "Merci.", "contact": "Hydro-Québec, 1 800 790-2424", "other": "VB-2026-00009",
    "wish": "rue du Moulin",
    "count": 2, "news": "– Réparée",
}  # fmt: skip

# What every case has.
BARE = {name: VALUES[name] for name in ("town", "number", "case", "service", "status", "priority")}
# A move's own forms make these sure to be filled in.
SURE = {"contestation.hearing_set", "permit.at_committee", "field_work.planned"}


def names_in_workflows() -> set[tuple[str, str]]:
    return {
        (family, effect.name)
        for family, machine in definitions.workflows().items()
        for move in machine.transitions.values()
        for effect in move.effects
        if effect.kind == "notice"
    }


def test_every_notice_a_workflow_calls_for_has_its_words_in_both_languages():
    known = Book(SHIPPED)
    for family, name in sorted(names_in_workflows()):
        notice = known.find(family, name)
        for language in LANGUAGES:
            words = notice.texts[language]
            assert words.subject, (notice.code, language)
            assert words.body, (notice.code, language)
            assert words.short, (notice.code, language)
    assert len(names_in_workflows()) > 50


def test_every_kind_of_event_that_is_followed_has_its_finder():
    assert set(calls._FINDERS) == set(calls.KINDS)


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_notice_renders_with_everything_and_with_nothing(code, language):
    notice = SHIPPED[code]
    said = dict.fromkeys(notice.inputs, "le jeudi 7 mai")
    full = templates.render(notice.texts[language], VALUES, said=said, link=LINK)
    bare = templates.render(notice.texts[language], BARE, said={}, link="")
    for shown in (full, bare):
        assert shown.subject.strip()
        assert shown.body.strip()
        assert "{{" not in f"{shown.subject}{shown.body}{shown.short}"
        assert "  " not in shown.subject or code in SURE
        assert gsm.length(shown.short) <= gsm.SINGLE
        assert set(shown.short) <= gsm.BASIC | gsm.EXTENDED, shown.short
    assert full.short.endswith(LINK)


def test_french_words_keep_the_spaces_of_the_house():
    for notice in SHIPPED.values():
        words = notice.texts["fr"]
        for text in (words.subject, words.body, words.short):
            for wrong in (" :", " ;", " ?", " !", "« ", " »", "'"):
                assert wrong not in text, (notice.code, text)


def test_the_languages_say_the_same_names():
    for notice in SHIPPED.values():
        french, english = (names(notice.texts[language]) for language in LANGUAGES)
        assert french == english, notice.code


def names(words: Texts) -> set[str]:
    import re

    text = f"{words.subject} {words.body} {words.short}"
    return set(re.findall(r"{{ ?([a-z_.]+)", text)) | set(re.findall(r"{% if ([a-z_.]+)", text))


HOSTILE = [
    "{{ ''.__class__.__mro__ }}",
    "{{ town.__class__ }}",
    "{{ said.__class__ }}",
    "{{ said['x'] }}",
    "{{ config }}",
    "{{ self }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum() }}",
    "{{ town.upper() }}",
    "{{ 'a' * 10000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ town ~ town }}",
    "{{ town | attr('__class__') }}",
    "{{ town | map(attribute='x') }}",
    "{{ [1, 2] }}",
    "{{ {'a': 1} }}",
    "{% for x in town %}{{ x }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set town = 1 %}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with x = 1 %}{{ x }}{% endwith %}",
    "{% call x() %}{% endcall %}",
    "{{ town if town is defined }}",
    "{{ secret }}",
    "{{ said.report }}",
    "{% if %}",
    "{{ town",
    "{{ ((((" + "(" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_words_that_do_more_than_name_are_refused_with_their_line(text):
    words = {"subject": "x", "body": f"bonjour\n\n{text}", "short": "x"}
    with pytest.raises(errors.TemplateUnsound) as refused:
        templates.check({"fr": words}, ("question",))
    fault = refused.value.faults[0]
    assert (fault.language, fault.part) == ("fr", "body")
    assert fault.line in (1, 3) if "(((" in text or text in ("{% if %}", "{{ town") else fault.line == 3


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({"subject": "a\nb"}, "one_line"),
        ({"short": "a\nb"}, "one_line"),
        ({"subject": ""}, "empty"),
        ({"body": "   "}, "empty"),
        ({"body": "x" * 5001}, "too_long"),
        ({"body": "a\0b"}, "unprintable"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(words, kind):
    with pytest.raises(errors.TemplateUnsound) as refused:
        templates.check({"fr": {"subject": "x", "body": "x", "short": "x"} | words}, ())
    assert [fault.kind for fault in refused.value.faults] == [kind]


@given(text=st.text(max_size=400))
def test_whatever_is_written_is_either_refused_or_rendered(text):
    words = {"subject": "x", "body": text or "x", "short": "x"}
    try:
        templates.check({"fr": words}, ("question",))
    except errors.TemplateUnsound:
        return
    assert isinstance(templates.render(Texts(**words), VALUES, said={}, link="").body, str)


@given(text=st.text(max_size=400), link=st.sampled_from(["", LINK]))
def test_a_short_text_is_one_message_of_plain_letters_and_keeps_its_link(text, link):
    said = gsm.fitted(text, link)
    assert gsm.length(said) <= gsm.SINGLE
    assert set(said) <= gsm.BASIC | gsm.EXTENDED
    assert said.endswith(link)


OWN = {
    "fr": {
        "subject": "Bonjour de {{ town }}",
        "body": "On a reçu {{ number }}.",
        "short": "Recu {{ number }}",
    },
    "en": {"subject": "Hello from {{ town }}", "body": "We have {{ number }}.", "short": "Got {{ number }}"},
}
CODE = "common.receipt"


def keep(town: City, texts: Any, code: str = CODE) -> Any:
    return town.caller("admin").post(f"/notice-templates/{code}/versions", {"texts": texts})


def use(town: City, version: int) -> Any:
    return town.caller("admin").post(f"/notice-templates/{CODE}/activation", {"version": version})


def received(town: City) -> str:
    """Report something and return the subject of its receipt."""
    town.report(contact=cities.CONTACT)
    telling.follow(town)
    return str(telling.notices(town, "kind = 'common.receipt'")[-1].subject)


def test_a_towns_own_words_are_kept_tried_used_and_taken_back(town: City):
    assert received(town).startswith("Reçu")
    saved = keep(town, OWN)
    assert saved.status_code == 201, saved.text
    assert [(each["version"], each["status"]) for each in saved.json["versions"]] == [
        (1, "draft"),
        (0, "active"),
    ]
    assert received(town).startswith("Reçu")  # a draft changes nothing
    assert use(town, 1).status_code == 200
    assert received(town) == "Bonjour de Lac-aux-Sables"
    keep(town, OWN | {"fr": OWN["fr"] | {"subject": "Rebonjour"}})
    assert use(town, 2).status_code == 200
    assert received(town) == "Rebonjour"
    told = use(town, 0)
    assert [(each["version"], each["status"]) for each in told.json["versions"]] == [
        (2, "retired"), (1, "retired"), (0, "active"),
    ]  # fmt: skip
    assert received(town).startswith("Reçu")
    assert use(town, 1).status_code == 200  # an old version is still there
    assert received(town) == "Bonjour de Lac-aux-Sables"


def test_both_languages_are_needed_to_be_used(town: City):
    saved = keep(town, {"fr": OWN["fr"]})
    assert saved.status_code == 201
    refused = use(town, 1)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/language-missing")
    assert use(town, 9).status_code == 404
    assert received(town).startswith("Reçu")


def test_unsound_words_are_refused_naming_language_part_and_line(town: City):
    wrong = OWN | {"en": OWN["en"] | {"body": "one\ntwo\n{{ config.items() }}"}}
    refused = keep(town, wrong)
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/template-unsound")
    assert refused.json["errors"][0]["pointer"] == "/texts/en/body"
    assert "ligne 3" in refused.json["errors"][0]["detail"]
    assert "notice_template" not in town.counts()


def test_words_are_tried_on_a_real_case_in_both_languages_and_nothing_is_kept(town: City):
    number = town.report()["number"]
    before = town.counts()
    body = {"texts": OWN, "case_number": number}
    shown = town.caller("admin").post(f"/notice-templates/{CODE}/preview", body)
    assert shown.status_code == 200, shown.text
    assert shown.json["fr"]["body"] == f"On a reçu {number}."
    assert shown.json["en"]["subject"] == "Hello from Lac-aux-Sables"
    assert town.counts() == before
    sealed = town.report("contestation")["number"]
    assert (
        town.caller("admin")
        .post(f"/notice-templates/{CODE}/preview", body | {"case_number": sealed})
        .status_code
        == 404
    )


def test_every_notice_can_be_tried_on_a_case(town: City):
    number = town.report()["number"]
    for code, notice in SHIPPED.items():
        texts = {
            language: {part: getattr(words, part) for part in templates.PARTS}
            for language, words in notice.texts.items()
        }
        shown = town.caller("admin").post(
            f"/notice-templates/{code}/preview", {"texts": texts, "case_number": number}
        )
        assert shown.status_code == 200, (code, shown.text)


def test_a_notice_nobody_knows_is_not_found(town: City):
    assert town.caller("admin").get("/notice-templates/common.nothing").status_code == 404
    assert keep(town, OWN, "common.nothing").status_code == 404


def test_a_book_that_tells_nobody_is_refused(tmp_path):
    house = book.FOLDER / "question.yaml"
    text = house.read_text(encoding="utf-8")
    for wrong in (
        text.replace("to: [reporters]", "to: [everybody]"),
        text.replace("also: [reopened_staff]", "also: [nowhere]"),
    ):
        (tmp_path / "question.yaml").write_text(wrong, encoding="utf-8")
        with pytest.raises(book.BookInvalid, match="question"):
            book.read(tmp_path)

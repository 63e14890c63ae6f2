"""The demo's months are plausible and repeatable before any database sees them."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache

import pytest

from tracker.catalogue import files
from tracker.catalogue.definitions import Catalogue
from tracker.demo import city, composing, filings, request_plan
from tracker.demo.story import Story
from tracker.reports import validation

ANCHOR = datetime(2026, 10, 16, 16, 0, tzinfo=UTC)


@cache
def _catalogue() -> Catalogue:
    return files.read_folder(files.DEFAULT_FOLDER)


@cache
def _told() -> Story:
    return composing.compose(city.draw_default(size="xs"), _catalogue().services, ANCHOR)


@pytest.fixture(scope="module")
def tale() -> Story:
    return _told()


def test_the_same_town_and_anchor_tell_the_same_story(tale: Story) -> None:
    again = composing.compose(city.draw_default(size="xs"), _catalogue().services, ANCHOR)
    assert again == tale


def test_another_anchor_only_moves_the_months(tale: Story) -> None:
    other = composing.compose(city.draw_default(size="xs"), _catalogue().services, ANCHOR.replace(day=2))
    assert max(each.at for each in other.filings) <= ANCHOR.replace(day=2)


def test_nothing_happens_after_the_anchor_or_before_its_months(tale: Story) -> None:
    assert max(each.at for each in tale.filings) <= ANCHOR
    assert max(each.at for each in tale.acts) <= ANCHOR
    assert (ANCHOR - min(each.at for each in tale.filings)).days <= 190
    assert [each.at for each in tale.filings] == sorted(each.at for each in tale.filings)


def test_no_case_moves_before_its_first_report(tale: Story) -> None:
    first = {each.incident: each.at for each in tale.filings if each.way == filings.FIRST}
    assert all(act.at > first[act.incident] for act in tale.acts)


def test_every_answer_is_one_the_catalogue_accepts(tale: Story) -> None:
    for filing in tale.filings:
        service = _catalogue().service(filing.service)
        assert validation.faults(service, filing.answers) == ()
        assert service.season is None or service.season.contains(filing.at.date())
        assert filing.contact is not None or not service.needs_contact


def test_people_write_in_two_languages_by_all_channels_and_never_leave_a_slot_open(tale: Story) -> None:
    assert {each.language for each in tale.filings} == {"fr", "en"}
    assert set(Counter(each.channel for each in tale.filings)) >= {"phone", "mobile", "web"}
    assert all(each.description and "{" not in each.description for each in tale.filings)


def test_some_incidents_are_reported_more_than_once(tale: Story) -> None:
    twins = sum(each.way != filings.FIRST for each in tale.filings)
    assert 0.05 < twins / len(tale.filings) < 0.25


def test_phone_numbers_and_mailboxes_are_fictional(tale: Story) -> None:
    for contact in (each.contact for each in tale.filings if each.contact is not None):
        assert contact.phone is None or contact.phone.startswith("450-555-01")
        assert contact.email is None or contact.email.endswith("@courriel.example")


def test_every_service_has_words_in_both_languages() -> None:
    texts = request_plan.read_texts()
    for service in _catalogue().services:
        assert texts.services[service.code].fr, service.code
        assert texts.services[service.code].en, service.code

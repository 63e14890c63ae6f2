"""Definitions survive the trip through the database's JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.catalogue import mapping
from tracker.catalogue.conditions import Condition
from tracker.catalogue.definitions import Catalogue, Service
from tracker.catalogue.promises import Standard, Text


def test_every_service_comes_back_equal_from_json(shipped: Catalogue) -> None:
    for service in shipped.services:
        stored = json.loads(json.dumps(mapping.to_mapping(service)))
        assert mapping.service_from_mapping(stored) == service


words = st.text(max_size=8)
texts = st.builds(Text, fr=words, en=words)


@given(
    st.builds(
        Standard,
        kind=words,
        amount=st.integers(),
        unit=words,
        when=st.lists(st.builds(Condition, fact=words, values=st.lists(words).map(tuple))).map(tuple),
        note=st.none() | texts,
        by=st.none() | words,
        lead_days=st.integers(),
    )
)
def test_any_promise_comes_back_equal_from_json(standard: Standard) -> None:
    stored = json.loads(json.dumps(mapping.to_mapping(standard)))
    assert mapping.from_mapping(Standard, stored) == standard


def test_an_old_definition_stays_readable_when_fields_come_and_go(shipped: Catalogue) -> None:
    service = shipped.service("VOI-NID")
    stored = mapping.to_mapping(service)
    del stored["redirects"]
    stored["a_field_of_long_ago"] = True
    assert mapping.service_from_mapping(stored) == service


def test_a_definition_without_its_name_is_refused(shipped: Catalogue) -> None:
    stored = mapping.to_mapping(shipped.service("VOI-NID"))
    del stored["name"]
    with pytest.raises(ValueError, match="Service lacks name"):
        mapping.from_mapping(Service, stored)

"""A town's own weights: kept, chosen, used by intake at once, and put back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from gis.learned import Learned
from tests.support import city
from tests.support.city import City
from tracker.duplicates import errors, weights

AT = datetime(2026, 5, 4, 13, tzinfo=UTC)
# Whatever lies as near as that is another thing: nothing is shown any more.
NEVER = Learned(version="never-1", levels={("prior", ""): -9.0}, facts={"source": "test"})


MODEL = text("""
    SELECT d.model FROM duplicate_candidate d JOIN report r ON r.id = d.report_id WHERE r.number = :number
""")


def model_of(town: City, number: str) -> str | None:
    with town.session() as session:
        return session.execute(MODEL, {"number": number}).scalars().first()


def test_weights_kept_for_a_town_are_used_from_the_next_report_on_and_can_be_put_back(town):
    town.report(location=city.pin(300, 502))
    before = town.report(location=city.pin(304, 502))
    assert before["duplicates"]
    assert model_of(town, before["number"]) == weights.default().version
    with town.session() as session:
        weights.keep(session, NEVER, at=AT, use=True)
        session.commit()
    assert town.report(location=city.pin(302, 502))["duplicates"] == []
    with town.session() as session:
        assert weights.current(session).version == "never-1"
        assert weights.choose(session, None)
        session.commit()
    assert town.report(location=city.pin(303, 502))["duplicates"]


def test_a_version_that_is_not_kept_cannot_be_chosen(town):
    with town.session() as session:
        assert not weights.choose(session, "nobody-7")


def test_a_file_is_read_back_and_a_wrong_one_is_refused_by_name(tmp_path):
    path = tmp_path / "folder" / "w.yaml"
    weights.write(path, NEVER)
    assert weights.read(path).as_mapping() == NEVER.as_mapping()
    path.write_text("- 1", encoding="utf-8")
    with pytest.raises(errors.WeightsInvalid):
        weights.read(path)

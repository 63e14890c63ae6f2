"""Who follows cases that are joined and separated: nobody lost, nobody doubled, each in their language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.support.city import City
from tests.support.deeds import merge, undo
from tracker.cases import followers

_FOLLOW = text("""
    INSERT INTO subscription (id, subject, subject_key, person, report_id, language, channels, created_at)
    VALUES (gen_random_uuid(), 'case', :key, :person, :report_id, :language, '{email}', :at)
""")
ANA, BEN, CAT = (f"citizen:{UUID(int=at)}" for at in (1, 2, 3))


def case_id(town: City, number: str) -> UUID:
    with town.session() as session:
        found: UUID = session.scalars(text('SELECT id FROM "case" WHERE number = :n'), {"n": number}).one()
        return found


def follow(town: City, number: str, person: str, language: str = "fr", report: str | None = None) -> None:
    with town.session() as session:
        report_id = session.scalar(text("SELECT id FROM report WHERE number = :n"), {"n": report})
        session.execute(_FOLLOW, {"key": str(case_id(town, number)), "person": person,
                                  "report_id": report_id, "language": language,
                                  "at": town.clock.now})  # fmt: skip


def standing(town: City, number: str) -> dict[str, str]:
    with town.session() as session:
        found = followers.of(session, case_id(town, number))
    assert len({each.person for each in found}) == len(found)
    return {each.person: each.language for each in found}


def told(town: City) -> list[str]:
    """Return who would be told of the facts that wait, by the rule that `notify` follows."""
    with town.session() as session:
        facts = session.execute(text("SELECT case_id, kind FROM outbox ORDER BY id")).all()
        session.execute(text("DELETE FROM outbox"))
        return [
            each.person
            for fact in facts
            if fact.kind not in followers.SILENT
            for each in followers.of(session, fact.case_id)
        ]


def two(town: City) -> tuple[str, str]:
    a, b = (str(town.report()["number"]) for _ in range(2))
    told(town)
    return a, b


def test_those_of_the_child_follow_the_parent_in_their_language_and_nobody_twice(town: City):
    a, b = two(town)
    follow(town, a, ANA, "en")
    follow(town, a, BEN, "fr")
    follow(town, b, BEN, "en")
    follow(town, b, CAT, "fr")
    link = merge(town, a, b)
    assert standing(town, b) == {ANA: "en", BEN: "en", CAT: "fr"}
    assert sorted(told(town)) == [ANA, BEN]  # once each, by the case they knew; those of the parent need not
    town.caller("dispatcher").move(b, "accept")
    assert sorted(told(town)) == [ANA, BEN, CAT]
    assert undo(town, link).status_code == 200
    assert standing(town, a) == {ANA: "en", BEN: "fr"}
    assert standing(town, b) == {BEN: "en", CAT: "fr"}


def test_what_somebody_asked_of_the_joined_case_holds_after_the_undo(town: City):
    a, b = two(town)
    follow(town, a, ANA)
    follow(town, a, BEN)
    link = merge(town, a, b)
    key: dict[str, Any] = {"key": str(case_id(town, b))}
    stop = "UPDATE subscription SET ended_at = now() WHERE subject_key = :key AND person = :person"
    speak = "UPDATE subscription SET language = 'en' WHERE subject_key = :key AND person = :person"
    with town.session() as session:
        session.execute(text(stop), key | {"person": ANA})
        session.execute(text(speak), key | {"person": BEN})
    undo(town, link)
    assert standing(town, a) == {BEN: "en"}
    assert standing(town, b) == {}


def test_whoever_follows_because_of_a_report_goes_with_it_and_comes_back(town: City):
    a, b = two(town)
    more = town.report(case_number=a)["number"]
    follow(town, a, ANA, report=more)
    follow(town, a, BEN)
    moved = town.caller("dispatcher").post(f"/cases/{b}/reports", {"report_number": more})
    assert (standing(town, a), standing(town, b)) == ({BEN: "fr"}, {ANA: "fr"})
    undo(town, moved)
    assert (standing(town, a), standing(town, b)) == ({ANA: "fr", BEN: "fr"}, {})
    split = town.caller("dispatcher").delete(f"/cases/{a}/reports/{more}")
    assert standing(town, split.json["into_case"]) == {ANA: "fr"}
    undo(town, split)
    assert (standing(town, a), standing(town, split.json["into_case"])) == ({ANA: "fr", BEN: "fr"}, {})


def test_whoever_followed_again_meanwhile_is_not_doubled(town: City):
    a, b = two(town)
    more = town.report(case_number=a)["number"]
    follow(town, a, ANA, report=more)
    moved = town.caller("dispatcher").post(f"/cases/{b}/reports", {"report_number": more})
    town.clock.advance(minutes=1)
    follow(town, a, ANA, "en")
    assert undo(town, moved).status_code == 200
    assert standing(town, a) == {ANA: "en"}

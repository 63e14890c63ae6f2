"""Facts are followed once, in order; one that cannot be is put off and parked, alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import city as cities
from tests.support.city import City
from tracker import db, outbox
from tracker.jobs import following
from tracker.jobs.following import Tally
from tracker.outbox import ATTEMPTS, Followed


class Notes:
    """A follower that remembers what it was told, in the database, and fails for some cases."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.poison: set[str] = set()

    def __call__(self, session: Session, facts: Sequence[Followed], now: datetime) -> None:
        for fact in facts:
            if str(fact.case_id) in self.poison:
                session.execute(text("SELECT 1 / 0"))
            self.told.append((str(fact.case_id), fact.seq))


def follow(town: City, notes: Notes, **more: int) -> Tally:
    return following.follow(town.place.app, town.code, now=town.clock.now, followers=(notes,), **more)


def ids(town: City) -> dict[str, str]:
    with town.session() as session:
        return {row.number: str(row.id) for row in session.execute(text('SELECT number, id FROM "case"'))}


def waiting(town: City) -> list[tuple[int, int, str | None]]:
    with town.session() as session:
        rows = session.execute(text("SELECT seq, attempts, error FROM outbox ORDER BY id"))
        return [(row.seq, row.attempts, row.error) for row in rows]


def test_facts_are_followed_in_order_and_taken_off(town: City):
    first, second = town.report()["number"], town.report(location=cities.pin(700, 502))["number"]
    number = ids(town)
    notes = Notes()
    assert follow(town, notes) == Tally(followed=4)
    assert notes.told == [(number[first], 1), (number[first], 2), (number[second], 1), (number[second], 2)]
    assert waiting(town) == []
    assert follow(town, notes) == Tally()


def test_a_case_that_cannot_be_followed_holds_nobody_else_back(town: City):
    bad, good = town.report()["number"], town.report(location=cities.pin(700, 502))["number"]
    notes = Notes()
    notes.poison = {ids(town)[bad]}
    assert follow(town, notes) == Tally(followed=2, postponed=1)
    assert {case for case, _ in notes.told if case == ids(town)[good]}
    assert [(seq, tries) for seq, tries, _ in waiting(town)] == [(1, 1), (2, 0)]
    assert "ZeroDivision" in str(waiting(town)[0][2]) or "division by zero" in str(waiting(town)[0][2])
    # The later fact of the case waits for the first one, which waits for its time.
    assert follow(town, notes) == Tally()
    town.clock.advance(seconds=3)
    notes.poison = set()
    assert follow(town, notes) == Tally(followed=2)
    assert waiting(town) == []


def test_after_the_last_failure_a_fact_is_parked_and_the_case_goes_on(town: City):
    bad = town.report()["number"]
    notes = Notes()
    notes.poison = {ids(town)[bad]}
    for _ in range(ATTEMPTS):
        follow(town, notes)
        town.clock.advance(minutes=20)
    assert waiting(town)[0][:2] == (1, ATTEMPTS)
    notes.poison = set()
    assert follow(town, notes) == Tally(followed=1)
    assert notes.told[-1][1] == 2
    assert len(waiting(town)) == 1


def test_waits_double_and_end_at_a_quarter_of_an_hour():
    waits = [outbox.wait_after(tries) / timedelta(seconds=1) for tries in range(1, 13)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_only_one_follows_a_town_at_a_time(town: City):
    town.report()
    inside, leave = Barrier(2), Barrier(2)

    def slowly(session: Session, facts: Sequence[Followed], now: datetime) -> None:
        inside.wait(10)
        leave.wait(10)

    tallies: list[Tally] = []
    first = Thread(
        target=lambda: tallies.append(
            following.follow(town.place.app, town.code, now=town.clock.now, followers=(slowly,))
        )
    )
    first.start()
    inside.wait(10)
    assert follow(town, Notes()) == Tally(is_ours=False)
    leave.wait(10)
    first.join()
    assert tallies == [Tally(followed=2)]


def test_what_follows_is_undone_with_the_transaction_that_fails(town: City):
    town.report()

    def interrupted(session: Session, facts: Sequence[Followed], now: datetime) -> None:
        session.execute(text("UPDATE report SET description = 'x'"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        following.follow(town.place.app, town.code, now=town.clock.now, followers=(interrupted,))
    assert len(waiting(town)) == 2
    with town.session() as session:
        assert session.execute(text("SELECT description FROM report")).scalar_one() != "x"


def test_what_is_written_as_the_past_is_followed_by_nothing(town: City):
    with town.session() as session:
        outbox.write_the_past(session)
        session.execute(text("SELECT 1"))
    told = town.report()
    with db.transaction(town.place.app, town.code) as session:
        session.execute(text("DELETE FROM outbox"))
        outbox.write_the_past(session)
        from tracker.accounts.actor import SYSTEM
        from tracker.cases import service
        from tracker.cases.facts import Move

        move = Move(transition="accept", actor=SYSTEM, at=town.clock.now, inputs={})
        service.move(session, told["number"], move)
    assert waiting(town) == []

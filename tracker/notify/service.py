"""Following facts: who is told what, in their language, written in the transaction that follows the fact."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.notify import audience, book, calls, facts, languages, links, persons, templates, values, writing
from tracker.notify.audience import Circle, Standing
from tracker.notify.calls import Call, Told
from tracker.notify.persons import Person
from tracker.notify.values import Scene
from tracker.notify.writing import Message
from tracker.outbox import Followed
from tracker.thread import queries as thread

DANGER = 1


def follow(session: Session, followed: Sequence[Followed], now: datetime) -> int:
    """Write the notices that facts call for, with their deliveries; return how many.

    Everybody is told once of each event, however many of their wishes it meets, and once only however
    often the fact is followed. The caller commits, together with the end of the fact.
    """
    wanted = [fact for fact in followed if fact.kind in calls.KINDS]
    if not wanted:
        return 0
    told, cases = facts.told(session, wanted)
    here, known = values.scene(session), book.current(session)
    changes = facts.changes(session, told)
    called = [(each, calls.of(each, values.machine_of(here, each.case), known, changes)) for each in told]
    called = [(each, _with_messages(session, each, found)) for each, found in called if found]
    circle = _circle(session, called, now)
    writer = _Writer(here=here, cases=cases, now=now)
    messages = [message for each, found in called for message in writer.messages(each, found, circle)]
    return writing.write(session, messages, here.zone)


def _with_messages(session: Session, told: Told, found: list[Call]) -> list[Call]:
    """Give a call about a message of the thread the words of it; the history keeps only that it was sent."""
    if told.kind not in ("message_sent", "message_received"):
        return found
    body = thread.body(session, str(told.payload.get("message")))
    return [replace(call, extra={"message": body}) for call in found]


def _circle(session: Session, called: Sequence[tuple[Told, list[Call]]], now: datetime) -> Circle:
    """Read everybody who could be told, at most three statements for a whole batch."""
    cases = list({told.case.id for told, _ in called})
    every = [call for _, found in called for call in found]
    wanted = {each for call in every for each in call.notice.to}
    reporters = (
        persons.reporters(
            session,
            cases=cases,
            numbers=sorted({number for call in every for number in call.numbers or ()}),
            ids=sorted({report for call in every for report in call.reports or ()}),
            now=now,
        )
        if wanted & {"reporter", "reporters", "people", "public"}
        else {}
    )
    subscribers = persons.subscribers(session, cases, now) if wanted & {"people", "public", "area"} else {}
    follows = any(each.kind == "staff" for found in subscribers.values() for each in found)
    staff = persons.staff(session) if follows or wanted & book.STAFF_ROLES else []
    return Circle(reporters=reporters, subscribers=subscribers, staff=staff)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Writer:
    """What the messages of a batch are written with."""

    here: Scene
    cases: Mapping[str, Any]
    now: datetime

    def messages(self, told: Told, found: list[Call], circle: Circle) -> Iterator[Message]:
        """Yield the message of every person that an event calls for."""
        here = self.here
        standing = Standing(
            machine=values.machine_of(here, told.case),
            crew_code=values.crew_of(here, told),
            is_public=told.case.is_public,
        )
        known: dict[tuple[str, str], tuple[dict[str, Any], dict[str, str]]] = {}
        for call, person in audience.of(told, found, standing, circle):
            spoken = languages.of(person, here.town.languages, is_danger=told.case.priority == DANGER)
            key = (call.notice.code, spoken)
            if key not in known:
                known[key] = self._known(told, call, spoken)
            yield self._message(told, call, person, spoken, *known[key])

    def _known(self, told: Told, call: Call, spoken: str) -> tuple[dict[str, Any], dict[str, str]]:
        shown = self.cases.get(call.other, told.case)
        inputs = call.notice.inputs
        known = values.of(self.here, told, spoken, shown=shown) | {
            "reason": values.reason(self.here, told, spoken),
            "note": values.note(self.here, told, inputs),
            "other": call.other,
        }
        return known, values.said(self.here, told, spoken, inputs, call.extra)

    def _message(
        self, told: Told, call: Call, person: Person, spoken: str, known: dict[str, Any], said: dict[str, str]
    ) -> Message:
        link = self._link(told, call, person)
        own = known | {"number": person.number or known["case"]}
        return Message(
            person=person,
            kind=call.notice.code,
            language=spoken,
            texts=templates.render(call.notice.texts[spoken], own, said=said, link=link),
            link=link,
            now=self.now,
            urgent=call.notice.urgent or told.case.priority == DANGER,
            case_id=told.case.id,
            event_seq=told.seq,
        )

    def _link(self, told: Told, call: Call, person: Person) -> str:
        session, number = self.here.session, told.case.number
        if person.kind == "staff":
            return links.staff_url(session, number, person.role)
        if person.number and person.report_id is not None:
            return links.report_url(session, person.report_id, person.number)
        return links.case_url(session, call.other or number)

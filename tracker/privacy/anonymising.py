"""Taking out of reports and cases what leads to a person, and leaving what is counted.

A report stays a row: its service, its day, its case, its district and its closed answers are what statistics
are
made of. Its words, its exact place, its photos and its key go. The case follows once none of its reports is
anybody's any more and it is closed: an open one still has to be found by a crew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import outbox
from tracker.cases import history
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.events import Fact
from tracker.privacy import files
from tracker.reports import drafting

# What is chosen from a list names nobody; what is typed, a number or a date may.
CLOSED = ("singlevaluelist", "multivaluelist", "boolean")

_NEAREST = """
    LEFT JOIN LATERAL (
        SELECT ST_LineInterpolatePoint(s.geom, 0.5) AS geom, s.name FROM street_segment s
        WHERE s.geom && ST_Expand(x.geom, 0.0064, 0.0045) AND ST_Length(s.geom::geography) > 45
        ORDER BY s.geom <-> x.geom, s.id LIMIT 1) near ON true
"""
_REPORTS = text(f"""
    UPDATE report r SET description = '', address_text = m.name, geom = m.middle, accuracy_m = NULL,
        placement = NULL, entered_by = NULL, occurred_at = date_trunc('day', r.occurred_at),
        secret_hash = sha256(uuid_send(gen_random_uuid())), anonymised_at = :now,
        answers = coalesce((
            SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(r.answers) a WHERE a.key IN (
                SELECT q.code FROM service_question q JOIN service s ON s.id = q.service_id
                WHERE s.code = r.service_code AND q.datatype = ANY(:closed))
              AND r.service_code || '.' || a.key <> ALL(CAST(:personal AS text[]))), '{{}}')
    FROM (SELECT x.id, near.geom AS middle, near.name FROM report x {_NEAREST} WHERE x.id = ANY(:ids)) m
    WHERE r.id = m.id AND r.anonymised_at IS NULL
    RETURNING r.id, r.number, r.case_id
""")  # noqa: S608 -- composed of constants
_BEFORE = text("SELECT id, description FROM report WHERE id = ANY(:ids)")
_TOUCHED = text("""
    SELECT c.id, c.number FROM "case" c WHERE c.id IN (
        SELECT case_id FROM report WHERE id = ANY(:ids)
        UNION SELECT o.id FROM report r JOIN "case" o ON o.number = r.number WHERE r.id = ANY(:ids)
        UNION SELECT unnest(ARRAY[l.from_case_id, l.into_case_id]) FROM link_change l
              WHERE l.report_ids ?| CAST(:named AS text[]))
    ORDER BY c.number
""")
_HELD_REPORTS = text("""
    SELECT description FROM report WHERE case_id = :id AND anonymised_at IS NULL ORDER BY received_at, id
""")
_COARSEN = text(f"""
    UPDATE "case" c SET geom = m.middle, geom_accuracy_m = NULL, place_text = m.name
    FROM (SELECT x.id, near.geom AS middle, near.name FROM "case" x {_NEAREST} WHERE x.id = :id) m
    WHERE c.id = m.id
""")  # noqa: S608 -- composed of constants
_SAID = text("""
    UPDATE "case" SET summary = :summary, search = to_tsvector('simple', :words),
        reason = CASE WHEN :is_over THEN NULL ELSE reason END
    WHERE id = :id
""")
# What an undo would put back must not hold the words any more; what it needs stays.
_LINKS = text("""
    UPDATE link_change SET before = before #- '{from,summary}' #- '{into,summary}' #- '{from,place_text}'
        #- '{into,place_text}' #- '{from,reason}' #- '{into,reason}'
    WHERE from_case_id = :id OR into_case_id = :id
""")
_COMPARED = text("DELETE FROM duplicate_candidate WHERE report_id = ANY(:ids)")
_CONTACTS = text("DELETE FROM contact WHERE report_id = ANY(:ids)")
_WORDS_OF_CASE = text("DELETE FROM event_text WHERE case_id = :id")
# The person's own words, and whatever anybody wrote that names them.
_WORDS_OF_PERSON = text("""
    DELETE FROM event_text t USING event e
    WHERE t.case_id = :id AND e.case_id = t.case_id AND e.seq = t.seq AND (
        e.actor = 'citizen'
        OR EXISTS (SELECT 1 FROM unnest(CAST(:names AS text[])) n
                   WHERE position(lower(n) IN lower(t.text)) > 0
                      OR (n ~ '^[0-9]{7,}$' AND position(n IN regexp_replace(t.text, '[^0-9]', '', 'g')) >
                      0)))
""")
# What they were told, where, and what they asked to be told.
_PEOPLE = (
    "DELETE FROM delivery WHERE notice_id IN (SELECT id FROM notice WHERE person = ANY(:people))",
    "DELETE FROM notice WHERE person = ANY(:people)",
    "DELETE FROM subscription WHERE person = ANY(:people)",
    "DELETE FROM preference WHERE person = ANY(:people)",
    "DELETE FROM push_subscription WHERE person = ANY(:people)",
)
# That mail to an address failed is known of the address: it goes with the last contact that has it.
_ADDRESSES = text("""
    DELETE FROM suppressed_address a USING contact k
    WHERE k.report_id = ANY(:ids) AND a.address IN (k.email, k.phone) AND NOT EXISTS (
        SELECT 1 FROM contact o WHERE o.report_id <> ALL(:ids) AND a.address IN (o.email, o.phone))
""")
_INBOUND = text("DELETE FROM inbound_message WHERE report_id = ANY(:ids)")
_MESSAGES = text("DELETE FROM message WHERE report_id = ANY(:ids) OR addressed && CAST(:ids AS uuid[])")
_TALK_OF_CASE = text("DELETE FROM message WHERE case_id = :id")
_LETTERS = text("DELETE FROM letter WHERE case_id = :id")
_PARTICIPANT = text("UPDATE booking SET participant = NULL WHERE case_id = :id")
_NOTICES = text("DELETE FROM notice WHERE report_id = ANY(:ids)")
# Kept answers of writes hold what was answered: the address of the case, for staff the contact.
_KEYS = text("""
    DELETE FROM idempotency_key k USING unnest(CAST(:numbers AS text[])) n
    WHERE k.scope LIKE '%' || n || '%' OR position(convert_to(n, 'UTF8') IN k.body) > 0
""")


@dataclass(kw_only=True, slots=True)
class Tally:
    """What was done: how many reports and cases, contacts and photos; the cases that are over."""

    reports: int = 0
    cases: int = 0
    contacts: int = 0
    photos: int = 0
    documents: int = 0
    words: int = 0
    coarsened: int = 0
    over: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One run: its identifier in the register, its instant, where the photos are, and who is to be
    forgotten.
    """

    run: UUID
    now: datetime
    shelf: files.Shelf
    names: tuple[str, ...] = ()


def anonymise(session: Session, ids: Sequence[UUID], work: Work) -> Tally:
    """Anonymise reports, and the cases that are thereby nobody's; nothing follows from it. The caller
    commits.
    """
    outbox.write_the_past(session)
    tally, named = Tally(), [str(each) for each in ids]
    said = {
        row.description[: drafting.SUMMARY_LENGTH] for row in session.execute(_BEFORE, {"ids": list(ids)})
    }
    touched = session.execute(_TOUCHED, {"ids": list(ids), "named": named}).all()
    values = {"ids": list(ids), "now": work.now, "closed": list(CLOSED), "personal": _personal(session)}
    done = session.execute(_REPORTS, values).all()
    tally.reports = len(done)
    tally.contacts = forget_contacts(session, ids)
    session.execute(_COMPARED, {"ids": list(ids)})
    session.execute(_MESSAGES, {"ids": list(ids)})
    numbers = [row.number for row in done] + [row.number for row in touched]
    session.execute(_KEYS, {"numbers": numbers})
    tally.photos = files.drop_photos(session, work.shelf, report_ids=ids)
    tally.documents = files.drop_documents(session, work.shelf, report_ids=ids)
    for row in touched:
        _redo_case(session, session.get_one(CaseRow, row.id, populate_existing=True), said, work, tally)
    return tally


def forget_contacts(session: Session, ids: Sequence[UUID]) -> int:
    """Delete the contacts of reports with all that was sent there; return how many they were."""
    people = [f"report:{each}" for each in ids]
    for statement in _PEOPLE:
        session.execute(text(statement), {"people": people})
    session.execute(_NOTICES, {"ids": list(ids)})
    session.execute(_ADDRESSES, {"ids": list(ids)})
    session.execute(_INBOUND, {"ids": list(ids)})
    deleted: Any = session.execute(_CONTACTS, {"ids": list(ids)})
    return int(deleted.rowcount)


def _personal(session: Session) -> list[str]:
    """Return the answers that the catalogue calls personal: a list may ask about a wound."""
    return [
        f"{service.code}.{question.code}"
        for service in catalogue.current(session).catalogue.services
        for question in service.questions
        if question.personal
    ]


def _redo_case(session: Session, case: CaseRow, said: set[str], work: Work, tally: Tally) -> None:
    left = session.scalars(_HELD_REPORTS, {"id": case.id}).all()
    is_over = not left and not case.is_open
    if not left:
        session.execute(_PARTICIPANT, {"id": case.id})
    if is_over:
        words: Any = session.execute(_WORDS_OF_CASE, {"id": case.id})
        tally.photos += files.drop_photos(session, work.shelf, case_id=case.id)
        tally.documents += files.drop_documents(session, work.shelf, case_id=case.id)
        session.execute(_COARSEN, {"id": case.id})
        session.execute(_TALK_OF_CASE, {"id": case.id})
        session.execute(_LETTERS, {"id": case.id})
        tally.over.append(case.id)
    else:
        words = session.execute(_WORDS_OF_PERSON, {"id": case.id, "names": list(work.names)})
    tally.words += int(words.rowcount)
    tally.cases += 1
    if is_over or case.summary in said:
        description = left[0] if left else ""
        place = None if is_over else case.place_text
        session.execute(
            _SAID,
            {
                "id": case.id,
                "summary": drafting.summary(description),
                "words": _searched(session, case, place, description),
                "is_over": is_over,
            },
        )
    session.execute(_LINKS, {"id": case.id})
    session.refresh(case)
    fact = Fact(kind="anonymised", actor="system", at=work.now, payload={"run": str(work.run)})
    history.append(session, case, fact)


def _searched(session: Session, case: CaseRow, place: str | None, description: str) -> str:
    listed = catalogue.current(session).catalogue
    if case.service_code in listed:
        return drafting.search_words(case.number, place, listed.service(case.service_code), description)
    return case.number

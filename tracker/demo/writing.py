"""Write played cases: one COPY per table and page, in the transaction of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases.models import CaseRow
from tracker.demo import copying, points
from tracker.demo.doors import TurnedAway
from tracker.demo.identities import Identities
from tracker.demo.ledger import Kept, KeptReport
from tracker.demo.playing import Page
from tracker.reports import rows

_VECTORS = text("""
    SELECT to_tsvector('simple', w.words)::text
    FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS w(words, n) ORDER BY w.n
""")
_MADE = {"geom", "search", "triage", "public_geom", "public_place"}
_CASE = tuple(column.name for column in CaseRow.__table__.columns if column.name not in _MADE)
_REPORT = (
    "report_id", "number", "service_code", "accuracy_m", "method", "address", "segment_id", "asset_id",
    "description", "answers", "language", "channel", "entered_by", "occurred_at", "received_at",
    "secret_hash", "placement",
)  # fmt: skip
_REPORT_COLUMNS = (
    "id", "number", "service_code", "accuracy_m", "location_method", "address_text", "segment_id", "asset_id",
    "description", "answers", "language", "channel", "entered_by", "occurred_at", "received_at",
    "secret_hash", "placement",
    "geom", "case_id", "link",
)  # fmt: skip
_EVENT = ("case_id", "seq", "kind", "actor", "at", "device_at", "payload", "prev_hash", "hash")
_TEXT = ("case_id", "seq", "name", "salt", "text")
_CONTACT = ("report_id", "name", "email", "phone", "purpose", "expires_at")
_PHOTO = (
    "id", "report_id", "case_id", "kind", "sha256", "media_type", "width", "height", "byte_count", "taken_at",
    "geom", "added_at", "difference_hash",
)  # fmt: skip
_CHANGE = ("id", "kind", "from_case_id", "into_case_id", "report_ids", "before", "actor", "at")
_REFUSAL = ("id", "at", "reason", "service_code", "third_party_code")


def write(session: Session, page: Page) -> None:
    """Write a page of cases with all that belongs to them. The caller commits."""
    reports = [report for kept in page.cases for report in kept.reports]
    copying.copy(session, "case", (*_CASE, "geom", "triage", "search"), _cases(session, page.cases))
    copying.copy(session, "report", _REPORT_COLUMNS, map(_report, reports))
    copying.copy(session, "contact", _CONTACT, _contacts(reports))
    copying.copy(session, "event", _EVENT, _events(page.cases))
    copying.copy(session, "event_text", _TEXT, _texts(page.cases))
    copying.copy(session, "photo", _PHOTO, _photos(page.cases, reports))
    copying.copy(session, "link_change", _CHANGE, map(_change, page.changes))


def count_refusals(session: Session, turned_away: Sequence[TurnedAway], identities: Identities) -> None:
    """Count the reports that were not for this city."""
    rows = ((identities.new(each.at), each.at, each.reason, each.service, each.party) for each in turned_away)
    copying.copy(session, "refusal", _REFUSAL, rows)


def _cases(session: Session, cases: Sequence[Kept]) -> list[tuple[Any, ...]]:
    # Read before the stream is opened: a connection does one thing at a time.
    vectors = session.scalars(_VECTORS, {"words": [kept.words for kept in cases]}).all()
    return [
        (
            *(getattr(kept.row, name) for name in _CASE),
            points.ewkb(kept.lon, kept.lat),
            orjson.dumps(kept.row.triage).decode(),
            vector,
        )
        for kept, vector in zip(cases, vectors, strict=True)
    ]


def _report(report: KeptReport) -> tuple[Any, ...]:
    values = report.values
    point = points.ewkb(values["lon"], values["lat"])
    return (*(values[name] for name in _REPORT), point, report.case_id, report.link)


def _contacts(reports: Sequence[KeptReport]) -> Iterator[tuple[Any, ...]]:
    for values in (report.values for report in reports):
        if values["contact_email"] is not None or values["contact_phone"] is not None:
            yield (
                values["report_id"],
                values["contact_name"],
                values["contact_email"],
                values["contact_phone"],
                "follow_up",
                values["contact_until"],
            )


def _events(cases: Sequence[Kept]) -> Iterator[tuple[Any, ...]]:
    for event in (event for kept in cases for event in kept.history):
        payload = orjson.dumps(event.payload).decode()
        yield (
            event.case_id, event.seq, event.kind, event.actor, event.at, event.device_at, payload,
            event.prev_hash, event.hash,
        )  # fmt: skip


def _texts(cases: Sequence[Kept]) -> Iterator[tuple[Any, ...]]:
    for event in (event for kept in cases for event in kept.history):
        for said in event.texts:
            yield event.case_id, event.seq, said.name, said.salt, said.text


def _photos(cases: Sequence[Kept], reports: Sequence[KeptReport]) -> Iterator[tuple[Any, ...]]:
    for report in reports:
        for picture in report.pictures:
            at, owner = report.values["received_at"], (report.values["report_id"], None, "before")
            yield _photo(picture, owner, at)
    for kept in cases:
        for picture, kind, at in kept.pictures:
            yield _photo(picture, (None, kept.row.id, kind), at)


def _photo(picture: Any, owner: tuple[Any, Any, str], at: Any) -> tuple[Any, ...]:
    point = points.ewkb(picture.lon, picture.lat)
    return (
        picture.id, *owner, picture.sha256, picture.media_type, picture.width, picture.height,
        picture.byte_count, picture.taken_at, point, at, rows.kept_hash(picture),
    )  # fmt: skip


def _change(change: dict[str, Any]) -> tuple[Any, ...]:
    plain = {**change, "report_ids": orjson.dumps(change["report_ids"]).decode()}
    plain["before"] = orjson.dumps(change["before"]).decode()
    return tuple(plain[name] for name in _CHANGE)

"""« My data »: everything kept about one report, as JSON and as a page, with the photos, in one ZIP."""

import html
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.media.service import Shelf

_REPORT = text("""
    SELECT r.id, r.number, r.service_code, r.description, r.answers, r.language, r.channel, r.occurred_at,
           r.received_at, r.address_text, r.location_method, r.accuracy_m, ST_X(r.geom) AS lon,
           ST_Y(r.geom) AS lat,
           r.link, r.anonymised_at, c.number AS case_number, c.status AS case_status, c.id AS case_id
    FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.number = :number
""")
_CONTACT = text("SELECT name, email, phone, purpose, expires_at FROM contact WHERE report_id = :id")
_PHOTOS = text("""
    SELECT id, sha256, media_type, taken_at, added_at, ST_X(geom) AS lon, ST_Y(geom) AS lat
    FROM photo WHERE report_id = :id ORDER BY added_at, id
""")
_DOCUMENTS = text("""
    SELECT id, name, sha256, byte_count, pages, added_at FROM document
    WHERE report_id = :id ORDER BY added_at, id
""")
_NOTICES = text("""
    SELECT n.subject, n.body, n.created_at,
           coalesce((SELECT jsonb_agg(jsonb_build_object('channel', d.channel, 'address', d.address,
                        'status', d.status, 'sent_at', d.sent_at))
                     FROM delivery d WHERE d.notice_id = n.id), '[]') AS deliveries
    FROM notice n WHERE n.person = :person OR n.report_id = :id ORDER BY n.created_at, n.id
""")
_SUBSCRIPTIONS = text("""
    SELECT subject, subject_key, channels, created_at, ended_at FROM subscription
    WHERE person = :person ORDER BY created_at, id
""")
# The person's own answers in the course of the case; what others wrote is theirs.
_SAID = text("""
    SELECT t.name, t.text, e.at FROM event_text t JOIN event e ON e.case_id = t.case_id AND e.seq = t.seq
    WHERE t.case_id = :case_id AND e.actor = 'citizen' ORDER BY e.seq, t.name
""")
_OTHERS = text("SELECT count(*) FROM report WHERE case_id = :case_id AND id <> :id")
_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
_WORDS = {
    "fr": {
        "title": "Ce que la Ville garde de votre signalement",
        "report": "Signalement",
        "contact": "Coordonnées",
        "photos": "Photos",
        "documents": "Documents",
        "notices": "Avis envoyés",
        "subscriptions": "Abonnements",
        "said": "Vos réponses",
        "made": "Fait le",
    },
    "en": {
        "title": "What the city keeps of your report",
        "report": "Report",
        "contact": "Contact details",
        "photos": "Photos",
        "documents": "Documents",
        "notices": "Notices sent",
        "subscriptions": "Subscriptions",
        "said": "Your answers",
        "made": "Made on",
    },
}


def gather(session: Session, number: str, at: datetime) -> dict[str, Any] | None:
    """Return everything kept about a report and its author, None when there is no such report."""
    row = session.execute(_REPORT, {"number": number}).mappings().one_or_none()
    if row is None:
        return None
    report = dict(row)
    report_id, case_id = report.pop("id"), report.pop("case_id")
    keys = {"id": report_id, "person": f"report:{report_id}", "case_id": case_id}
    # Two people's answers in one case cannot be told apart: then neither gets the other's.
    is_alone = session.execute(_OTHERS, keys).scalar_one() == 0
    return {
        "town": selected(session).name,
        "made_at": at,
        "report": report,
        "contact": _one(session.execute(_CONTACT, keys).mappings().one_or_none()),
        "photos": [dict(each) for each in session.execute(_PHOTOS, keys).mappings()],
        "documents": [dict(each) for each in session.execute(_DOCUMENTS, keys).mappings()],
        "notices": [dict(each) for each in session.execute(_NOTICES, keys).mappings()],
        "subscriptions": [dict(each) for each in session.execute(_SUBSCRIPTIONS, keys).mappings()],
        "said": [dict(each) for each in session.execute(_SAID, keys).mappings()] if is_alone else [],
    }


def archive(told: dict[str, Any], shelf: Shelf) -> bytes:
    """Return the ZIP: data.json, index.html, and the photos as they were sent."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for photo in told["photos"]:
            original = shelf.original(bytes(photo.pop("sha256")))
            photo["file"] = f"photos/{photo['id']}.{_EXTENSIONS.get(photo['media_type'], 'bin')}"
            if original.exists():
                packed.write(original, photo["file"])
        for document in told["documents"]:
            digest = bytes(document["sha256"])
            document |= {"sha256": digest.hex(), "file": f"documents/{document['id']}.pdf"}
            if shelf.document(digest).exists():
                packed.write(shelf.document(digest), document["file"])
        packed.writestr("data.json", orjson.dumps(told, option=orjson.OPT_INDENT_2, default=str))
        packed.writestr("index.html", _page(told))
    return out.getvalue()


def _page(told: Mapping[str, Any]) -> str:
    language = told["report"]["language"]
    words = _WORDS[language]
    parts = [
        f'<!doctype html><html lang="{language}-CA"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width"><title>',
        html.escape(words["title"]),
        "</title><style>body{font:1rem/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        "dt{font-weight:700;margin-top:.6rem}dd{margin:0}img{max-width:100%}</style></head><body><main>",
        f"<h1>{html.escape(words['title'])}</h1><p>{html.escape(str(told['town']))}. "
        f"{words['made']} {told['made_at']:%Y-%m-%d}.</p>",
    ]
    parts += [
        f"<h2>{html.escape(words[name])}</h2>{_listed(told[name])}"
        for name in ("report", "contact", "said", "documents", "notices", "subscriptions")
        if told[name]
    ]
    if told["photos"]:
        shown = "".join(f'<p><img src="{html.escape(each["file"])}" alt=""></p>' for each in told["photos"])
        parts.append(f"<h2>{words['photos']}</h2>{shown}")
    return "".join([*parts, "</main></body></html>"])


def _listed(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = "".join(
            f"<dt>{html.escape(str(name))}</dt><dd>{_listed(each)}</dd>"
            for name, each in value.items()
            if each not in (None, [], {})
        )
        return f"<dl>{rows}</dl>"
    if isinstance(value, list):
        return "".join(f"<div>{_listed(each)}</div>" for each in value)
    return html.escape(value.isoformat() if isinstance(value, datetime) else str(value))


def _one(row: Any) -> dict[str, Any] | None:
    return dict(row) if row is not None else None


def name_of(number: str) -> str:
    """Return the name of a person's file."""
    return f"{number}-data.zip"

"""What a temporary repair leaves to do: a case of its own, opened by the city itself, for the lasting one."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases import marks, splitting
from tracker.cases.models import CaseRow
from tracker.db import selected
from tracker.reports import drafting

# Nobody reported it: the city speaks, where the first report was and with its answers, and has no contact.
_REPORT = text("""
    INSERT INTO report (id, number, service_code, geom, accuracy_m, location_method, address_text, segment_id,
        asset_id, description, answers, language, channel, occurred_at, received_at, case_id, link,
        secret_hash)
    SELECT :id, :number, r.service_code, coalesce(r.geom, c.geom), coalesce(r.accuracy_m, c.geom_accuracy_m),
        r.location_method, r.address_text, r.segment_id, r.asset_id, :description, r.answers, 'fr', 'crew',
        :at, :at, c.id, 'opened', :secret_hash
    FROM "case" c JOIN report r ON r.case_id = c.id WHERE c.id = :case_id
    ORDER BY (r.number = c.number) DESC, r.received_at, r.id LIMIT 1
    RETURNING id
""")
_MOVE = text("UPDATE report SET case_id = :case_id WHERE id = :id")
SAID = "Suite du dossier {number} : la réparation était temporaire."


def open_case(session: Session, origin: CaseRow, at: datetime) -> str:
    """Open a case of the same service where a temporary repair was made; return its number."""
    serial = session.execute(text("SELECT nextval('number_seq')")).scalar_one()
    written = session.execute(
        _REPORT,
        {
            "id": ids.new_id(),
            "number": drafting.number_of(selected(session), at, serial),
            "description": SAID.format(number=origin.number),
            "at": at,
            "case_id": origin.id,
            "secret_hash": ids.fingerprint(ids.new_secret()),
        },
    ).scalar_one()
    case = splitting.open_for(session, origin, written, at=at)
    session.execute(_MOVE, {"case_id": case.id, "id": written})
    marks.mark(session, case.id, marks.FOLLOWS, {"case": origin.number}, at=at)
    return case.number

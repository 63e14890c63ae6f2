"""The rota and pages as the API shows them, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.catalogue import queries as catalogue
from tracker.oncall import domains, queries
from tracker.oncall.models import DutyRow, PageRow

_CASES = text("""
    SELECT id, number, service_code, place_text, ST_X(geom) AS lon, ST_Y(geom) AS lat, priority FROM "case"
    WHERE id = ANY(:ids)
""")


def turns(found: Sequence[DutyRow], week: date, language: str) -> list[dict[str, Any]]:
    """Return turns, each with whether it is the one that counts in the week of a Friday."""
    now = {(each.domain, each.rank): each.id for each in found if each.starts_on <= week}
    return [
        {
            "domain": each.domain,
            "domain_name": domain_name(each.domain, language),
            "rank": each.rank,
            "rank_name": domains.RANKS[each.rank].said_in(language),
            "starts_on": each.starts_on,
            "name": each.name,
            "phone": each.phone,
            "email": each.email,
            "is_now": now.get((each.domain, each.rank)) == each.id,
        }
        for each in found
    ]


def pages(session: Session, found: Sequence[PageRow], language: str) -> list[dict[str, Any]]:
    """Return pages with whom they called, and what they are about."""
    calls = queries.calls(session, [page.id for page in found])
    about = _cases(session, found, language)
    return [
        {
            "id": page.id,
            "is_test": page.case_id is None,
            "is_open": page.ended_at is None and page.acknowledged_at is None,
            "domain": page.domain,
            "domain_name": domain_name(page.domain, language),
            "opened_at": page.opened_at,
            "acknowledged_at": page.acknowledged_at,
            "ended_at": page.ended_at,
            "case": about.get(page.case_id) if page.case_id else None,
            "calls": [
                {
                    "rank": call.rank,
                    "rank_name": domains.RANKS[call.rank].said_in(language),
                    "at": call.at,
                    "name": call.name,
                }
                for call in calls[page.id]
            ],
        }
        for page in found
    ]


def domain_name(domain: str, language: str) -> str:
    """Return a domain's name in a language."""
    if domain == domains.ALL:
        return "All domains" if language == "en" else "Tous les domaines"
    return domains.DOMAINS[domain].said_in(language)


def _cases(session: Session, found: Sequence[PageRow], language: str) -> Mapping[Any, dict[str, Any]]:
    ids = [page.case_id for page in found if page.case_id is not None]
    services = catalogue.current(session).catalogue
    told = {}
    for row in session.execute(_CASES, {"ids": ids}):
        code = row.service_code
        name = services.service(code).name.in_language(language) if code in services else code
        told[row.id] = {
            "number": row.number,
            "service": name,
            "place": row.place_text,
            "lon": row.lon,
            "lat": row.lat,
            "priority": row.priority,
        }
    return told

"""Surges as the API shows them: the evidence in words, the cases it would gather."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from geoalchemy2.shape import to_shape
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from tracker.cases import api as cases
from tracker.cases import present as shown
from tracker.http import language
from tracker.surges import queries, rules
from tracker.surges.models import SurgeRow


def told(session: Session, surges: Sequence[SurgeRow]) -> list[dict[str, Any]]:
    """Return surges as the API has them, in the reader's language."""
    members = queries.members(session, [surge.id for surge in surges])
    return [_one(session, surge, members[surge.id]) for surge in surges]


def _one(session: Session, surge: SurgeRow, members: Sequence[RowMapping]) -> dict[str, Any]:
    rule, spoken = rules.current().rules.get(surge.rule), language.current()
    point = to_shape(surge.geom).centroid
    return {
        "id": str(surge.id),
        "rule": surge.rule,
        "name": rule.name.said_in(spoken) if rule else surge.rule,
        "becomes": rule.becomes if rule else "incident",
        "status": surge.status,
        "version": surge.version,
        "lon": round(point.x, 6),
        "lat": round(point.y, 6),
        "radius_m": round(surge.radius_m),
        "first_at": surge.first_at,
        "last_at": surge.last_at,
        "observed": surge.observed,
        "expected": round(surge.expected, 4),
        "log10_p": round(surge.log10_p, 1),
        "evidence": evidence(surge),
        "cases": [_case(session, row) for row in members],
        "parent": next((row["number"] for row in members if row["case_id"] == surge.parent_case_id), None),
        "decided_at": surge.decided_at,
        "reason": surge.reason,
    }


def _case(session: Session, row: RowMapping) -> dict[str, Any]:
    return {
        "number": row["number"],
        "service": shown.service(cases.view(session), row["service_code"]),
        "place": row["place_text"],
        "opened_at": row["opened_at"],
        "is_open": row["is_open"],
        "link": str(row["link_id"]) if row["link_id"] else None,
    }


def evidence(surge: SurgeRow) -> list[str]:
    """Return why the cases are thought to be one incident, a sentence for each reason."""
    known = surge.evidence
    if known["kind"] == "count":
        return [_counted(surge, known)]
    return [
        ngettext(
            "%(num)s endroit distinct en %(hours)s h, à moins de %(metres)s m",
            "%(num)s endroits distincts en %(hours)s h, à moins de %(metres)s m",
            surge.observed,
            hours=f"{known['window_h']:g}",
            metres=f"{known['radius_m']:g}",
        ),
        _usual(known["usual_days"]),
        _("Une telle coïncidence : moins d’une chance sur %(odds)s", odds=_odds(surge.log10_p)),
    ]


def _counted(surge: SurgeRow, known: dict[str, Any]) -> str:
    where = {
        "segment": _("sur le même tronçon, %(name)s", name=known["name"]),
        "circuit": _("sur le même circuit, %(name)s", name=known["name"]),
        "zone": _("dans la même zone, %(name)s", name=known["name"]),
    }[known["by"]]
    return str(
        _(
            "%(count)s endroits %(where)s, en %(hours)s h (règle : %(least)s au moins)",
            count=surge.observed,
            where=where,
            hours=f"{known['within_h']:g}",
            least=known["least"],
        )
    )


def _usual(days: float) -> str:
    if days >= 730:
        return str(_("D’habitude, il faut plus de deux ans pour autant ici"))
    if days >= 2:
        return str(ngettext("D’habitude, il faut %(num)s jour pour autant ici",
                            "D’habitude, il faut %(num)s jours pour autant ici", round(days)))  # fmt: skip
    return str(_("D’habitude, il faut au moins deux fois plus de temps ici"))


def _odds(log10_p: float) -> str:
    """Return a round number of chances: one figure and its zeros, in groups of three."""
    power = min(12, int(-log10_p))
    return f"{10**power:,}".replace(",", "\N{NO-BREAK SPACE}")

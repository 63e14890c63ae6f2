"""What the pages of activities and shows say: when, for whom, at what price, and what is left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker import moments
from tracker.http import language
from tracker.web import booking_words


def line(found: dict[str, Any]) -> str:
    """Return one line of a list: when it begins, and what is left."""
    return f"{begins(found)} · {left(found['places'])}"


def begins(found: Mapping[str, Any]) -> str:
    """Return the first day, with the hour."""
    return moment(datetime.fromisoformat(found["rules"]["begins"]))


def moment(when: datetime) -> str:
    """Return a local moment in words."""
    spoken = language.current()
    return f"{moments.long_date(when.date(), spoken)}, {moments.time_of_day(when, spoken)}"


def left(places: Mapping[str, int]) -> str:
    """Return how many places are free, and how many may come back within minutes."""
    if places["free"]:
        told = str(ngettext("%(num)s place libre", "%(num)s places libres", places["free"]))
    else:
        told = str(_("Complet"))
    if places["held"]:
        told += ", " + str(ngettext("%(num)s retenue", "%(num)s retenues", places["held"]))
    return told


def conditions(found: dict[str, Any]) -> list[str]:
    """Return what there is to know before one registers, a sentence each."""
    rules, spoken = found["rules"], language.current()
    first, last = (datetime.fromisoformat(rules[name]) for name in ("begins", "ends"))
    told = [rules["when"][spoken]] if "when" in rules else []
    if last.date() == first.date():
        told.append(booking_words.period(first, last))
    else:
        days = {
            "first": moments.long_date(first.date(), spoken),
            "last": moments.long_date(last.date(), spoken),
        }
        told.append(_("Du %(first)s au %(last)s.", **days))
    told += [rules["where"][spoken]] if "where" in rules else []
    told += _ages(rules.get("ages"))
    told.append(_price(found["kind"], rules))
    told += _openings(rules)
    return told + booking_words.refunds(rules)


def _ages(ages: Mapping[str, int] | None) -> list[str]:
    if not ages:
        return []
    if "most" not in ages:
        return [_("Dès %(least)s ans, le premier jour.", least=ages["least"])]
    return [_("De %(least)s à %(most)s ans, le premier jour.", least=ages.get("least", 0), most=ages["most"])]


def _price(kind: str, rules: Mapping[str, Any]) -> str:
    cents = rules.get("flat_cents", 0)
    other = rules.get("other_cents", cents)
    if other != cents:
        return str(
            _(
                "%(here)s pour qui habite ici, %(elsewhere)s autrement.",
                here=booking_words.money(cents),
                elsewhere=booking_words.money(other),
            )
        )
    if not cents:
        return str(_("Sans frais."))
    amount = booking_words.money(cents)
    return str(_("%(amount)s le siège.", amount=amount) if kind == "show" else f"{amount}.")


def _openings(rules: Mapping[str, Any]) -> list[str]:
    told = []
    first, then = rules.get("residents_from"), rules.get("others_from")
    if first and first != then:
        day = moment(datetime.fromisoformat(first))
        told.append(_("Inscription de qui habite ici : dès le %(day)s.", day=day))
    if then:
        day = moment(datetime.fromisoformat(then))
        told.append(_("Inscription de tout le monde : dès le %(day)s.", day=day))
    return told

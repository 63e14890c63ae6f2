"""What a booking page says: hours, periods, prices and conditions in the reader's language."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from tracker import moments
from tracker.http import language
from tracker.letters import words as letter_words
from tracker.web import slots

WHOLE_DAY = timedelta(hours=23)  # the shortest of the year


def span(given: slots.Span, day: date, zone: ZoneInfo) -> dict[str, Any]:
    """Return a stretch of a day: its state, the units that are free, its hours."""
    spoken = language.current()
    starts, ends = given.starts.astimezone(zone), given.ends.astimezone(zone)
    last = "24\N{NO-BREAK SPACE}h" if spoken == "fr" else "midnight"
    until = moments.time_of_day(ends, spoken) if ends.date() == day else last
    is_whole = given.ends - given.starts >= WHOLE_DAY
    hours = _("Toute la journée") if is_whole else f"{moments.time_of_day(starts, spoken)} – {until}"
    return {"state": given.state, "free": given.free, "hours": hours}


def period(starts: datetime, ends: datetime) -> str:
    """Return a period in words; both instants are in their zone already."""
    spoken = language.current()
    first = moments.long_date(starts.date(), spoken)
    until = moments.time_of_day(ends, spoken)
    if ends.date() != starts.date():
        until = f"{moments.long_date(ends.date(), spoken)}, {until}"
    return f"{first}, {moments.time_of_day(starts, spoken)} – {until}"


def conditions(found: dict[str, Any]) -> list[str]:
    """Return what the town asks of whoever books, a sentence each."""
    rules, told = found["rules"], []
    if rules.get("hourly_cents"):
        told.append(_("%(amount)s l’heure commencée.", amount=money(rules["hourly_cents"])))
    if rules.get("flat_cents"):
        told.append(_("%(amount)s chacun.", amount=money(rules["flat_cents"])))
    if not (rules.get("hourly_cents") or rules.get("flat_cents")):
        told.append(_("Sans frais."))
    if rules.get("deposit_cents"):
        told.append(_("Dépôt de %(amount)s, rendu au retour.", amount=money(rules["deposit_cents"])))
    if found["kind"] == "room":
        most = rules.get("approve_above", 50)
        told.append(_("Plus de %(most)s personnes, ou de l’alcool : la Ville approuve d’abord.", most=most))
    told += [
        _(
            "Annulé au moins %(days)s jours avant : %(share)s %% remboursé.",
            days=tier["days"],
            share=round(tier["share"] * 100),
        )
        for tier in sorted(rules.get("refund", []), key=lambda each: -float(each["days"]))
    ]
    return told


def money(cents: int) -> str:
    """Return an amount as the reader writes it."""
    return letter_words.money(cents, language.current())

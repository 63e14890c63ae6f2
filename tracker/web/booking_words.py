"""What a booking page says: hours, periods, prices and conditions in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

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
    """Return a period in words; both instants are in their zone already. Whole days are told as days."""
    spoken = language.current()
    first = moments.long_date(starts.date(), spoken)
    if _are_whole_days(starts, ends):
        last = ends.date() - timedelta(days=1)
        days = first if last == starts.date() else f"{first} – {moments.long_date(last, spoken)}"
        return f"{days} ({duration(starts, ends)})"
    until = moments.time_of_day(ends, spoken)
    if ends.date() != starts.date():
        until = f"{moments.long_date(ends.date(), spoken)}, {until}"
    return f"{first}, {moments.time_of_day(starts, spoken)} – {until}"


def duration(starts: datetime, ends: datetime) -> str:
    """Return how long a period is: whole days as days, else as hours of the wall."""
    if _are_whole_days(starts, ends):
        return str(ngettext("%(num)s jour", "%(num)s jours", (ends.date() - starts.date()).days))
    minutes = int((ends.replace(tzinfo=None) - starts.replace(tzinfo=None)).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    told = [str(ngettext("%(num)s jour", "%(num)s jours", days))] if days else []
    if rest:
        told.append(moments.span(timedelta(minutes=rest), language.current()))
    return " ".join(told)


def _are_whole_days(starts: datetime, ends: datetime) -> bool:
    return starts.time() == ends.time() == time.min and ends.date() > starts.date()


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
    return told + refunds(rules)


def refunds(rules: Mapping[str, Any]) -> list[str]:
    """Return what goes back to who cancels, a sentence each."""
    return [
        str(
            ngettext(
                "Annulé au moins %(num)s jour avant : %(share)s %% remboursé.",
                "Annulé au moins %(num)s jours avant : %(share)s %% remboursé.",
                tier["days"],
                share=round(tier["share"] * 100),
            )
        )
        for tier in sorted(rules.get("refund", []), key=lambda each: -float(each["days"]))
    ]


def money(cents: int) -> str:
    """Return an amount as the reader writes it."""
    return letter_words.money(cents, language.current())

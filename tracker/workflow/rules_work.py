"""Guards of planning, doing and finishing the work."""

from datetime import date, datetime, timedelta

from .facts import Facts
from .rule import Params, Rule
from .table import Words


def _date_promised(facts: Facts, _: Params) -> bool:
    planned = facts.inputs.get("planned_for")
    if not isinstance(planned, datetime):
        return False
    inside = facts.resolve_by is None or planned <= facts.resolve_by
    return inside or bool(facts.said("reason"))


def _moment_ahead(facts: Facts, params: Params) -> bool:
    moment = facts.inputs.get(params["input"])
    return isinstance(moment, datetime) and moment >= facts.now


def _date_within(facts: Facts, params: Params) -> bool:
    day = facts.inputs.get(params["input"])
    if not isinstance(day, date):
        return False
    return facts.today < day <= facts.today + timedelta(days=params["days"])


def _near_site(facts: Facts, params: Params) -> bool:
    near = facts.distance_m is not None and facts.distance_m <= params["radius_m"]
    return near or bool(facts.said("reason"))


def _photo_after(facts: Facts, params: Params) -> bool:
    needed = facts.priority in params["priorities"] or facts.inputs.get("outcome") in params["outcomes"]
    return facts.photos_after > 0 or not needed


def _number_between(facts: Facts, params: Params) -> bool:
    value = facts.inputs.get(params["input"])
    return isinstance(value, int | float) and bool(params["min"] <= value <= params["max"])


def _days_passed(facts: Facts, params: Params) -> bool:
    since = moment(facts, params["since"])
    return since is not None and facts.now >= since + timedelta(days=params["days"])


def _within_days(facts: Facts, params: Params) -> bool:
    since = moment(facts, params["since"])
    return since is not None and facts.now <= since + timedelta(days=params["days"])


def moment(facts: Facts, name: str) -> datetime | None:
    """Return the moment a period counts from; a case completed but not closed counts from completion."""
    value = getattr(facts, name)
    if name == "closed_at":
        value = value or facts.completed_at
    return value if isinstance(value, datetime) else None


RULES = (
    Rule(
        name="date_promised",
        holds=_date_promised,
        words=Words(
            fr="Cette date dépasse le délai promis. Choisissez-en une plus proche ou dites pourquoi.",
            en="This date is past the promised one. Choose an earlier date or say why.",
        ),
        field="reason",
    ),
    Rule(
        name="moment_ahead",
        params=("input",),
        holds=_moment_ahead,
        words=Words(fr="Choisissez une date à venir.", en="Choose a date in the future."),
        field="{input}",
    ),
    Rule(
        name="date_within",
        params=("input", "days"),
        holds=_date_within,
        words=Words(fr="Choisissez une date d’ici {days} jours.", en="Choose a date within {days} days."),
        field="{input}",
    ),
    Rule(
        name="near_site",
        params=("radius_m",),
        holds=_near_site,
        words=Words(
            fr="Vous êtes à plus de {radius_m} m du lieu, ou votre position est inconnue. Dites pourquoi.",
            en="You are more than {radius_m} m from the place, or your position is unknown. Say why.",
        ),
        field="reason",
    ),
    Rule(
        name="photo_taken",
        holds=lambda facts, _: facts.photos_after > 0,
        words=Words(fr="Prenez une photo du lieu.", en="Take a photo of the place."),
        field="photos",
    ),
    Rule(
        name="photo_after",
        params=("priorities", "outcomes"),
        holds=_photo_after,
        words=Words(fr="Prenez une photo après le travail.", en="Take a photo after the work."),
        field="photos",
    ),
    Rule(
        name="number_between",
        params=("input", "min", "max"),
        holds=_number_between,
        words=Words(
            fr="Indiquez un nombre de {min} à {max}.",
            en="Give a number from {min} to {max}.",
        ),
        field="{input}",
    ),
    Rule(
        name="work_not_started",
        holds=lambda facts, _: facts.started_at is None,
        words=Words(fr="L’équipe a déjà commencé le travail.", en="The crew has already started the work."),
    ),
    Rule(
        name="count_below",
        params=("what", "max"),
        holds=lambda facts, params: bool(getattr(facts, params["what"]) < params["max"]),
        words=Words(
            fr="Déjà {max} fois : une personne superviseure doit décider.",
            en="Already {max} times: a supervisor must decide.",
        ),
    ),
    Rule(
        name="days_passed",
        params=("since", "days"),
        holds=_days_passed,
        words=Words(fr="Il faut attendre {days} jours.", en="{days} days must pass first."),
    ),
    Rule(
        name="within_days",
        params=("since", "days"),
        holds=_within_days,
        words=Words(fr="Le délai de {days} jours est passé.", en="The {days} days have passed."),
    ),
)

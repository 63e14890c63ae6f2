"""How failures of bookings are answered."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker import moments
from tracker.bookings import errors as facts
from tracker.http import language
from tracker.http.errors import register as on


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.ResourceUnknown,
        404,
        "resource-not-found",
        title=_l("Rien de ce nom à réserver"),
        message=lambda error: _("Aucun lieu ou matériel n’a le code %(code)s.", code=error.code),
    )
    on(
        facts.SlotTaken,
        409,
        "slot-taken",
        title=_l("Place déjà prise"),
        message=lambda _error: _(
            "Quelqu’un d’autre l’a pour ce moment. Choisissez-en un autre, ou attendez en liste."
        ),
        extra=lambda error: {"near": list(error.near)} if error.near else {},
    )
    on(
        facts.SlotFree,
        409,
        "slot-free",
        title=_l("Il reste de la place"),
        message=lambda _error: _("Réservez directement : la liste d’attente n’est pas nécessaire."),
    )
    on(
        facts.PeriodInvalid,
        422,
        "period-invalid",
        title=_l("Moment impossible"),
        message=lambda _error: _("Ce n’est pas un moment où cela se réserve."),
    )
    on(
        facts.TooLate,
        422,
        "booking-too-late",
        title=_l("Trop tard pour ce jour"),
        message=lambda _error: _("Une place sur une tournée se demande au plus tard la veille à midi."),
    )
    _places()


def _places() -> None:
    on(
        facts.SeatUnknown,
        422,
        "seat-not-found",
        title=_l("Siège inconnu"),
        message=lambda error: _("La salle n’a pas de siège %(label)s.", label=error.label),
    )
    on(
        facts.RegistrationClosed,
        422,
        "registration-closed",
        title=_l("Les inscriptions ne sont pas ouvertes"),
        message=_opening,
        extra=lambda error: {"opens_at": error.opens_at.isoformat()},
    )
    on(
        facts.AgeOutside,
        422,
        "age-outside",
        title=_l("L’âge ne convient pas"),
        message=_ages,
    )
    on(
        facts.AlreadyRegistered,
        409,
        "already-registered",
        title=_l("Inscription déjà faite"),
        message=lambda _error: _("Cette personne est déjà inscrite, ou attend déjà une place."),
    )


def _opening(error: Any) -> str:
    spoken = language.current()
    day, hour = moments.long_date(error.opens_at.date(), spoken), moments.time_of_day(error.opens_at, spoken)
    said = _("Les inscriptions commencent le %(day)s à %(hour)s.", day=day, hour=hour)
    if not error.for_residents:
        said = _(
            "Sans adresse connue de la Ville, elles commencent le %(day)s à %(hour)s.", day=day, hour=hour
        )
    return str(said)


def _ages(error: Any) -> str:
    least, most = error.least, error.most
    if least is None:
        said = _("L’activité est pour les personnes d’au plus %(most)s ans, le premier jour.", most=most)
    elif most is None:
        said = _("L’activité est pour les personnes d’au moins %(least)s ans, le premier jour.", least=least)
    else:
        said = _(
            "L’activité est pour les personnes de %(least)s à %(most)s ans, le premier jour.",
            least=least, most=most,
        )  # fmt: skip
    return str(said)

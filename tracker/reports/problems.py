"""How failures of intake are answered."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http import language
from tracker.http.errors import register as on
from tracker.reports import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    _service_and_moment()
    _person_and_answers()


def _service_and_moment() -> None:
    on(
        facts.ServiceUnknown,
        422,
        "unknown-service",
        title=_l("Service inconnu"),
        message=lambda error: _("Aucun service n’a le code %(code)s ici.", code=error.code),
    )
    on(
        facts.OutOfSeason,
        422,
        "out-of-season",
        title=_l("Hors saison"),
        message=lambda error: error.en if language.current() == "en" else error.fr,
        extra=lambda error: {"opens_on": error.opens_on},
    )
    on(
        facts.TooEarly,
        422,
        "too-early",
        title=_l("Pas encore"),
        message=lambda error: error.en if language.current() == "en" else error.fr,
    )
    on(
        facts.InTheFuture,
        422,
        "future-date",
        title=_l("Date à venir"),
        message=lambda _error: _("La date de ce que vous signalez ne peut pas être à venir."),
    )


def _person_and_answers() -> None:
    on(
        facts.ContactNeeded,
        422,
        "contact-needed",
        title=_l("Coordonnées requises"),
        message=lambda _error: _("Laissez un courriel ou un téléphone pour qu’on puisse vous répondre."),
    )
    on(
        facts.ComplaintGroundless,
        422,
        "complaint-groundless",
        title=_l("Plainte sans objet"),
        message=lambda _error: _("Donnez le numéro d’une demande existante, ou le code du service en cause."),
        extra=lambda _error: {
            "errors": [{"pointer": "/answers/requete_liee", "detail": _("Numéro inconnu")}]
        },
    )
    on(
        facts.NoDrafts,
        422,
        "no-drafts",
        title=_l("Pas de brouillon ici"),
        message=lambda _error: _("Seule une demande de permis peut rester en brouillon."),
    )
    on(
        facts.AnswersInvalid,
        422,
        "missing-answers",
        title=_l("Réponses à compléter"),
        message=lambda error: _("Réponses à revoir : %(count)d.", count=len(error.faults)),
        extra=lambda error: {"errors": [_fault(fault) for fault in error.faults]},
    )


def _fault(fault: facts.AnswerFault) -> dict[str, Any]:
    label = fault.label_en if language.current() == "en" else fault.label_fr
    detail = {
        "missing": _("Il manque une réponse : %(label)s", label=label),
        "impossible": _("Réponse impossible : %(label)s", label=label),
        "unknown": _("Question inconnue : %(label)s", label=label),
    }[fault.fault]
    return {"detail": detail, "pointer": f"/answers/{fault.code}", "code": fault.code, "fault": fault.fault}

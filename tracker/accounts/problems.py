"""How failures of accounts are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.accounts import errors as facts
from tracker.http.errors import register as on


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.NotSignedIn,
        401,
        "sign-in-required",
        title=_l("Connexion requise"),
        message=lambda _error: _("Connectez-vous, ou présentez un jeton valide."),
    )
    on(
        facts.OperationNotAllowed,
        403,
        "not-allowed",
        title=_l("Accès refusé"),
        message=lambda _error: _("Votre rôle ne permet pas cette opération."),
        extra=lambda error: {"operation": error.operation, "role": error.role},
    )
    on(
        facts.ForgerySuspected,
        403,
        "forgery-suspected",
        title=_l("Demande d’une autre page"),
        message=lambda _error: _(
            "Cette page est trop ancienne ou vient d’ailleurs. Rechargez-la, puis recommencez."
        ),
    )
    _sign_in()
    _tokens()


def _sign_in() -> None:
    on(
        facts.SignInRefused,
        401,
        "sign-in-refused",
        title=_l("Connexion refusée"),
        message=lambda _error: _("L’adresse courriel ou le mot de passe ne convient pas."),
    )
    on(
        facts.TooManyAttempts,
        429,
        "too-many-attempts",
        title=_l("Trop d’essais"),
        message=lambda error: _(
            "Attendez %(seconds)d secondes avant de recommencer.", seconds=error.retry_after_s
        ),
        extra=lambda error: {"retry_after": error.retry_after_s},
    )


def _tokens() -> None:
    on(
        facts.TokenExpired,
        401,
        "token-expired",
        title=_l("Jeton expiré"),
        message=lambda _error: _("Le jeton est expiré : demandez-en un autre à l’administration."),
    )
    on(
        facts.TokenUnknown,
        401,
        "token-unknown",
        title=_l("Jeton inconnu"),
        message=lambda _error: _("Ce jeton n’existe pas ici ou a été révoqué."),
    )
    on(
        facts.TokenNotFound,
        404,
        "token-not-found",
        title=_l("Jeton introuvable"),
        message=lambda _error: _("Aucun jeton n’a cet identifiant."),
    )
    on(
        facts.CrewMissing,
        422,
        "crew-missing",
        title=_l("Équipe manquante"),
        message=lambda _error: _("Dites de quelle équipe il s’agit."),
        extra=lambda _error: {"errors": [{"detail": _("Cette donnée est requise."), "pointer": "/crew"}]},
    )

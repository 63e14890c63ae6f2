"""How refusals about notices are answered."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.notify import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    _texts()
    _wishes()


def _texts() -> None:
    on(
        facts.TemplateUnknown,
        404,
        "notice-unknown",
        title=_l("Avis inconnu"),
        message=lambda _error: _("Aucun avis ne porte ce nom."),
    )
    on(
        facts.VersionUnknown,
        404,
        "version-unknown",
        title=_l("Version inconnue"),
        message=lambda _error: _("Cet avis n’a pas cette version."),
    )
    on(
        facts.TemplateUnsound,
        422,
        "template-unsound",
        title=_l("Texte refusé"),
        message=lambda error: " ".join(map(sentence, error.faults[:5])),
        extra=lambda error: {
            "errors": [
                {"detail": sentence(fault), "pointer": f"/texts/{fault.language}/{fault.part}"}
                for fault in error.faults
            ]
        },
    )
    on(
        facts.LanguageMissing,
        409,
        "language-missing",
        title=_l("Il manque une langue"),
        message=lambda error: _(
            "Écrivez aussi le texte en %(language)s avant de l’utiliser.", language=_language(error.language)
        ),
    )


def _wishes() -> None:
    on(
        facts.LinkInvalid,
        404,
        "link-invalid",
        title=_l("Lien inconnu"),
        message=lambda _error: _("Ce lien n’est pas complet. Reprenez-le dans le message reçu."),
    )
    on(
        facts.SubjectUnknown,
        422,
        "subject-unknown",
        title=_l("On ne peut pas suivre cela"),
        message=lambda _error: _("Cela n’existe pas ici, ou n’est pas public."),
        extra=lambda error: {"errors": [{"detail": _("inconnu"), "pointer": f"/{error.field}"}]},
    )
    on(
        facts.TooManyWishes,
        409,
        "too-many-subscriptions",
        title=_l("Trop d’abonnements"),
        message=lambda _error: _("Cinquante abonnements au plus. Retirez-en un d’abord."),
    )
    on(
        facts.AddressInvalid,
        422,
        "address-invalid",
        title=_l("Adresse refusée"),
        message=lambda _error: _("Ce n’est pas une adresse de courriel."),
        extra=lambda _error: {
            "errors": [{"detail": _("Ce n’est pas une adresse de courriel."), "pointer": "/email"}]
        },
    )
    on(
        facts.ChannelUnreachable,
        422,
        "channel-unreachable",
        title=_l("Aucune adresse pour ce canal"),
        message=lambda _error: _("Vous n’avez laissé aucune adresse pour ce canal."),
        extra=lambda error: {"errors": [{"detail": error.channel, "pointer": "/channels"}]},
    )


def sentence(fault: facts.Fault) -> str:
    """Return what is wrong with a template, with its line, in the reader's language."""
    parts = {"subject": _("objet"), "body": _("corps"), "short": _("texte court")}
    where = _(
        "%(part)s (%(language)s), ligne %(line)s",
        part=parts[fault.part],
        language=fault.language,
        line=fault.line,
    )
    return f"{where}{_(' : ')}{_what(fault)}"


def _what(fault: facts.Fault) -> Any:
    kinds = {
        "empty": _("il est vide."),
        "too_long": _("il est trop long."),
        "unprintable": _("il contient un caractère impossible."),
        "one_line": _("il tient sur une seule ligne."),
        "syntax": _("écriture incorrecte (%(name)s).", name=fault.name),
        "too_deep": _("il est trop imbriqué."),
        "forbidden": _("« %(name)s » n’est pas permis.", name=fault.name),
        "unknown_name": _("« %(name)s » n’est pas un nom connu.", name=fault.name),
    }
    return kinds[fault.kind]


def _language(code: str) -> str:
    return str(_("anglais") if code == "en" else _("français"))

"""How failures of cases and of their workflows are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker import workflow
from tracker.cases import errors as facts
from tracker.http import language
from tracker.http.errors import Message
from tracker.http.errors import register as on


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.CaseNotFound,
        404,
        "case-not-found",
        title=_l("Dossier introuvable"),
        message=lambda error: _("Aucun dossier ne porte le numéro %(number)s.", number=error.number),
    )
    on(
        facts.ReportNotFound,
        404,
        "report-not-found",
        title=_l("Signalement introuvable"),
        message=lambda error: _("Aucun signalement ne porte le numéro %(number)s.", number=error.number),
    )
    on(
        facts.CaseChanged,
        412,
        "case-changed",
        title=_l("Le dossier a changé"),
        message=lambda _error: _("Quelqu’un d’autre a modifié ce dossier. Relisez-le, puis recommencez."),
        extra=lambda error: {"version": error.version},
    )
    _lists()
    _moves()
    _links()
    _workflows()


def _lists() -> None:
    on(
        facts.CursorInvalid,
        422,
        "cursor-invalid",
        title=_l("Suite de liste inconnue"),
        message=lambda _error: _("Reprenez la liste du début."),
    )
    on(
        facts.FilterInvalid,
        422,
        "filter-invalid",
        title=_l("Filtre incompris"),
        message=lambda error: _(
            "Le filtre « %(name)s » ne comprend pas « %(value)s ».", name=error.name, value=error.value
        ),
    )


def _moves() -> None:
    on(
        workflow.TransitionUnknown,
        422,
        "unknown-transition",
        title=_l("Action inconnue"),
        message=lambda error: _("Aucune action ne s’appelle « %(name)s ».", name=error.name),
    )
    on(
        workflow.TransitionNotAllowed,
        409,
        "transition-not-allowed",
        title=_l("Action impossible maintenant"),
        message=lambda _error: _("Le dossier n’est pas dans un état qui permet cette action."),
        extra=lambda error: {"transition": error.name, "state": error.status},
    )
    on(
        workflow.RoleNotAllowed,
        403,
        "role-not-allowed",
        title=_l("Action réservée"),
        message=lambda _error: _("Votre rôle ne permet pas cette action."),
        extra=lambda error: {"transition": error.name},
    )
    on(
        workflow.GuardRefused,
        422,
        "guard-refused",
        title=_l("Il manque quelque chose"),
        message=lambda error: error.en if language.current() == "en" else error.fr,
        extra=_guard,
    )
    on(
        facts.NotYourCase,
        403,
        "not-your-case",
        title=_l("Dossier d’une autre équipe"),
        message=lambda _error: _("Ce dossier est confié à une autre équipe."),
    )
    on(
        facts.CrewUnknown,
        422,
        "crew-unknown",
        title=_l("Équipe inconnue"),
        message=lambda error: _("Aucune équipe n’a le code %(code)s.", code=error.code),
    )


def _workflows() -> None:
    on(
        facts.NotADraft,
        409,
        "not-a-draft",
        title=_l("Déjà déposé"),
        message=lambda _error: _("Ce qui est déposé ne se change plus : écrivez plutôt à la Ville."),
    )
    on(
        facts.FamilyNotFound,
        404,
        "workflow-not-found",
        title=_l("Cheminement introuvable"),
        message=lambda _error: _("Aucun cheminement de ce nom, ou pas dans cette version."),
    )
    on(
        facts.DefinitionRefused,
        422,
        "definition-refused",
        title=_l("Définition refusée"),
        message=lambda error: _("Erreurs à corriger : %(count)d.", count=len(error.mistakes)),
        extra=lambda error: {
            "mistakes": error.mistakes,
            "errors": [{"detail": each["problem"], "pointer": "/text"} for each in error.mistakes],
        },
    )


def _guard(error: workflow.GuardRefused) -> dict[str, object]:
    detail = error.en if language.current() == "en" else error.fr
    errors = [{"detail": detail, "pointer": f"/inputs/{error.field}"}] if error.field else []
    return {"guard": error.guard, "transition": error.transition, "errors": errors}


def _links() -> None:
    for error, slug, title, detail in (
        (
            facts.CaseNotOpen,
            "case-not-open",
            _l("Dossier terminé"),
            _l("On n’ajoute rien à un dossier terminé."),
        ),
        (
            facts.TooFar,
            "too-far",
            _l("Trop loin"),
            _l("Ce lieu est trop loin du dossier pour que ce soit la même chose."),
        ),
        (
            facts.OtherService,
            "other-service",
            _l("Services trop différents"),
            _l("Ces dossiers suivent des parcours différents et ne peuvent pas être joints."),
        ),
        (facts.SameCase, "same-case", _l("Même dossier"), _l("Un dossier ne se joint pas à lui-même.")),
        (
            facts.LastReport,
            "last-report",
            _l("Dernier signalement"),
            _l("Le seul signalement d’un dossier ne peut pas en être détaché."),
        ),
        (facts.LinkSpent, "link-spent", _l("Déjà annulé"), _l("Ce changement a déjà été annulé.")),
        (facts.LinkTooOld, "link-too-old", _l("Trop tard"), _l("On peut annuler pendant 30 jours.")),
        (
            facts.LinkStale,
            "link-stale",
            _l("D’autres changements ont suivi"),
            _l("Annulez d’abord les changements faits depuis."),
        ),
    ):
        on(error, 409, slug, title=title, message=_constant(detail))
    on(
        facts.LinkNotFound,
        404,
        "link-not-found",
        title=_l("Changement introuvable"),
        message=lambda _error: _("Ce changement n’existe pas."),
    )


def _constant(said: object) -> Message:
    return lambda _error: str(said)

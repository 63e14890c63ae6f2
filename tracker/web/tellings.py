"""What pages of the staff say of what was just done, and the names of things there."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from tracker.web.queue import Filters


def of_address(given: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what the address of the page says was done."""
    joined, done, split = given.get("joint"), given.get("fait"), given.get("separe")
    if joined:
        text = _("Dossier %(number)s fusionné avec celui-ci.", number=joined)
        return {"kind": "ok", "text": text, "undo": given.get("lien"), "number": joined}
    if split:
        text = _("Le signalement %(number)s a maintenant son propre dossier.", number=split)
        return {"kind": "ok", "text": text, "undo": given.get("lien"), "number": given.get("de")}
    if done in _done():
        return {"kind": "ok", "text": _done()[done], "back": _way_back(str(done), given)}
    return None


def _way_back(done: str, given: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the act that takes back what was done, where another of the same kind does."""
    asked = {"requalify": ("service_code",), "transfer": ("department", "district")}.get(done, ())
    inputs = {name: given[name] for name in asked if given.get(name)}
    if not inputs:
        return None
    return {"transition": done, "inputs": inputs | {"reason": _("Annulation")}}


def moved_on(problem: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Say that somebody was quicker, and that the case shown is the present one."""
    more = _("Voici le dossier tel qu’il est maintenant. Rien n’a été changé par votre geste.")
    return {"kind": "warn", "text": _("Quelqu’un a modifié ce dossier entre-temps."), "more": more,
            "detail": (problem or {}).get("detail", "")}  # fmt: skip


def refused(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Say why something was not done."""
    return {"kind": "danger", "text": problem.get("title", ""), "more": problem.get("detail", "")}


def priority(level: int) -> str:
    """Return the name of a priority."""
    names = {1: _("Danger"), 2: _("Urgent"), 3: _("Normal"), 4: _("Peut attendre")}
    return f"P{level} · {names.get(level, '')}"


def steps() -> dict[str, str]:
    """Return the names of the steps of triage."""
    return {
        "territory": _("Territoire"),
        "place": _("Lieu"),
        "owner": _("Propriétaire"),
        "department": _("Service"),
        "district": _("District"),
        "crew": _("Équipe"),
        "batch": _("À grouper"),
        "person": _("Décision"),
        "priority": _("Priorité"),
        "respond_by": _("Premier suivi"),
        "resolve_by": _("Fin promise"),
        "promise": _("Délai"),
        "respond": _("Première réponse"),
        "resolve": _("Règlement"),
        "storm": _("Tempête"),
        "transfer": _("Transfert"),
        "duplicates": _("Doublons"),
        "duplicate": _("Doublon"),
        "accept": _("Acceptation"),
    }


def of_filters(filters: Filters) -> str:
    """Return the filters of the queue in a few words."""
    chosen = [
        filters.q and f"« {filters.q} »",
        filters.group,
        filters.district,
        filters.priority and f"P{filters.priority}",
    ]
    return " · ".join(filter(None, chosen)) or _("Toute la ville")


def actor(ref: str) -> str:
    """Return who acted, as colleagues may read it: the history keeps a reference and no name."""
    kind = ref.partition(":")[0]
    names: dict[str, str] = {
        "citizen": _("La personne qui a signalé"),
        "system": _("Vigie, automatiquement"),
        "staff": _("Personnel de la Ville"),
        "partner": _("Partenaire"),
        "token": _("Un programme"),
    }
    return names.get(kind, ref)


def _done() -> dict[str, str]:
    return {
        "accept": _("Accepté."),
        "assign": _("Confié à l’équipe."),
        "ask": _("Question envoyée."),
        "refuse": _("Non retenu. La personne reçoit votre motif."),
        "hold": _("Mis en attente."),
        "resume": _("Repris."),
        "plan": _("Date prévue."),
        "refer": _("Transmis au partenaire."),
        "take_back": _("Repris du partenaire."),
        "close": _("Fermé."),
        "reopen": _("Rouvert."),
        "cancel": _("Annulé."),
        "requalify": _("Service changé."),
        "transfer": _("Dossier transféré."),
        "mark_duplicate": _("Joint."),
        "unmark_duplicate": _("Détaché."),
        "start": _("C’est commencé. Prudence sur place."),
        "make_safe": _("Lieu sécurisé. Merci."),
        "complete": _("Terminé. Merci, la personne est avertie."),
        "answer": _("Réponse notée."),
        "message": _("Message envoyé."),
        "note": _("Note gardée. La personne qui a signalé ne la voit pas."),
        "follow": _("Vous suivez ce dossier : les nouvelles arrivent dans vos avis."),
        "unfollow": _("Vous ne suivez plus ce dossier."),
        "undo": _("C’est défait : tout est comme avant."),
    }

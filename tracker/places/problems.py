"""How failures of places are answered: always with what to do next."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http import language
from tracker.http.errors import register as on
from tracker.places import errors as facts
from tracker.places.errors import Party

# What the city looks into on private ground, whoever owns it.
LIKELY_OURS = 0.1
INSPECTED = ("NUI-TER", "NUI-BRU", "ARB-DAN")


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.LocationMissing,
        422,
        "location-missing",
        title=_l("Lieu manquant"),
        message=lambda _error: _("Dites où : une position, une adresse ou un équipement."),
    )
    on(
        facts.LocationUnusable,
        422,
        "location-unusable",
        title=_l("Position inutilisable"),
        message=lambda error: error.en if language.current() == "en" else error.fr,
        extra=lambda error: {"finding": error.finding},
    )
    on(
        facts.OutsideTerritory,
        422,
        "outside-territory",
        title=_l("Hors du territoire"),
        message=_outside,
        extra=lambda error: {"contact": contact(error.party), "ours": round(error.ours, 3)},
    )
    on(
        facts.NotOurs,
        422,
        "not-ours",
        title=_l("Pas du ressort de la Ville"),
        message=lambda error: _("C’est à %(name)s qu’il faut s’adresser.", name=_name(error.party)),
        extra=lambda error: {"contact": contact(error.party), "what": error.what},
    )
    on(
        facts.InWater,
        422,
        "in-water",
        title=_l("Dans l’eau"),
        message=lambda _error: _(
            "Déplacez l’épingle sur la rive. Si quelqu’un est en danger, appelez le 911."
        ),
        extra=lambda error: {"contact": contact(error.party)},
    )
    on(
        facts.PrivateLot,
        422,
        "private-lot",
        title=_l("Terrain privé"),
        message=lambda _error: _(
            "Ce lieu est sur un terrain privé, où la Ville n’intervient pas : adressez-vous au propriétaire. "
            "Si c’est dans la rue ou dans un parc, déplacez l’épingle. Un terrain malpropre, un bruit ou un "
            "arbre dangereux se signale par les services d’inspection."
        ),
        extra=lambda _error: {"contact": None, "services": list(INSPECTED)},
    )
    _addresses()


def _addresses() -> None:
    on(
        facts.BoundarySetUnknown,
        404,
        "boundary-set-not-found",
        title=_l("Version inconnue"),
        message=lambda error: _("Il n’y a pas de version %(id)s des districts.", id=error.set_id),
    )
    on(
        facts.AddressUnknown,
        422,
        "address-unknown",
        title=_l("Adresse inconnue"),
        message=lambda error: _("On ne trouve pas « %(query)s » ici.", query=error.query),
        extra=lambda error: {"choices": [as_choice(choice) for choice in error.choices]},
    )
    on(
        facts.AddressAmbiguous,
        422,
        "place-ambiguous",
        title=_l("Plusieurs lieux possibles"),
        message=lambda error: _(
            "« %(query)s » peut être plusieurs endroits : choisissez.", query=error.query
        ),
        extra=lambda error: {"choices": [as_choice(choice) for choice in error.choices]},
    )
    on(
        facts.AddressVague,
        422,
        "place-vague",
        title=_l("Lieu trop vague"),
        message=lambda error: _("« %(query)s » : à quel numéro, ou près de quelle rue ?", query=error.query),
        extra=lambda error: {"choices": [as_choice(choice) for choice in error.choices]},
    )
    on(
        facts.AssetUnknown,
        422,
        "asset-unknown",
        title=_l("Équipement inconnu"),
        message=lambda error: _("Aucun équipement ne porte le numéro %(code)s.", code=error.code),
    )


def contact(party: Party | None) -> dict[str, Any] | None:
    """Return whom to call instead, in the reader's language."""
    if party is None:
        return None
    return {
        "code": party.code,
        "name": _name(party),
        "phone": party.phone,
        "url": party.url,
        "email": party.email,
    }


def as_choice(choice: facts.Choice) -> dict[str, Any]:
    """Return a place as the API shows it."""
    label = choice.label_en if choice.label_en and language.current() == "en" else choice.label
    return {
        "label": f"{label}, {choice.detail}" if choice.detail else label,
        "lon": round(choice.lon, 7),
        "lat": round(choice.lat, 7),
        "kind": choice.kind,
        "accuracy_m": round(choice.accuracy_m, 1),
        "district": choice.area,
        "asset": {"kind": choice.asset[0], "code": choice.asset[1]} if choice.asset else None,
    }


def _name(party: Party) -> str:
    return party.name_en if language.current() == "en" else party.name_fr


def _outside(error: facts.OutsideTerritory) -> str:
    said = (
        str(_("Ce lieu est hors de la municipalité."))
        if error.party is None
        else str(_("Ce lieu est à %(name)s, qui peut s’en occuper.", name=_name(error.party)))
    )
    if error.ours < LIKELY_OURS:
        return said
    return (
        f"{said} {_('La position est imprécise : si c’est de notre côté, placez l’épingle au bon endroit.')}"
    )

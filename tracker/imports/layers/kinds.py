"""What each kind of layer is made of, and under which names offices write its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gis import text
from tracker.imports import errors


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """Something a layer may say. `guesses` are names of fields, folded; `is_told` ones are never guessed.

    Who owns a thing is never read from a field that merely seems to say so: Montréal's "owner" column holds
    the territory.
    """

    name: str
    guesses: tuple[str, ...] = ()
    is_required: bool = False
    is_told: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of layer: the shape of its rows and its columns. A table will do when no shape is needed."""

    name: str
    shape: str
    columns: tuple[Column, ...]
    needs_shape: bool = True


CODE = Column(name="code", guesses=("code", "id", "no", "numero", "num", "objectid", "gid", "fid", "id_uev"))
_OWNER = Column(name="owner", is_told=True)
_MAINTAINER = Column(name="maintained_by", is_told=True)
_DISTRICT = Column(name="district", guesses=("district_entretien", "maintenance_district"))

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="districts",
            shape="polygon",
            columns=(
                Column(
                    name="name",
                    guesses=(
                        "name",
                        "nom",
                        "district",
                        "quartier",
                        "arrondissement",
                        "neighborhood",
                        "libelle",
                    ),
                    is_required=True,
                ),
                Column(name="code", guesses=("code", "no_district", "code_district", "num_arr")),
            ),
        ),
        Kind(
            name="segments",
            shape="line",
            columns=(
                Column(
                    name="name",
                    guesses=(
                        "name",
                        "nom",
                        "odonyme",
                        "nom_voie",
                        "nom_rue",
                        "rue",
                        "street",
                        "street_name",
                        "st_name",
                        "fullname",
                        "full_name",
                        "toponyme",
                        "nomrue",
                        "strassenname",
                    ),
                    is_required=True,
                ),  # fmt: skip
                Column(
                    name="code",
                    guesses=(
                        "code",
                        "id_trc",
                        "idrte",
                        "segment_id",
                        "segmentid",
                        "id_segment",
                        *CODE.guesses,
                    ),
                ),
                Column(
                    name="class",
                    guesses=("classe", "class", "fclass", "highway", "hierarchie", "caractrte", "classe_rte"),
                ),
                Column(
                    name="speed_kmh", guesses=("vitesse", "speed_kmh", "maxspeed", "speed", "vitesse_kmh")
                ),
                Column(name="lanes", guesses=("voies", "lanes", "nb_voies")),
                Column(name="surface", guesses=("surface", "revetement")),
                Column(name="oneway", guesses=("oneway", "sens_unique", "one_way", "sens_cir")),
                Column(name="aliases", guesses=("alias", "aliases", "alt_name", "ancien_nom", "old_name")),
                _DISTRICT,
                _OWNER,
                _MAINTAINER,
            ),
        ),
        Kind(
            name="addresses",
            shape="point",
            columns=(
                Column(
                    name="address",
                    guesses=(
                        "adresse",
                        "address",
                        "full_address",
                        "adresse_complete",
                        "fulladdr",
                        "full_addr",
                    ),
                ),
                Column(
                    name="civic",
                    guesses=(
                        "civique",
                        "civic",
                        "no_civique",
                        "nociv",
                        "no_civiq",
                        "housenumber",
                        "house_number",
                        "addr:housenumber",
                        "street_number",
                        "st_num",
                        "numero_civique",
                        "hausnummer",
                        "civno",
                    ),
                ),  # fmt: skip
                Column(name="suffix", guesses=("suffixe", "suffix", "suffixe_civique")),
                Column(
                    name="street",
                    guesses=(
                        "rue",
                        "street",
                        "nom_rue",
                        "odonyme",
                        "nom_voie",
                        "street_name",
                        "addr:street",
                        "st_name",
                        "specifique_complet",
                        "voie",
                        "strasse",
                    ),
                ),  # fmt: skip
                Column(name="unit", guesses=("unite", "unit", "app", "appartement", "apt", "addr:unit")),
                Column(
                    name="postcode", guesses=("code_postal", "postal_code", "postcode", "zip", "codepostal")
                ),
                Column(name="code", guesses=CODE.guesses),
            ),
        ),
        Kind(
            name="assets",
            shape="any",
            columns=(
                Column(name="kind", is_required=True, is_told=True),
                Column(
                    name="code",
                    guesses=("no_actif", "asset_id", "assetid", "no_lampadaire", "no_borne", *CODE.guesses),
                    is_required=True,
                ),
                Column(name="name", guesses=("nom", "name", "libelle")),
                _OWNER,
            ),
        ),
        Kind(
            name="ownership",
            shape="any",
            needs_shape=False,
            columns=(
                Column(
                    name="segment",
                    guesses=("segment", "code_segment", "segment_code", "id_trc", "segment_id"),
                ),
                _OWNER,
                _MAINTAINER,
                Column(name="road", guesses=("entente_chaussee", "agreement_road"), is_told=True),
                Column(name="snow", guesses=("entente_neige", "agreement_snow"), is_told=True),
                Column(name="light", guesses=("entente_eclairage", "agreement_light"), is_told=True),
                _DISTRICT,
            ),
        ),
        Kind(
            name="parcels",
            shape="polygon",
            columns=(
                Column(
                    name="code",
                    guesses=("no_lot", "lot", "matricule", "parcel_id", "parcelid", *CODE.guesses),
                ),
                _OWNER,
            ),
        ),
        Kind(
            name="parties",
            shape="polygon",
            needs_shape=False,
            columns=(
                Column(name="code", guesses=("code", "id"), is_required=True),
                Column(name="kind", guesses=("kind", "genre", "sorte")),
                Column(name="name_fr", guesses=("name_fr", "nom_fr", "nom", "name"), is_required=True),
                Column(name="name_en", guesses=("name_en", "nom_en")),
                Column(name="phone", guesses=("phone", "telephone", "tel")),
                Column(name="url", guesses=("url", "site", "website", "web")),
                Column(name="email", guesses=("email", "courriel", "e_mail")),
                Column(name="asset_kinds", guesses=("asset_kinds", "actifs")),
                Column(name="chase_days", guesses=("chase_days", "relance_jours")),
            ),
        ),
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """Where each column of a layer comes from: a field of the file, or a value for all rows."""

    fields: Mapping[str, str]
    values: Mapping[str, str]
    guessed: frozenset[str] = frozenset()

    def __contains__(self, column: str) -> bool:
        return column in self.fields or column in self.values


def mapped(
    kind: Kind, available: tuple[str, ...], told: Mapping[str, str], values: Mapping[str, str]
) -> Mapped:
    """Choose a field for each column: what was told, else what its name says. Raises LayerMappingWrong."""
    known = {column.name for column in kind.columns}
    unknown = [name for name in (*told, *values) if name not in known]
    if unknown:
        raise errors.LayerMappingWrong(
            fr=f"{kind.name}\u00a0: pas de colonne «\u00a0{unknown[0]}\u00a0»\u202f; il y a\u00a0: {', '.join(sorted(known))}.",
            en=f"{kind.name}: no column “{unknown[0]}”; there are: {', '.join(sorted(known))}.",
        )
    absent = [field for field in told.values() if field not in available]
    if absent:
        raise errors.LayerMappingWrong(
            fr=f"pas de champ {absent[0]} dans le fichier\u202f; il y a\u00a0: {', '.join(available)}.",
            en=f"the file has no field {absent[0]}; it has: {', '.join(available)}.",
        )
    found = _guessed(kind, available, {*told, *values})
    fields = {**found, **told}
    for column in kind.columns:
        if column.is_required and column.name not in fields and column.name not in values:
            raise errors.LayerMappingWrong(
                fr=f"dites où est «\u00a0{column.name}\u00a0»\u00a0: --field {column.name}=CHAMP ou --set {column.name}=VALEUR. "
                f"Champs\u00a0: {', '.join(available)}.",
                en=f"say where “{column.name}” is: --field {column.name}=FIELD or --set {column.name}=VALUE. "
                f"Fields: {', '.join(available)}.",
            )
    return Mapped(fields=fields, values=values, guessed=frozenset(found))


def _guessed(kind: Kind, available: tuple[str, ...], taken: set[str]) -> dict[str, str]:
    folded = {text.fold(name).replace(" ", "_"): name for name in reversed(available)}
    found: dict[str, str] = {}
    for column in kind.columns:
        if column.name in taken or column.is_told:
            continue
        match = next((folded[guess] for guess in column.guesses if guess in folded), None)
        if match is not None and match not in found.values():
            found[column.name] = match
    return found

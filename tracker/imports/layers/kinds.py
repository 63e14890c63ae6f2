"""What each kind of layer is made of, and under which names offices write its columns."""

from __future__ import annotations

from dataclasses import dataclass


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

"""A town's own layers: mapped, every row counted, repeated without doubling, owners never guessed."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis.vectorrows import Asked
from tests.tracker.imports.conftest import Place, Town, row
from tracker import db
from tracker.imports import errors
from tracker.imports.layers import districts, runner
from tracker.imports.layers.runner import Brought, Choice

TODAY = date(2026, 5, 4)
DATA = Path(os.environ.get("VIGIE_REAL_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))


def collection(*rows: tuple[dict[str, Any], BaseGeometry | None]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": fields,
            "geometry": orjson.loads(shapely.to_geojson(shape)) if shape is not None else None,
        }
        for fields, shape in rows
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def line(*corners: tuple[float, float]) -> BaseGeometry:
    """Return a line through thousandths of a degree from -74, 45."""
    return shapely.LineString([(-74 + x / 1000, 45 + y / 1000) for x, y in corners])


def square(x: float, y: float, side: float = 1.0) -> BaseGeometry:
    return shapely.box(-74 + x / 1000, 45 + y / 1000, -74 + (x + side) / 1000, 45 + (y + side) / 1000)


def spot(x: float, y: float) -> BaseGeometry:
    return shapely.Point(-74 + x / 1000, 45 + y / 1000)


def bring_in(town: Town, kind: str, content: bytes | str, *, name: str = "", **chosen: Any) -> Brought:
    is_table = isinstance(content, str)
    path = town.folder / (name or f"{kind}.{'csv' if is_table else 'geojson'}")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with db.transaction(town.app, town.code) as session:
        return runner.bring_in(session, Choice(path=path, kind=kind, **chosen))


def counted(brought: Brought) -> tuple[int, ...]:
    changes = brought.changes
    return changes.new, changes.changed, changes.unchanged, changes.removed, changes.retired


STREETS = collection(
    (
        {"ID_TRC": 7, "NOM_VOIE": "Rue du Moulin", "CLASSE": "Collectrice", "VITESSE": 40},
        line((0, 0), (2, 0)),
    ),
    ({"ID_TRC": 8, "NOM_VOIE": "Boulevard Est", "CLASSE": "Artère"}, line((2, 0), (4, 0))),
    ({"ID_TRC": 9, "NOM_VOIE": "Rue de la Gare"}, line((2, 0), (2, 2))),
)
PARTIES = (
    "code;nom;name_en;telephone\n"
    "mtmd;Transports Québec;Transports Québec;511\namont;Ville d’Amont;Amont;450 555-0199\n"
)


def test_streets_are_mapped_by_the_names_of_their_fields(bare_town):
    brought = bring_in(bare_town, "segments", STREETS)
    assert counted(brought) == (3, 0, 0, 0, 0)
    assert brought.mapped.fields == {
        "code": "ID_TRC", "name": "NOM_VOIE", "class": "CLASSE", "speed_kmh": "VITESSE",
    }  # fmt: skip
    rows = bare_town.rows(
        "SELECT code, name, name_norm, class, owner, attributes FROM street_segment ORDER BY code"
    )
    assert [tuple(each)[:5] for each in rows] == [
        ("7", "Rue du Moulin", "rue moulin", 3, "ville"),
        ("8", "Boulevard Est", "boulevard est", 2, "ville"),
        ("9", "Rue de la Gare", "rue gare", 4, "ville"),
    ]
    assert rows[0].attributes == {"speed_kmh": 40}


@pytest.mark.parametrize(
    ("kind", "content", "table", "chosen"),
    [
        ("segments", STREETS, "street_segment", {}),
        ("parties", PARTIES, "third_party", {}),
        ("parcels", collection(({"no_lot": "1 234", "x": 1}, square(0, 0))), "parcel", {}),
        ("assets", collection(({"no": "L-1"}, spot(1, 0.1))), "asset", {"values": {"kind": "streetlight"}}),
        ("addresses", "civique;rue;lon;lat\n12A;Rue du Moulin;-73,9995;45,0001\n", "address", {}),
    ],
)
def test_the_same_layer_again_changes_nothing(bare_town, kind, content, table, chosen):
    bring_in(bare_town, "segments", STREETS)
    bring_in(bare_town, kind, content, **chosen)
    before = bare_town.digests(table)
    again = bring_in(bare_town, kind, content, **chosen)
    assert (again.changes.is_nothing, again.changes.unchanged) == (True, again.kept)
    assert bare_town.digests(table) == before


def test_a_new_delivery_changes_adds_and_removes_only_what_is_its_own(bare_town):
    bring_in(bare_town, "segments", STREETS, name="rues.geojson")
    bring_in(
        bare_town,
        "segments",
        collection(({"code": "P1", "nom": "Piste"}, line((0, 5), (1, 5)))),
        name="pistes.geojson",
    )
    newer = collection(
        ({"ID_TRC": 7, "NOM_VOIE": "Rue du Vieux-Moulin"}, line((0, 0), (2, 0))),
        ({"ID_TRC": 10, "NOM_VOIE": "Rue Neuve"}, line((4, 0), (4, 2))),
    )
    assert counted(bring_in(bare_town, "segments", newer, name="rues.geojson")) == (1, 1, 0, 2, 0)
    assert {code for (code,) in bare_town.rows("SELECT code FROM street_segment")} == {"7", "10", "P1"}
    part = collection(({"ID_TRC": 11, "NOM_VOIE": "Rue Courte"}, line((4, 2), (5, 2))))
    assert counted(bring_in(bare_town, "segments", part, name="rues.geojson", is_whole=False)) == (
        1,
        0,
        0,
        0,
        0,
    )


def test_a_broken_line_of_several_parts_is_several_segments(bare_town):
    parts = shapely.union_all([line((0, 0), (1, 0)), line((3, 0), (4, 0))])
    bring_in(bare_town, "segments", collection(({"code": "A", "nom": "Rue"}, parts)))
    assert {code for (code,) in bare_town.rows("SELECT code FROM street_segment")} == {"A", "A-2"}


def test_who_owns_is_never_guessed_and_must_be_somebody_known(bare_town):
    rows = [
        ({"code": str(i), "nom": "Rue", "owner": who}, line((i, 0), (i, 1)))
        for i, who in enumerate(("MTMD", "Ville", "?"))
    ]
    brought = bring_in(bare_town, "segments", collection(*rows))
    assert "owner" not in brought.mapped
    bring_in(bare_town, "parties", PARTIES)
    told = bring_in(bare_town, "segments", collection(*rows), fields={"owner": "owner"})
    assert (told.read, told.kept) == (3, 2)
    assert [(note.row, "?" in note.words.fr) for note in told.refused] == [(3, True)]
    assert bare_town.rows("SELECT code, owner, maintained_by FROM street_segment ORDER BY code") == [
        ("0", "mtmd", "mtmd"), ("1", "ville", "ville"),
    ]  # fmt: skip
    renamed = bring_in(
        bare_town, "segments", collection(*rows), fields={"owner": "owner"}, renames={"owner": {"?": "amont"}}
    )
    assert renamed.kept == 3
    assert bare_town.scalar("SELECT owner FROM street_segment WHERE code = '2'") == "amont"


def test_addresses_are_read_from_their_parts_or_whole_and_tied_to_their_street(bare_town):
    bring_in(bare_town, "segments", STREETS)
    brought = bring_in(
        bare_town,
        "addresses",
        "adresse;lon;lat\n"
        '"12A, rue du Moulin";-73,9995;45,0001\n14 Rue du Moulin;-73,9992;45,0001\nsans numéro;-73,999;45\n'
        "16, rue Inconnue, Lac;-73,999;45,0001\n",
    )
    assert (brought.read, brought.kept, len(brought.refused)) == (4, 3, 1)
    found = bare_town.rows(
        "SELECT civic, suffix, street, s.code FROM address a "
        "LEFT JOIN street_segment s ON s.id = a.segment_id ORDER BY 1"
    )
    assert [tuple(each) for each in found] == [
        (12, "A", "rue du Moulin", "7"), (14, "", "Rue du Moulin", "7"), (16, "", "rue Inconnue", None),
    ]  # fmt: skip


def test_assets_keep_what_else_is_known_of_them_and_stand_on_their_street(bare_town):
    bring_in(bare_town, "segments", STREETS)
    content = collection(
        ({"no": "L-1", "watts": 45, "nom": None}, spot(1, 0.1)),
        ({"no": "L-1", "watts": 60}, spot(1, 0.2)),
        ({"no": None}, spot(1, 0.3)),
    )
    brought = bring_in(bare_town, "assets", content, values={"kind": "streetlight"})
    assert (brought.kept, [note.row for note in brought.refused]) == (1, [2, 3])
    asset = bare_town.rows(
        "SELECT a.*, s.code AS street FROM asset a JOIN street_segment s ON s.id = a.segment_id"
    )[0]
    assert (asset.kind, asset.code, asset.owner, asset.attributes, asset.street) == (
        "streetlight", "L-1", "ville", {"watts": 45}, "7",
    )  # fmt: skip
    other = bring_in(bare_town, "assets", content, values={"kind": "zeppelin"})
    assert other.kept == 0


def test_an_asset_that_a_case_speaks_of_is_retired_and_comes_back(bare_town):
    bare_town.squares()
    bare_town.bring_in([row("A1")])
    lamps = collection(({"no": "L-1"}, spot(1, 0.1)), ({"no": "L-2"}, spot(2, 0.1)))
    bring_in(bare_town, "assets", lamps, values={"kind": "streetlight"})
    lamp = bare_town.scalar("SELECT id FROM asset WHERE code = 'L-1'")
    bare_town.rows('UPDATE "case" SET asset_id = :id RETURNING 1', id=lamp)
    fewer = collection(({"no": "L-3"}, spot(3, 0.1)))
    assert counted(bring_in(bare_town, "assets", fewer, values={"kind": "streetlight"})) == (1, 0, 0, 1, 1)
    assert (
        bare_town.scalar("SELECT facts->>'kind' FROM retired_place WHERE id = :id", id=lamp) == "streetlight"
    )
    bring_in(bare_town, "assets", lamps, values={"kind": "streetlight"})
    assert bare_town.scalar("SELECT id FROM asset WHERE code = 'L-1'") == lamp


def test_lots_are_private_unless_the_file_says_whose(bare_town):
    bring_in(bare_town, "parties", PARTIES)
    content = collection(
        ({"lot": "1", "de": "Ville"}, square(0, 0)), ({"lot": "2", "de": None}, square(1, 0))
    )
    bring_in(bare_town, "parcels", content)
    assert set(bare_town.rows("SELECT code, owner FROM parcel")) == {("1", "private"), ("2", "private")}
    bring_in(bare_town, "parcels", content, fields={"owner": "de"})
    assert set(bare_town.rows("SELECT code, owner FROM parcel")) == {("1", "ville"), ("2", "private")}


def test_a_neighbour_comes_with_its_territory_and_a_utility_without(bare_town):
    around = collection(({"code": "AMONT", "nom": "Ville d’Amont", "tel": "450 555-0199"}, square(20, 0, 10)))
    bring_in(bare_town, "parties", around)
    bring_in(bare_town, "parties", "code,nom,actifs\nhydro,Hydro-Québec,streetlight hydrant\nx,,\n")
    rows = bare_town.rows(
        "SELECT code, kind, phone, asset_kinds, geom IS NULL AS bare FROM third_party ORDER BY code"
    )
    assert [tuple(each) for each in rows] == [
        ("amont", "neighbour", "450 555-0199", [], False),
        ("hydro", "owner", None, ["streetlight", "hydrant"], True),
    ]


class TestOwnership:
    @pytest.fixture
    def town(self, bare_town):
        bring_in(bare_town, "segments", STREETS)
        bring_in(bare_town, "parties", PARTIES)
        return bare_town

    def owners(self, town):
        rows = town.rows(
            "SELECT code, owner, maintained_by, agreement, district_code FROM street_segment ORDER BY 1"
        )
        return {each.code: tuple(each)[1:] for each in rows}

    def test_by_the_codes_of_segments(self, town):
        table = "segment,gestion,entretien\n8,MTMD,Ville\n404,MTMD,\n"
        told = bring_in(town, "ownership", table, fields={"owner": "gestion", "maintained_by": "entretien"})
        assert (told.changes.changed, [note.row for note in told.refused]) == (1, [2])
        assert self.owners(town)["8"] == ("mtmd", "ville", {}, None)
        assert self.owners(town)["7"] == ("ville", "ville", {}, None)

    def test_by_a_line_drawn_beside_and_by_an_area(self, town):
        # Five metres north of Boulevard Est; and a square around the south of Rue de la Gare.
        beside = collection(({"de": "mtmd"}, line((1.9, 0.05), (4, 0.05))))
        told = bring_in(town, "ownership", beside, fields={"owner": "de"})
        assert told.changes.changed == 1
        inside = collection(({"de": "amont"}, square(1.5, 0.5, 1.4)))
        bring_in(town, "ownership", inside, fields={"owner": "de"})
        assert {code: each[0] for code, each in self.owners(town).items()} == {
            "7": "ville",
            "8": "mtmd",
            "9": "amont",
        }

    def test_an_agreement_names_who_does_what(self, town):
        table = "segment,neige,lumiere,district_entretien\n8,amont,amont,3\n"
        told = bring_in(town, "ownership", table, fields={"snow": "neige", "light": "lumiere"})
        assert self.owners(town)["8"] == ("ville", "ville", {"snow": "amont", "light": "amont"}, "3")
        again = bring_in(town, "ownership", table, fields={"snow": "neige", "light": "lumiere"})
        assert (told.changes.changed, again.changes.changed, again.changes.unchanged) == (1, 0, 1)

    def test_a_file_that_says_nothing_of_owners_is_refused(self, town):
        with pytest.raises(errors.LayerMappingWrong) as told:
            bring_in(town, "ownership", "segment,gestion\n8,MTMD\n")
        assert "gestion" in told.value.fr


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"fields": {"nom": "X"}}, "nom"),
        ({"fields": {"name": "ABSENT"}}, "ABSENT"),
        ({"asked": Asked(layer="autre")}, "--layer"),
        ({"asked": Asked(crs="EPSG:1")}, "système"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_written(bare_town, chosen, said):
    with pytest.raises(errors.ImportsError) as told:
        bring_in(bare_town, "segments", STREETS, **chosen)
    assert said in told.value.fr
    assert bare_town.scalar("SELECT count(*) FROM street_segment") == 0


def test_a_required_column_that_nothing_fills_is_asked_for(bare_town):
    with pytest.raises(errors.LayerMappingWrong) as told:
        bring_in(bare_town, "segments", collection(({"truc": 1}, line((0, 0), (1, 0)))))
    assert "--field name=" in told.value.fr


def test_a_layer_far_from_the_town_is_explained(bare_town):
    bring_in(bare_town, "segments", STREETS)
    far = collection(*(({"no": f"L-{i}"}, shapely.Point(2.35 + i / 1000, 48.85)) for i in range(5)))
    with pytest.raises(errors.LayerUnusable) as told:
        bring_in(bare_town, "assets", far, values={"kind": "streetlight"})
    assert "km de la ville" in told.value.fr


def test_districts_are_a_draft_until_they_are_put_in_force(town):
    path = town.folder / "quartiers.geojson"
    path.write_bytes(collection(({"Quartier": "Tout", "Code": "T"}, square(-10, 0, 20))))
    for activates, status in ((False, "draft"), (True, "active")):
        with db.transaction(town.app, town.code) as session:
            brought = districts.bring_in(
                session, Choice(path=path, kind="districts"), activates=activates, today=TODAY
            )
        assert brought.kept == 1
        assert town.scalar("SELECT status FROM boundary_set ORDER BY id DESC LIMIT 1") == status


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="the boundaries are not on this machine")
def test_two_towns_of_one_name_stay_two(place: Place, tmp_path: Path):
    code = place.found(name="Québec", prefix="QC")
    with db.transaction(place.app, code) as session:
        path = DATA / "boundaries" / "quebec_client_towns.geojson"
        brought = districts.bring_in(
            session, Choice(path=path, kind="districts"), activates=True, today=TODAY
        )
        rows = session.connection().exec_driver_sql(
            "SELECT code FROM district WHERE name = 'Plessisville' ORDER BY 1"
        )
        assert [each.code for each in rows] == ["plessisville", "plessisville-2"]
    assert (brought.read, brought.kept) == (7, 7)
    assert any("plessisville-2" in words.fr for words in brought.notes)

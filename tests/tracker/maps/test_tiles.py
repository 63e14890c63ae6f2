"""Tiles of the base map and its overlays: what is in them, where, for how long they are kept."""

from __future__ import annotations

import gzip
import math
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import mvt
from tests.support.city import City
from tracker.db import selected
from tracker.jurisdictions import service as jurisdictions
from tracker.maps import attribution, base, layers
from tracker.maps.errors import TileUnknown
from tracker.maps.tile import DRAWING, Tile


def tile_at(x: float, y: float, z: int) -> tuple[int, int, int]:
    """Return the tile that holds a place of the grid (slippy map formula)."""
    lon, lat = cities.at(x, y)
    across = 2**z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * across), int(row * across)


def told(town: City, path: str) -> dict[str, Any]:
    """Return the JSON that anybody is answered at an address."""
    found: dict[str, Any] = town.app.test_client().get(path).get_json()
    return found


def address_of(layer: str, x: float, y: float, z: int) -> str:
    return "/tiles/{}/{}/{}/{}.mvt".format(layer, *tile_at(x, y, z))


def drawn(town: City, x: float, y: float, z: int) -> dict[str, list[mvt.Feature]]:
    at = dict(zip("zxy", tile_at(x, y, z), strict=True))
    with town.session() as session:
        return mvt.read(base.draw(session, Tile(**at)))


def test_a_tile_holds_the_streets_and_the_water_that_are_there(town: City):
    tile = drawn(town, 2600, 500, 14)
    assert "rue du Quai" in {each.properties.get("name") for each in tile["street"]}
    names = {(each.properties["kind"], each.properties["name"]) for each in tile["name"]}
    assert {("water", "Bassin"), ("district", "Est")} <= names
    assert {"ground", "street", "district", "name"} <= set(tile)


def test_small_streets_and_all_names_wait_for_their_zoom(town: City):
    assert {each.properties["class"] for each in drawn(town, 500, 500, 9)["street"]} == {1}
    assert not any("name" in each.properties for each in drawn(town, 500, 500, 11)["street"])
    assert {each.properties["name"] for each in drawn(town, 500, 500, 14)["street"]} >= {
        "rue du Moulin",
        "boulevard des Érables",
    }


def test_civic_numbers_come_close_by_only(town: City):
    assert "number" not in drawn(town, 500, 500, 15)
    numbers = {each.properties["name"] for each in drawn(town, 500, 500, 16)["number"]}
    assert "50" in numbers


def test_a_one_way_street_keeps_its_direction(town: City):
    change = text(
        "UPDATE street_segment SET attributes = jsonb_build_object('oneway', '-1') WHERE code = 'MOULIN'"
    )
    with town.session() as session:
        session.execute(change)
        at = dict(zip("zxy", tile_at(300, 500, 15), strict=True))
        streets = mvt.read(base.draw(session, Tile(**at)))["street"]
        assert {e.properties.get("oneway") for e in streets if e.properties["name"] == "rue du Moulin"} == {
            -1
        }
        session.rollback()


def test_a_tile_of_another_place_is_empty(town: City):
    with town.session() as session:
        assert base.draw(session, Tile(z=12, x=0, y=0)) == b""


@pytest.mark.parametrize("layer", list(layers.LAYERS))
@pytest.mark.parametrize(("z", "x", "y"), [(3, 0, 0), (19, 0, 0), (12, 4096, 0), (12, 0, -1), (-1, 0, 0)])
def test_tiles_that_cannot_be_are_refused_with_the_levels_that_are(town: City, layer, z, x, y):
    with pytest.raises(TileUnknown):
        layers.named(layer).tile(z, x, y)
    answer = town.app.test_client().get(f"/tiles/{layer}/{z}/{x}/{y}.mvt")
    assert answer.status_code == 404
    problem = told(town, f"/tiles/{layer}/{z}/{x}/{y}.mvt")
    assert problem["minzoom"] == 9
    assert "2^z" in problem["detail"]


def test_a_layer_that_is_none_is_a_404(town: City):
    for path in ("/tiles/nothing/12/1/1.mvt", "/tiles/nothing.json"):
        answer = told(town, path)
        assert (answer["status"], answer["type"]) == (404, "/problems/layer-unknown")


def test_a_tile_is_asked_again_only_when_the_town_changed(town: City):
    client, address = town.app.test_client(), address_of("base", 500, 500, 14)
    with town.session() as session:
        revision = selected(session).revision
    first = client.get(f"{address}?r={revision}.{DRAWING}")
    assert first.mimetype == "application/vnd.mapbox-vector-tile"
    assert "immutable" in first.headers["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "immutable" not in client.get(f"{address}?r=1.{DRAWING}").headers["Cache-Control"]
    with town.session() as session:
        session.execute(text("UPDATE address SET civic = civic"))
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_named_tile_is_answered_from_memory_without_the_database(town: City, monkeypatch):
    client, address = town.app.test_client(), address_of("base", 500, 500, 14)
    with town.session() as session:
        revision = selected(session).revision
    named = f"{address}?r={revision}.{DRAWING}"
    first = client.get(named)
    monkeypatch.setattr("tracker.http.edge._opened", None)
    again = client.get(named)
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert client.get(named, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    monkeypatch.undo()
    other = client.get(f"{address}?r={revision + 1}.{DRAWING}")
    assert "immutable" not in other.headers["Cache-Control"]


def test_a_tile_is_sent_compressed_to_who_reads_it_so(town: City):
    client, address = town.app.test_client(), address_of("base", 500, 500, 14)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < 60_000


def test_every_layer_describes_itself_and_its_tiles_are_where_it_says(town: City):
    client = town.app.test_client()
    for name, layer in layers.LAYERS.items():
        known = told(town, f"/tiles/{name}.json")
        assert known["tilejson"] == "3.0.0"
        assert {each["id"] for each in known["vector_layers"]} == set(layer.holds)
        z, x, y = tile_at(500, 500, 12)
        path = known["tiles"][0].removeprefix("http://localhost").format(z=z, x=x, y=y)
        assert client.get(path).status_code == 200


def test_layers_hold_what_their_description_says_and_nothing_else(town: City):
    town.report()
    client = town.app.test_client()
    for name, layer in layers.LAYERS.items():
        for z in (11, 14, 16):
            for inner, features in mvt.read(client.get(address_of(name, 300, 502, z)).data).items():
                shown = {key for each in features for key in each.properties}
                assert shown <= set(layer.holds[inner]), (name, inner)


def test_assets_are_counted_far_away_and_named_close_by(town: City):
    client = town.app.test_client()
    far = mvt.read(client.get(address_of("assets", 600, 505, 12)).data)["asset"]
    assert {each.properties["kind"]: each.properties["n"] for each in far}["hydrant"] == 1
    near = mvt.read(client.get(address_of("assets", 600, 505, 16)).data)["asset"]
    assert "B-1" in {each.properties["code"] for each in near}
    assert all("n" not in each.properties for each in near)


@pytest.mark.parametrize(
    ("said", "told_as"),
    [
        ({}, ""),
        ({"attribution": "© la Ville"}, "© la Ville"),
        ({"attribution": {"osm": "© OSM", "roads": "© MTMD", "again": "© OSM"}}, "© OSM · © MTMD"),
    ],
)
def test_the_attribution_is_the_towns(said, told_as):
    assert attribution.of_town(said) == told_as


def test_a_map_says_whose_data_it_is(town: City):
    jurisdictions.configure(town.place.owner, town.code, {"attribution": {"osm": "© les contributeurs"}})
    try:
        assert told(town, "/tiles/base.json")["attribution"] == "© les contributeurs"
        style = told(town, "/api/v1/map/style.json")
        assert style["sources"]["base"]["attribution"] == "© les contributeurs"
        page = town.app.test_client().get("/carte").text
        data = page.split('id="map-data">')[1].split("</script>")[0]
        assert orjson.loads(data)["attribution"] == "© les contributeurs"
    finally:
        jurisdictions.configure(town.place.owner, town.code, {"attribution": None})

"""Tiles of the base map: what is in them, where, and for how long they are kept."""

from __future__ import annotations

import gzip
import math

import pytest

from tests.support import city as cities
from tests.support.city import City
from tracker.db import selected
from tracker.places import tiles
from tracker.places.tiles import TileAddress


def tile_at(x: float, y: float, z: int) -> TileAddress:
    """Return the tile that holds a place of the grid (slippy map formula)."""
    lon, lat = cities.at(x, y)
    across = 2**z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TileAddress(z=z, x=int((lon + 180) / 360 * across), y=int(row * across))


def drawn(town: City, address: TileAddress) -> bytes:
    with town.session() as session:
        return tiles.base(session, address)


def test_a_tile_holds_the_streets_and_the_water_that_are_there(town: City):
    tile = drawn(town, tile_at(2600, 500, 14))
    assert b"rue du Quai" in tile
    assert b"Bassin" in tile
    assert b"district" in tile
    assert b"Est" in tile


def test_small_streets_wait_for_their_zoom(town: City):
    far = drawn(town, tile_at(500, 500, 9))
    assert "boulevard des Érables".encode() in far
    assert b"rue du Moulin" not in far


def test_a_tile_of_another_place_is_empty(town: City):
    assert drawn(town, TileAddress(z=12, x=0, y=0)) == b""


@pytest.mark.parametrize(("z", "x", "y"), [(3, 0, 0), (17, 0, 0), (12, 4096, 0), (12, 0, -1)])
def test_tiles_that_cannot_be_are_refused(town: City, z, x, y):
    with pytest.raises(tiles.TileUnknown):
        TileAddress(z=z, x=x, y=y)
    assert town.app.test_client().get(f"/tiles/base/{z}/{x}/{y}.mvt").status_code == 404


def test_a_tile_is_asked_again_only_when_the_town_changed(town: City):
    client, at = town.app.test_client(), tile_at(500, 500, 14)
    address = f"/tiles/base/{at.z}/{at.x}/{at.y}.mvt"
    with town.session() as session:
        revision = selected(session).revision
    first = client.get(f"{address}?r={revision}")
    assert first.mimetype == "application/vnd.mapbox-vector-tile"
    assert "immutable" in first.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "immutable" not in client.get(f"{address}?r=1").headers["Cache-Control"]


def test_a_tile_is_small_enough_for_a_phone(town: City):
    assert len(gzip.compress(drawn(town, tile_at(500, 500, 14)))) < 60_000

"""The demo city holds together: tiles, network, names, assets; and the same seed draws the same town."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest
import shapely

from tracker.demo import city, degrees, edges, grammar, naming
from tracker.demo.city import City


@cache
def _small() -> City:
    return city.draw_default(size="xs")


@pytest.fixture(scope="module")
def town() -> City:
    return _small()


def test_districts_leave_no_hole_and_no_overlap_in_the_city(town: City) -> None:
    shapes = [each.shape for each in town.districts]
    assert len(shapes) == 6
    assert shapely.union_all(shapes).symmetric_difference(town.ground.city).area < 1.0
    assert sum(each.area for each in shapes) == pytest.approx(town.ground.city.area, abs=1.0)


def test_twenty_thousand_points_lie_in_exactly_one_district_each_even_after_rounding(town: City) -> None:
    shapes = degrees.shapes([each.shape for each in town.districts], town.srid)
    west, south, east, north = town.ground.city.bounds
    rng = np.random.default_rng(7)
    points = np.column_stack([rng.uniform(west, east, 30_000), rng.uniform(south, north, 30_000)])
    inside = shapely.contains_xy(town.ground.city.buffer(-0.5), points[:, 0], points[:, 1])
    lonlat = degrees.lonlat(points[inside][:20_000], town.srid)
    assert len(lonlat) == 20_000
    held = np.sum([shapely.contains_xy(shape, lonlat[:, 0], lonlat[:, 1]) for shape in shapes], axis=0)
    assert Counter(held.tolist()) == {1: 20_000}


def test_neighbours_surround_the_city_without_covering_it(town: City) -> None:
    assert {each.code for each in town.neighbours} == {
        "voisin-north",
        "voisin-east",
        "voisin-south",
        "voisin-west",
    }
    for each in town.neighbours:
        assert each.shape.intersection(town.ground.city).area < 1.0
        assert re.fullmatch(r"450-555-01\d\d", each.phone)


def test_the_streets_form_one_network(town: City) -> None:
    parent: dict[edges.Node, edges.Node] = {}

    def root(node: edges.Node) -> edges.Node:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for segment in town.segments:
        a, b = edges.node_of(segment.line.coords[0]), edges.node_of(segment.line.coords[-1])
        parent[root(a)] = root(b)
    assert len({root(node) for node in list(parent)}) == 1


def test_segments_meet_only_at_their_ends(town: City) -> None:
    lines = [each.line for each in town.segments]
    first, second = shapely.STRtree(lines).query(lines, predicate="crosses")
    crossing = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b]
    assert len(crossing) <= len(lines) * 0.01


def test_every_segment_has_an_owner_a_class_and_a_district(town: City) -> None:
    codes = {each.code for each in town.districts}
    assert {each.owner for each in town.segments} == {"ville", "mtmd"}
    assert {each.road_class for each in town.segments} == {1, 2, 3, 4}
    assert all(each.district in codes for each in town.segments)
    assert all(each.owner == "mtmd" for each in town.segments if each.road_class == 1)
    assert any(each.maintained_by == "ville" for each in town.segments if each.owner == "mtmd")


@pytest.mark.parametrize(
    ("specific", "form", "expected"),
    [
        ("Moulin", "m", "rue du Moulin"),
        ("Gare", "f", "rue de la Gare"),
        ("Anse", "f", "rue de l’Anse"),
        ("Île", "f", "rue de l’Île"),
        ("Érables", "p", "rue des Érables"),
        ("Labrie", "n", "rue Labrie"),
        ("Halage", "m", "rue du Halage"),
        ("Horizon", "m", "rue de l’Horizon"),
    ],
)
def test_the_article_follows_gender_number_and_elision(specific: str, form: str, expected: str) -> None:
    assert grammar.joined("rue", specific, form, no_elision=frozenset({"Halage"})) == expected


def test_ordinal_avenues_take_their_suffix() -> None:
    assert [grammar.ordinal_avenue(number) for number in (1, 2, 11)] == [
        "1re Avenue",
        "2e Avenue",
        "11e Avenue",
    ]


def test_street_names_are_french_without_straight_apostrophes_or_wrong_contractions(town: City) -> None:
    for name in {each.name for each in town.segments}:
        assert "'" not in name
        assert not re.search(r"\b(de le|de les|à le)\b", name), name
        assert not re.search(r"\b(du|de la) [AEIOUÉÈÎÂÊ]", name), name
        assert re.match(r"(\d+(re|e) Avenue|[a-zé]+ )", name), name


def test_two_names_are_easily_confused_on_purpose(town: City) -> None:
    names = {each.name for each in town.segments}
    assert {"chemin du Canal", "rue du Canal"} <= names


def test_civic_numbers_are_odd_on_the_north_or_west_side(town: City) -> None:
    by_code = {each.code: each for each in town.segments}
    wrong = 0
    for address in town.lots.addresses:
        line = by_code[address.segment].line
        at = line.project(address.point)
        behind, ahead = line.interpolate(max(0.0, at - 2)), line.interpolate(min(line.length, at + 2))
        cross = (ahead.x - behind.x) * (address.point.y - behind.y)
        cross -= (ahead.y - behind.y) * (address.point.x - behind.x)
        wrong += (cross > 0) != (address.civic % 2 == 1)
    assert wrong <= len(town.lots.addresses) * 0.002


def test_no_address_is_given_twice_on_a_street(town: City) -> None:
    given = Counter((each.street, each.civic) for each in town.lots.addresses)
    assert max(given.values()) == 1


def test_nothing_the_city_looks_after_stands_in_water(town: City) -> None:
    points = shapely.point_on_surface(np.asarray([each.shape for each in town.assets], dtype=object))
    assert not shapely.intersects(town.ground.wet, points).any()


def test_assets_have_unique_numbers_and_every_kind_is_there(town: City) -> None:
    numbers = Counter((each.kind, each.code) for each in town.assets)
    assert max(numbers.values()) == 1
    assert {kind for kind, _ in numbers} >= {
        "streetlight", "hydrant", "catch_basin", "manhole", "sign", "traffic_signal", "tree", "litter_bin",
        "furniture", "park", "playground", "sports_field", "rink", "building", "room",
    }  # fmt: skip


def test_parks_and_houses_stay_off_the_streets(town: City) -> None:
    streets = shapely.STRtree([each.line for each in town.segments])
    houses = np.asarray(town.lots.houses, dtype=object)
    assert len(streets.query(houses, predicate="intersects")[0]) == 0
    for park in town.greens.parks:
        assert len(streets.query(park.shape, predicate="crosses")) == 0


def test_the_same_seed_draws_the_same_town_and_another_seed_another(town: City) -> None:
    again = city.draw_default(size="xs")
    assert again.digests() == town.digests()
    other = city.draw_default(size="xs", seed=312)
    assert other.digests()["segments"] != town.digests()["segments"]
    assert other.digests()["districts"] == town.digests()["districts"]


def test_the_words_hold_enough_names() -> None:
    words = naming.read_names()
    specifics = [word for theme in words.themes.values() for form in theme.values() for word in form]
    assert len(specifics) > 400

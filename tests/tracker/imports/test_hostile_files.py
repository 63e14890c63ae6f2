"""Files as the world sends them: broken, malicious, empty."""

from __future__ import annotations

import csv
import gzip

import pytest

from tests.tracker.imports.conftest import COLUMNS, MAPPING, Town, ended, row, written
from tracker.imports import errors


def test_bad_utf_8_and_nul_bytes_do_not_stop_the_rest(town: Town) -> None:
    content = written([row("A1", text="caf@ cr@me"), row("A2", text="zero"), row("A3")])
    content = content.replace(b"caf@ cr@me", b"caf\xe9 cr\xff\xfeme").replace(b"zero", b"ze\x00ro")

    result = town.bring_in(content)

    cases = town.cases()
    assert ended(result) == {"imported": 3}
    assert cases["A1"].summary == "caf\ufffd cr\ufffd\ufffdme"
    assert cases["A2"].summary == "zero"


def test_an_encoding_can_be_declared(town: Town) -> None:
    mapping = town.mapping(MAPPING + "format: {encoding: cp1252}\n")

    town.bring_in(written([row("A1", text="café")]).decode().encode("cp1252"), mapping=mapping)

    assert town.cases()["A1"].summary == "café"


def test_a_byte_order_mark_is_no_part_of_the_first_column(town: Town) -> None:
    assert ended(town.bring_in(b"\xef\xbb\xbf" + written([row("A1")]))) == {"imported": 1}


def test_quotes_newlines_and_a_megabyte_of_text_are_kept_whole(town: Town) -> None:
    long = 'Il a dit "non",\r\n\tdeux fois; ' + "trou " * 210_000

    town.bring_in([row("A1", text=long)])

    assert town.scalar("SELECT description FROM report") == long.strip()
    assert len(town.cases()["A1"].summary) <= 280


def test_a_row_with_too_many_or_too_few_cells_is_refused_alone(town: Town) -> None:
    content = written([row("A1"), row("A2")]) + b"A3,2026-03-02\n" + b",".join([b"x"] * 40) + b"\n\n"

    result = town.bring_in(content)

    assert ended(result) == {"imported": 2, "refused": 2}
    assert result.counts.reasons == {"ragged": 2}


def test_a_quote_that_is_never_closed_costs_only_what_it_swallows(town: Town) -> None:
    plain = {"text": "trou", "address": "rue du Moulin"}
    content = written([row("A1")]) + b'A2,"2026-03-02 10:00:00\n' + written([row("A3", **plain)])

    result = town.bring_in(content)

    assert ended(result) == {"imported": 1, "refused": 1}


def test_refused_rows_cannot_run_as_formulas_in_a_spreadsheet(town: Town) -> None:
    aside = town.folder / "refused.csv"

    town.bring_in(
        [row("A1", type="?", text="=HYPERLINK(1)", address="@SUM(1)", lon="-74.0031")], refused=aside
    )

    with aside.open(encoding="utf-8", newline="") as stream:
        found = next(csv.DictReader(stream))
    assert (found["text"], found["address"], found["lon"]) == ("'=HYPERLINK(1)", "'@SUM(1)", "-74.0031")
    assert (found["row"], found["explanation"]) == ("1", "unknown service")


def test_an_empty_file_is_told(town: Town) -> None:
    with pytest.raises(errors.FileEmpty) as told:
        town.bring_in(b"", name="vide.csv")

    assert "vide.csv est vide" in told.value.fr


def test_a_header_alone_is_an_import_of_nothing(town: Town) -> None:
    assert town.bring_in(written([])).counts.rows == 0


def test_a_missing_column_names_the_column_the_file_and_the_mapping(town: Town) -> None:
    with pytest.raises(errors.ColumnsMissing) as told:
        town.bring_in(written([row("A1")], [name for name in COLUMNS if name != "lat"]), name="mars.csv")

    assert told.value.columns == ("lat",)
    assert "mars.csv: no column lat (read by the mapping small.yaml)" in str(told.value)


def test_a_truncated_gzip_file_changes_nothing(town: Town) -> None:
    before = town.digests()
    whole = gzip.compress(written(row(f"A{i}") for i in range(5_000)))

    with pytest.raises(errors.FileUnreadable) as told:
        town.bring_in(whole[: len(whole) // 2], name="mars.csv.gz")

    assert told.value.after_rows > 100
    assert town.digests() == before


def test_a_gzip_file_is_recognised_whatever_its_name(town: Town) -> None:
    assert ended(town.bring_in(gzip.compress(written([row("A1")])), name="mars.csv")) == {"imported": 1}


@pytest.mark.parametrize("noise", [b"\x1f\x8bnot gzip at all", b"\x1f\x8b"])
def test_what_only_looks_like_gzip_is_told(town: Town, noise: bytes) -> None:
    with pytest.raises(errors.FileUnreadable):
        town.bring_in(noise)


def test_one_object_a_line_is_read_too(town: Town) -> None:
    mapping = town.mapping(MAPPING + "format: {kind: ndjson}\n")
    lines = (
        '{"id": "A1", "opened": "2026-03-02T10:00:00", "lon": -74.0031, "lat": 45.0042, "type": "hole",'
        ' "state": "open", "text": "demi \\ud800 signe", "closed": null,'
        ' "due": null, "address": "x", "answer": ""}\n'
        '{"id": 2, "opened": "2026-03-02T10:00:00", "type": "lamp", "state": "open"}\n[1, 2]\n'
    )

    result = town.bring_in(lines.encode(), mapping=mapping)

    assert ended(result) == {"imported": 1, "place_unknown": 1, "refused": 1}
    assert town.cases()["A1"].summary == "demi ? signe"


def test_points_of_geojson_are_read_too(town: Town) -> None:
    points = MAPPING.replace("lon: lon, lat: lat", 'lon: "@lon", lat: "@lat"') + "format: {kind: geojson}\n"
    content = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point",'
        ' "coordinates": [-74.0031, 45.0042]}, "properties": {"id": "A1", "opened": "2026-03-02T10:00:00",'
        ' "closed": null, "due": null, "address": null, "text": "x", "type": "hole", "state": "open",'
        ' "answer": null}}]}'
    )

    assert ended(town.bring_in(content.encode(), mapping=town.mapping(points))) == {"imported": 1}
    assert town.cases()["A1"].lon == -74.0031


@pytest.mark.parametrize("content", [b"{", b'{"type": "Point"}', b"[]"])
def test_json_that_is_no_collection_is_told(town: Town, content: bytes) -> None:
    mapping = town.mapping(MAPPING + "format: {kind: geojson}\n")

    with pytest.raises(errors.FileUnreadable):
        town.bring_in(content, mapping=mapping)

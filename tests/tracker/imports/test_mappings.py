"""Mappings are files that people write: their mistakes are found and named, all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis.crs import Box
from tests.tracker.imports.conftest import MAPPING, Town
from tracker.catalogue import files
from tracker.imports import errors, mapping_file, sample
from tracker.imports.sample import Sample


@pytest.fixture(scope="module")
def services() -> set[str]:
    """The codes of our own catalogue."""
    return {service.code for service in files.read_folder(files.DEFAULT_FOLDER).services}


def mistakes(folder: Path, content: str) -> list[str]:
    """Return what a mapping is blamed for, in French."""
    (folder / "mars.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(errors.MappingInvalid) as told:
        mapping_file.load("mars", folder)
    assert len(told.value.fr.splitlines()) == len(told.value.mistakes)
    return told.value.fr.splitlines()


@pytest.mark.parametrize("name", mapping_file.names())
def test_every_mapping_of_the_house_is_sound_and_names_real_services(name: str, services: set[str]) -> None:
    found = mapping_file.load(name)

    mapping_file.check_services(found, services)
    assert found.label.fr
    assert found.label.en


def test_an_unknown_mapping_names_those_there_are() -> None:
    with pytest.raises(errors.MappingUnknown) as told:
        mapping_file.load("atlantis")

    assert "baltimore, boston" in told.value.fr


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("zone: America/Toronto", "zone: Mars/Olympus", "zone"),
        ("id: id", "", "id"),
        ("received: opened, ", "", "dates.received"),
        ("formats: [iso]", "formats: []", "dates.formats"),
        ("lat: lat, ", "", "place.lat"),
        ("method: pin", "method: dowsing", "place.method"),
        ("[[-74.005, 45.005]]", "[[-74.005]]", "place.default_points.1"),
        ("language: fr", "language: de", "language"),
        ("channel: phone", "channel: pigeon", "channel"),
        ("received: [open]", "lost: [open]", "status.values.lost"),
        ("accepted: [working]", "accepted: [open]", "status.values.accepted"),
        ("outcome: fixed", "outcome: magic", "closing.rules.1.outcome"),
        ("says: not ours", "says: '('", "closing.rules.2.says"),
        (r"'#(?P<id>\w+)'", r"'#(\w+)'", "duplicates.parent"),
        ("description: text", "descripton: text", "descripton"),
        ("label:", "format: {kind: xml}\nlabel:", "format.kind"),
        ("label:", "format: {encoding: martian}\nlabel:", "format.encoding"),
        ("label:", "format: {delimiter: abc}\nlabel:", "format.delimiter"),
        ("method: pin", "box: {west: 3, south: 1, east: 2, north: 2}", "place.box"),
        ("method: pin", "accuracy_m: near", "place.accuracy_m"),
        ('{fr: "Petite ville", en: "Small town"}', '"Petite ville"', "label"),
    ],
)
def test_a_mistake_names_the_file_and_the_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in MAPPING

    told = mistakes(tmp_path, MAPPING.replace(old, new, 1))

    assert any(line.startswith(f"mars.yaml: {field}: ") for line in told), told


def test_all_the_mistakes_are_found_at_once(tmp_path: Path) -> None:
    broken = MAPPING.replace("America/Toronto", "Nowhere").replace("language: fr", "language: xx")

    assert len(mistakes(tmp_path, broken)) == 2


def test_a_key_written_twice_is_a_mistake(tmp_path: Path) -> None:
    assert "deux fois" in mistakes(tmp_path, MAPPING + "zone: UTC\n")[0]


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "a: [", "\t", "a: &x [*x]"])
def test_what_is_no_mapping_at_all_is_told(tmp_path: Path, content: str) -> None:
    assert mistakes(tmp_path, content)


def test_a_service_that_is_not_in_the_catalogue_names_its_field(town: Town) -> None:
    mapping = town.mapping(MAPPING.replace("VOI-NID", "VOI-XXX"))

    with pytest.raises(errors.MappingInvalid) as told:
        town.bring_in(b"id\n", mapping=mapping)

    assert "small.yaml: service.values.VOI-XXX: " in told.value.fr


def test_a_word_is_found_whatever_its_case_and_spacing(town: Town) -> None:
    service = town.mapping().service

    assert service.find("  HOLE ") == "VOI-NID"
    assert service.find("Potato") == "VOI-NID"
    assert service.find("spoon") is None


def test_an_exact_word_wins_over_a_star(town: Town) -> None:
    service = town.mapping(MAPPING.replace("noise]", "pothole music]")).service

    assert service.find("pothole music") == "NUI-BRU"


def test_a_made_up_sample_is_read_by_the_example_mapping(town: Town) -> None:
    path = town.folder / "sample.csv"
    sample.write(path, Sample(rows=500, box=Box(west=-74.01, south=45.0, east=-73.99, north=45.01)))
    again = town.folder / "again.csv"
    sample.write(again, Sample(rows=500, box=Box(west=-74.01, south=45.0, east=-73.99, north=45.01)))

    result = town.bring_in(path.read_bytes(), mapping=mapping_file.load(sample.MAPPING))

    assert path.read_bytes() == again.read_bytes()
    assert result.counts.outcomes["imported"] + result.counts.outcomes["attached"] == 500
    assert result.counts.outcomes["attached"] > 10

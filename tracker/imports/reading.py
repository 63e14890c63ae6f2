"""Records of a file, one at a time, whatever the format: each a list of texts under one header."""

import csv
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast

from tracker.imports import errors
from tracker.imports.mapping import FileFormat, Mapping

# A cell may hold a book; anything longer is a quote that was never closed.
MOST_CHARACTERS = 64 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
LON, LAT = "@lon", "@lat"
Record = list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A header and the records under it, read as they are asked for."""

    header: tuple[str, ...]
    records: Iterator[Record]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def table(path: Path, mapping: Mapping) -> Iterator[Table]:
    """Open a file of requests, gzipped or not. Bytes that the encoding does not know become U+FFFD.

    Raises FileEmpty, ColumnsMissing; FileUnreadable while reading, when the file is broken or cut short.
    """
    with _text(path, mapping.format) as stream:
        if mapping.format.kind == "csv":
            found = _csv(path, stream, mapping.format.delimiter)
        else:
            found = _json(path, stream, mapping)
        missing = [name for name in mapping.columns if name not in found.header]
        if missing:
            raise errors.ColumnsMissing(
                columns=missing, file=path, mapping=mapping.file_name, present=found.header
            )
        yield found


@contextmanager
def _text(path: Path, written: FileFormat) -> Iterator[IO[str]]:
    with path.open("rb") as raw:
        is_gzip = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_gzip else raw
        with TextIOWrapper(stream, encoding=written.encoding, errors="replace", newline="") as text:
            yield text


def _guarded(path: Path, records: Iterator[Any]) -> Iterator[Any]:
    """Turn what a broken file raises into one sentence with the number of rows read so far."""
    count = 0
    try:
        for record in records:
            yield record
            count += 1
    except (EOFError, gzip.BadGzipFile, zlib.error, csv.Error, json.JSONDecodeError, UnicodeError) as broken:
        raise errors.FileUnreadable(path, after_rows=max(0, count - 1), why=str(broken)) from broken


def _csv(path: Path, stream: IO[str], delimiter: str) -> Table:
    csv.field_size_limit(MOST_CHARACTERS)
    records = _guarded(path, csv.reader(stream, delimiter=delimiter))
    header = next(records, None)
    if header is None:
        raise errors.FileEmpty(path)
    names = tuple(name.strip() for name in header)
    return Table(header=names, records=(record for record in records if record))


def _json(path: Path, stream: IO[str], mapping: Mapping) -> Table:
    """Read objects; a GeoJSON point is under `@lon` and `@lat`. An absent key is an empty cell.

    The keys of the first thousand objects are the header, for exports that leave empty ones out.
    """
    objects = _geojson(path, stream) if mapping.format.kind == "geojson" else _ndjson(path, stream)
    first = [each for _, each in zip(range(1000), objects, strict=False)]
    if not first:
        raise errors.FileEmpty(path)
    header = tuple(dict.fromkeys(key for each in first for key in each))
    return Table(header=header, records=_cells(header, first, objects))


def _cells(header: tuple[str, ...], first: list[dict[str, Any]], more: Iterator[Any]) -> Iterator[Record]:
    for source in (first, more):
        for each in source:
            yield [_cell(each.get(key)) for key in header]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # JSON can spell half a character, which no database holds.
    return written.encode("utf-8", "replace").decode("utf-8")


def _ndjson(path: Path, stream: IO[str]) -> Iterator[dict[str, Any]]:
    for value in _guarded(path, (json.loads(line) for line in stream if line.strip())):
        yield value if isinstance(value, dict) else {}


def _geojson(path: Path, stream: IO[str]) -> Iterator[dict[str, Any]]:
    """Read a FeatureCollection, whole: the format cannot be read piece by piece."""
    for collection in _guarded(path, (json.loads(text) for text in [stream.read()] if text.strip())):
        features = collection.get("features") if isinstance(collection, dict) else None
        if not isinstance(features, list):
            raise errors.FileUnreadable(path, after_rows=0, why="FeatureCollection ?")
        yield from map(_feature, features)


def _feature(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict):
        return {}
    geometry = feature.get("geometry") or {}
    at = geometry.get("coordinates") if geometry.get("type") == "Point" else None
    lon, lat = (at[0], at[1]) if isinstance(at, list) and len(at) >= 2 else (None, None)
    return {**(feature.get("properties") or {}), LON: lon, LAT: lat}

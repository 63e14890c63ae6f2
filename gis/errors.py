"""Why the spatial library refuses an input. A subclass names a fact; its docstring is the default message."""

from __future__ import annotations

import inspect


class GisError(Exception):
    """The spatial library cannot use this input."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)))


class PhotoError(GisError):
    """The photo cannot be used."""


class PhotoUnreadable(PhotoError):
    """The photo is damaged or is not an image."""


class PhotoFormatRefused(PhotoError):
    """Only JPEG, PNG, WEBP and HEIC photos are accepted."""

    def __init__(self, found: str | None = None) -> None:
        super().__init__()
        self.found = found


class PhotoTooLarge(PhotoError):
    """The photo has more pixels than are accepted."""

    def __init__(self, *, width: int, height: int, max_pixels: int) -> None:
        super().__init__(f"The photo is {width} x {height} pixels; at most {max_pixels} pixels are accepted.")
        self.width = width
        self.height = height
        self.max_pixels = max_pixels


class VectorFileError(GisError):
    """The map file cannot be used."""


class VectorFileUnreadable(VectorFileError):
    """The map file is not a GeoJSON, Shapefile or GeoPackage that can be read."""


class OsmFileUnreadable(VectorFileError):
    """The file is not an OpenStreetMap extract that can be read."""


class LayerMissing(VectorFileError):
    """The file has several layers, or not the one asked for."""

    def __init__(self, *, wanted: str | None, available: tuple[str, ...]) -> None:
        names = ", ".join(available) or "none"
        super().__init__(f"Choose one layer of the file; it has: {names}.")
        self.wanted = wanted
        self.available = available


class FieldMissing(VectorFileError):
    """The layer has no field of that name."""

    def __init__(self, *, field: str, available: tuple[str, ...]) -> None:
        super().__init__(f"The layer has no field '{field}'; it has: {', '.join(available) or 'none'}.")
        self.field = field
        self.available = available


class CrsMissing(VectorFileError):
    """The file does not say its coordinate system; give one."""


class LayerMisplaced(VectorFileError):
    """The layer cannot lie where its coordinates say: swapped, in another system, far away or too wide."""

    def __init__(self, *, kind: str, fr: str, en: str) -> None:
        super().__init__(en)
        self.kind = kind
        self.fr = fr
        self.en = en


class LayerHasNoArea(VectorFileError):
    """The layer has no polygon that can be used."""

    def __init__(self, refused: tuple[object, ...] = ()) -> None:
        super().__init__()
        self.refused = refused

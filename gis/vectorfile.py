"""Districts and other areas from a file: GeoJSON, Shapefile (alone or in a zip), GeoPackage, any coordinate system.

Only these three drivers are ever opened, chosen by the file's first bytes: GDAL knows formats which fetch
addresses or open other files, and an uploaded file may not choose them.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio import errors as ogr_errors
from pyogrio import list_layers, raw, set_gdal_config_options
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from gis import areas as areas_module
from gis import crs as crs_module
from gis import errors, text
from gis.areas import Area
from gis.wording import Words

# Unpacked size beyond which a zip is taken for a bomb; a country's districts are a tenth of it.
MAX_UNZIPPED_BYTES = 1_000_000_000
_SUFFIXES = (".shp", ".gpkg", ".geojson", ".json")


@dataclass(frozen=True, kw_only=True, slots=True)
class RowNote:
    """What happened to one row of the file: its number from 1, its name, and the reason."""

    row: int
    name: str
    words: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaLayer:
    """The areas of a file in EPSG:4326, with everything that was not as it should be.

    `crs` names the file's own system. Rows in `repaired` are among the areas, rows in `refused` are not.
    """

    areas: tuple[Area, ...]
    crs: str
    repaired: tuple[RowNote, ...] = ()
    refused: tuple[RowNote, ...] = ()
    notes: tuple[Words, ...] = ()

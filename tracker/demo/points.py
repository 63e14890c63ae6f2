"""Points as PostGIS reads them, one by one: cases and reports have no layer to be turned in one pass."""

from __future__ import annotations

import struct

_HEAD = "0101000020E6100000"  # little-endian, a point with its SRID, 4326


def ewkb(lon: float | None, lat: float | None) -> str | None:
    """A point of EPSG:4326 as hexadecimal EWKB; None without coordinates."""
    if lon is None or lat is None:
        return None
    return _HEAD + struct.pack("<dd", lon, lat).hex().upper()

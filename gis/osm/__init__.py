"""What a municipality needs of an OpenStreetMap extract: streets cut at corners, addresses, ground, names."""

from gis.osm.reading import read
from gis.osm.things import ALIAS_KEYS, AddressPoint, Feature, Left, Street

__all__ = ["ALIAS_KEYS", "AddressPoint", "Feature", "Left", "Street", "read"]

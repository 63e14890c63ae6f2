"""One tile of the XYZ scheme, and what may be asked of it."""

from dataclasses import dataclass

from tracker.maps.errors import TileUnknown

# Raised whenever what tiles hold changes with the code: kept tiles of an older program are then asked again.
DRAWING = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A tile of a layer drawn from zoom `lowest` to `highest`. Raises TileUnknown outside what exists."""

    z: int
    x: int
    y: int
    lowest: int = 9
    highest: int = 16

    def __post_init__(self) -> None:
        is_there = self.lowest <= self.z <= self.highest
        if not (is_there and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise TileUnknown(self.lowest, self.highest)

    @property
    def values(self) -> dict[str, int]:
        """Return the parameters that every tile's statement names."""
        return {"z": self.z, "x": self.x, "y": self.y}

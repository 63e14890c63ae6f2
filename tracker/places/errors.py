"""Why a place cannot be used; each tells what to do next."""

from dataclasses import dataclass


class PlaceError(Exception):
    """The place cannot be used."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Somebody else who owns or serves a place, and how to reach them."""

    code: str
    kind: str
    name_fr: str
    name_en: str
    phone: str | None = None
    url: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One place that a text may mean, EPSG:4326.

    `kind` is address, interpolated (placed between numbers that are known), intersection, block, landmark,
    asset or street. `label_en` is there when the label says more than names; `area` is the district's name;
    `detail` tells it from another of the same label.
    """

    label: str
    lon: float
    lat: float
    kind: str
    accuracy_m: float
    segment_id: int | None = None
    label_en: str | None = None
    area: str | None = None
    detail: str | None = None
    asset: tuple[str, str] | None = None


class LocationMissing(PlaceError):
    """This service needs to know where."""


class LocationUnusable(PlaceError):
    """These coordinates are no place: `finding` says why (0/0, a geocoder's default, swapped, far away)."""

    def __init__(self, finding: str, fr: str, en: str) -> None:
        super().__init__(en)
        self.finding = finding
        self.fr = fr
        self.en = en


class OutsideTerritory(PlaceError):
    """The place is outside the municipality; `ours` is how probable it is all the same, at its accuracy."""

    def __init__(self, party: Party | None, ours: float = 0.0) -> None:
        super().__init__()
        self.party = party
        self.ours = ours


class NotOurs(PlaceError):
    """The street, the equipment or the ground belongs to somebody else."""

    def __init__(self, party: Party, what: str) -> None:
        super().__init__()
        self.party = party
        self.what = what


class PrivateLot(PlaceError):
    """The place is on a private lot, where the city does not do this work."""


class InWater(PlaceError):
    """The place is in the water; `party` answers for it when it is somebody's, a canal or a seaway."""

    def __init__(self, party: Party | None = None) -> None:
        super().__init__()
        self.party = party


class AddressUnknown(PlaceError):
    """No such address is known here."""

    def __init__(self, query: str, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__()
        self.query = query
        self.choices = choices


class AddressAmbiguous(AddressUnknown):
    """The address may mean several places."""


class AddressVague(AddressUnknown):
    """A street was named, which is too long to be a place: its number or a corner is missing."""


class AssetUnknown(PlaceError):
    """No such equipment is known here."""

    def __init__(self, kind: str, code: str) -> None:
        super().__init__()
        self.kind = kind
        self.code = code


class BoundarySetUnknown(PlaceError):
    """There is no such set of boundaries."""

    def __init__(self, set_id: int) -> None:
        super().__init__()
        self.set_id = set_id

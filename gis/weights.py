"""What each piece of evidence is worth when two reports are compared: read from data, checked, frozen.

Values are log-odds, so 0 is no evidence, 1 makes a duplicate about 2.7 times as likely, -1 as much less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from gis import text as text_of
from gis.learned import Learned
from gis.text import Lexicon

PRIOR = "prior-2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """How positions of one thing scatter, beyond the accuracy each position states."""

    spread_share: float  # the thing's own extent and people's aim, as a share of the service's radius
    least_spread_m: float
    stray_share: float  # positions that are simply off, whatever accuracy they state
    stray_m: float
    clutter: float  # unrelated open cases expected within the service's radius


@dataclass(frozen=True, kw_only=True, slots=True)
class Time:
    """How reports of one thing follow each other, within the service's window."""

    life_share: float  # mean delay between two reports, as a share of the window
    floor: float
    closed: float
    closed_after_window: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A thing both may name. `…_by_policy` holds where the service is matched by that very thing."""

    same: float
    other: float
    same_by_policy: float
    other_by_policy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """The smaller evidence."""

    same_side: float
    other_side: float
    shared_number: float
    same_answer: float
    other_answer: float
    same_reporter: float
    sent_twice: float  # same reporter within ten minutes
    same_photo: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """What two services that are not equal are worth, where learned weights allow any two to be one thing."""

    kin: float  # one service of ours, two words of the city's
    akin: float  # names with words in common
    other: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """All of it. `prior` is the share of reports which repeat an open case; `priors` by service code."""

    prior: float
    priors: Mapping[str, float]
    compatible: Mapping[tuple[str, str], float]
    space: Space
    time: Time
    segment: Identity
    asset: Identity
    address: Identity
    detail: Detail
    relation: Relation
    text: tuple[tuple[float, float], ...]
    show: float
    suggest: float
    lexicon: Lexicon
    attach: float = 0.98
    learned: Learned | None = None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object], lexicon: Lexicon) -> Weights:
        """Check and freeze weights read from a data file. Raises ValueError naming section and field."""
        priors = {
            code: _share(value, f"priors.{code}") for code, value in _mapping(mapping, "priors").items()
        }
        return cls(
            prior=_share(mapping.get("prior"), "prior"),
            priors=priors,
            compatible=_compatible(mapping.get("compatible")),
            space=_section(Space, mapping, "space"),
            time=_section(Time, mapping, "time"),
            segment=_section(Identity, mapping, "segment"),
            asset=_section(Identity, mapping, "asset"),
            address=_section(Identity, mapping, "address"),
            detail=_section(Detail, mapping, "detail"),
            relation=_section(Relation, mapping, "relation"),
            text=_curve(mapping.get("text")),
            show=_share(mapping.get("show"), "show"),
            suggest=_share(mapping.get("suggest"), "suggest"),
            lexicon=lexicon,
            attach=_share(mapping.get("attach"), "attach"),
            learned=Learned.from_mapping(_mapping(mapping, "learned")) if "learned" in mapping else None,
        )

    def prior_for(self, service: str) -> float:
        """Give the log-odds that a report of this service repeats an open case, before any evidence."""
        share = self.priors.get(service, self.prior)
        return math.log(share / (1 - share))

    @property
    def version(self) -> str:
        """Name these weights, for the records of what they scored."""
        return self.learned.version if self.learned else PRIOR

    def compatibility(self, one: str, other: str) -> float | None:
        """Give the log-odds of two services meaning one thing: 0 if equal, None if they cannot."""
        return 0.0 if one == other else self.compatible.get((one, other))

    def likeness(self, one: str, other: str) -> float:
        """Tell how alike two services' names are, 0 to 1: "Street Light Outages", "Lighting Request"."""
        return _likeness(self.lexicon, one, other)

    def text_value(self, similarity: float) -> float:
        """Give the worth of a text similarity, on the straight lines between the curve's points."""
        for (x0, y0), (x1, y1) in pairwise(self.text):
            if similarity <= x1:
                return y0 + (y1 - y0) * (similarity - x0) / (x1 - x0)
        return self.text[-1][1]


@lru_cache(maxsize=16384)
def _likeness(lexicon: Lexicon, one: str, other: str) -> float:
    return text_of.similarity(lexicon.profile(one), lexicon.profile(other))


_Section = TypeVar("_Section", Space, Time, Identity, Detail, Relation)


def _section(kind: type[_Section], mapping: Mapping[str, object], name: str) -> _Section:
    values = _mapping(mapping, name)
    expected = {each.name for each in fields(kind)}
    if wrong := expected.symmetric_difference(values):
        raise ValueError(f"{name}: missing or unknown: {', '.join(sorted(wrong))}")
    return kind(**{key: _number(value, f"{name}.{key}") for key, value in values.items()})


def _mapping(mapping: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = mapping.get(name)
    if not isinstance(value, Mapping):
        raise ValueError(f"{name}: a mapping is needed")
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{where}: a number is needed")
    return float(value)


def _share(value: object, where: str) -> float:
    number = _number(value, where)
    if not 0 < number < 1:
        raise ValueError(f"{where}: a share between 0 and 1 is needed")
    return number


def _compatible(value: object) -> dict[tuple[str, str], float]:
    """Read the pairs of services, each with the share of such near pairs that are one thing."""
    if not isinstance(value, list):
        raise ValueError("compatible: a list of [code, code, share] is needed")
    found: dict[tuple[str, str], float] = {}
    for entry in value:
        if not isinstance(entry, list) or len(entry) != 3:
            raise ValueError(f"compatible: {entry!r} is not [code, code, share]")
        one, other = str(entry[0]), str(entry[1])
        share = _share(entry[2], f"compatible {one} {other}")
        found[one, other] = found[other, one] = math.log(share)
    return found


def _curve(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or len(value) < 2:
        raise ValueError("text: at least two [similarity, value] points are needed")
    points = tuple((_number(point[0], "text"), _number(point[1], "text")) for point in value)
    if any(one[0] >= other[0] or one[1] > other[1] for one, other in pairwise(points)):
        raise ValueError("text: similarities and values must grow")
    return points

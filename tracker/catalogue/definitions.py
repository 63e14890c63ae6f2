"""Values of the catalogue: a service, its questions, its promises, its duplicate policy.

Everything here is plain, frozen data. A running case keeps the definition it began with, so each value can
be turned into JSON and back (see `mapping`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.catalogue import errors
from tracker.catalogue.conditions import Condition, Facts, facts
from tracker.catalogue.promises import MAKE_SAFE, RESOLVE, RESPOND, Season, Standard, Text

__all__ = [
    "MAKE_SAFE", "RESOLVE", "RESPOND", "Catalogue", "Cluster", "Condition", "Deadline", "Demo",
    "DuplicatePolicy", "Facts", "Group", "Keywords", "LocationRule", "Option", "Question", "Redirect",
    "Season", "Service", "Standard", "Term", "Text", "facts",
]  # fmt: skip

WORKFLOWS = ("field_work", "inspection", "permit", "question", "booking", "contestation")
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
LIST_DATATYPES = ("singlevaluelist", "multivaluelist")
LOCATION_KINDS = ("point", "segment", "address", "lot", "asset", "none")
ASSIGNMENTS = ("district", "fixed_unit", "contract", "rotation", "person")
CLOCK_STARTS = ("received", "end_of_precipitation")
DUPLICATE_KEYS = (
    "segment", "asset", "address", "lot", "zone", "circuit", "requester", "text", "dates", "slot",
)  # fmt: skip
COMBINATIONS = ("any", "all")
WORKS = ("road", "snow", "light")
ON_PRIVATE = ("accept", "refuse")


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A code with its name: a department, a skill, a kind of asset."""

    code: str
    name: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Keywords:
    """What people say for a service, other than its name."""

    fr: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One choice of a list question; `code` is what is stored, `label` what is read."""

    code: str
    label: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked about the thing reported: an Open311 attribute.

    `personal` answers are personal information and expire first. `options_from` names a live source of
    choices (the seats of a show) when they cannot be listed here.
    """

    code: str
    datatype: str
    required: bool
    label: Text
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    personal: bool = False

    @property
    def is_list(self) -> bool:
        return self.datatype in LIST_DATATYPES

    def option(self, code: str) -> Option | None:
        """Return the choice with that code, if any."""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicatePolicy:
    """When two reports of a service may be about the same thing.

    `same` lists what must be equal, all together: an asset, a segment, an answer (`answer.plaque`).
    With a radius too, `combine` says whether one (`any`) or both (`all`) are needed. `window_h` is in elapsed
    hours; None means for as long as the case is open. `show_at` and `suggest_at` are probabilities.
    From `attach_at` on a report joins an open case of the same service by itself, unless its reporter says
    it is something else; None means never, which is the default.
    """

    radius_m: int | None = None
    same: tuple[str, ...] = ()
    combine: str = "any"
    window_h: int | None = None
    exclusive: bool = False
    show_at: float = 0.5
    suggest_at: float = 0.75
    attach_at: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """Many reports that are one event, not duplicates: `count` of them sharing `same` within `window_h`.

    `propose` is `tour`, `incident` or the code of a wider service.
    """

    count: int
    same: str
    window_h: int | None
    propose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationRule:
    """Where a report of this service must point.

    With `snap` the nearest segment is kept beside the point. `on_water` accepts wharves and beaches. `work`
    is what is done on a street shared with a neighbour: road, snow or light. `on_private` says whether a
    place on a private lot is accepted or refused, the city doing no such work there.
    """

    kind: str
    asset_kind: str | None = None
    snap: str | None = None
    on_water: bool = False
    work: str = "road"
    on_private: str = "accept"

    @property
    def is_of_street(self) -> bool:
        """Tell whether the thing belongs to a street rather than to the ground."""
        return self.kind == "segment" or self.snap == "segment"

    @property
    def is_required(self) -> bool:
        return self.kind != "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    """An answer given instead of, or beside, a request: `police`, or `wait` when it is too early."""

    to: str
    when: tuple[Condition, ...]
    text: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """How often the demo city reports it: count over 18 months and name of the monthly profile."""

    volume: int
    profile: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """Days that the law leaves from the day a question asks for. It is told, and never refuses anybody."""

    question: str
    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """An entry of the catalogue, at one version."""

    code: str
    group: str
    name: Text
    description: Text
    keywords: Keywords
    priority: int
    workflow: str
    department: str
    skill: str
    duration_min: int
    location: LocationRule
    standards: tuple[Standard, ...]
    duplicates: DuplicatePolicy
    questions: tuple[Question, ...] = ()
    assignment: str = "district"
    clock_start: str = "received"
    open311: bool = False
    public_map: bool = False
    active: bool = True
    season: Season | None = None
    emergency: Text | None = None
    read_first: tuple[Text, ...] = ()
    deadline: Deadline | None = None
    cluster: Cluster | None = None
    redirects: tuple[Redirect, ...] = ()
    demo: Demo | None = None

    @property
    def is_urgent(self) -> bool:
        return self.priority == 1

    @property
    def needs_contact(self) -> bool:
        """Somebody must be reachable: an answer, a permit, a booking or a hearing goes to a person."""
        return self.workflow not in ("field_work", "inspection")

    def question(self, code: str) -> Question | None:
        """Return the question with that code, if any."""
        return next((question for question in self.questions if question.code == code), None)

    def has_standard(self, kind: str) -> bool:
        """Tell whether something is promised; `make_safe` is rare, `respond` and `resolve` always exist."""
        return any(standard.kind == kind for standard in self.standards)

    def standard_for(self, kind: str, known: Facts) -> Standard:
        """Return the first promise of that kind whose conditions hold (see `facts`).

        Raises StandardNotFound.
        """
        for standard in self.standards:
            if standard.kind == kind and standard.holds(known):
                return standard
        raise errors.StandardNotFound(code=self.code, kind=kind)

    def redirect_for(self, known: Facts) -> Redirect | None:
        """Return the answer to give instead of a request, if these facts call for one."""
        for redirect in self.redirects:
            if all(condition.holds(known) for condition in redirect.when):
                return redirect
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A heading of the catalogue; its code begins the code of its services."""

    code: str
    name: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """Groups and services in the order they are shown, with the words they use.

    `sources` tells from which file a service was read, when it was.
    """

    groups: tuple[Group, ...]
    services: tuple[Service, ...]
    departments: tuple[Term, ...] = ()
    skills: tuple[Term, ...] = ()
    asset_kinds: tuple[Term, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    _by_code: dict[str, Service] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {service.code: service for service in self.services})

    def service(self, code: str) -> Service:
        """Return the service with that code. Raises ServiceNotFound."""
        try:
            return self._by_code[code]
        except KeyError:
            raise errors.ServiceNotFound(code=code) from None

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def in_group(self, code: str) -> tuple[Service, ...]:
        """Return the services of a group, in order."""
        return tuple(service for service in self.services if service.group == code)

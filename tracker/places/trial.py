"""How well words become places: queries whose place is known, asked and judged."""

import csv
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from gis import civic
from tracker.places import service
from tracker.places.errors import Choice, PlaceError
from tracker.places.geocoding import Found
from tracker.places.sampling import Query, Truth

TOLERANCE_M = 60.0
SHORT_LIST = 3
# What answers a truth of each kind. A number written by hand may be one that the town must estimate.
_KINDS = {"address": ("address", "interpolated"), "place": ("landmark", "street")}
_ASSET = re.compile(r"[a-z_]+ [A-Z]+-\d+")
_COLUMNS = ("language", "kind", "query", "expected", "rank", "clear", "ms", "answers")


class TrialUnreadable(PlaceError):
    """A file of queries has one tab in each line: the query, then what it means."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}, {line}")
        self.in_french = f"{path}, ligne {line} : une demande, une tabulation, le lieu attendu."
        self.in_english = f"{path}, line {line}: a query, a tab, the place expected."


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A query with its answer. `rank` is where the truth came, from 1, 0 for nowhere; `ms` what it took."""

    query: Query
    rank: int
    is_clear: bool
    ms: float
    labels: tuple[str, ...]

    @property
    def is_first(self) -> bool:
        """Tell whether the answer is right as it stands: the place, or the list when several are meant."""
        if self.query.is_ambiguous:
            return self.is_listed
        return self.rank == 1 and self.is_clear == bool(self.query.truths)

    @property
    def is_listed(self) -> bool:
        """Tell whether the truth is in the short list, and was not passed over by a wrong choice."""
        if self.query.is_ambiguous:
            return 1 <= self.rank <= SHORT_LIST and not self.is_clear
        return 1 <= self.rank <= SHORT_LIST


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the result: queries of one language and kind."""

    language: str
    kind: str
    count: int
    first: float
    listed: float
    median_ms: float
    p95_ms: float


def read(path: Path, language: str) -> list[Query]:
    """Read queries written by hand: query, tab, label; `A || B` for several places, `-` for none.

    Raises TrialUnreadable.
    """
    found: list[Query] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        typed, tab, expected = line.partition("\t")
        if not tab or not expected.strip():
            raise TrialUnreadable(path, number)
        truths = () if expected.strip() == "-" else tuple(_truth(one) for one in expected.split("||"))
        kind = "none" if not truths else "ambiguous" if len(truths) > 1 else truths[0].kind
        found.append(Query(typed=typed, language=language, kind=kind, truths=truths))
    return found


def judge(session: Session, queries: Iterable[Query]) -> list[Judged]:
    """Ask every query and hold the answer against the truth."""
    service.search(session, "1")  # the names are read before the clock runs
    return [_judged(session, query) for query in queries]


def summary(judged: Sequence[Judged]) -> list[Line]:
    """Return the shares by language and kind, with a line `all` for each language."""
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for each in judged:
        groups[each.query.language, each.query.kind].append(each)
        groups[each.query.language, "all"].append(each)
    ordered = sorted(groups, key=lambda key: (key[0], key[1] == "all", key[1]))
    return [_line(language, kind, groups[language, kind]) for language, kind in ordered]


def write(path: Path, judged: Iterable[Judged]) -> None:
    """Write every query with its answers, as CSV."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for each in judged:
            expected = " || ".join(truth.label for truth in each.query.truths) or "-"
            writer.writerow(
                (
                    each.query.language,
                    each.query.kind,
                    each.query.typed,
                    expected,
                    each.rank,
                    int(each.is_clear),
                    round(each.ms, 2),
                    " || ".join(each.labels),
                )
            )


def _judged(session: Session, query: Query) -> Judged:
    begun = time.perf_counter()
    found = service.search(session, query.typed)
    ms = (time.perf_counter() - begun) * 1000
    labels = tuple(_label(choice) for choice in found.choices)
    return Judged(query=query, rank=_rank(query, found), is_clear=found.is_clear, ms=ms, labels=labels)


def _rank(query: Query, found: Found) -> int:
    """Return where the truth stands in the answer; of several, the first, if all of them are in the list."""
    if not query.truths:
        return 0 if found.candidates else 1
    ranks = [
        next((at for at, choice in enumerate(found.choices, start=1) if _is(truth, choice)), 0)
        for truth in query.truths
    ]
    return min(ranks) if all(ranks) else 0


def _is(truth: Truth, choice: Choice) -> bool:
    if choice.kind not in _KINDS.get(truth.kind, (truth.kind,)) or _key(truth.label) != _key(_label(choice)):
        return False
    if truth.lon is None or truth.lat is None or truth.kind == "landmark":
        return True
    return civic.metres(truth.lon, truth.lat, choice.lon, choice.lat) <= max(TOLERANCE_M, choice.accuracy_m)


def _label(choice: Choice) -> str:
    if choice.kind == "asset" and choice.asset:
        return " ".join(choice.asset)
    if choice.kind == "block":
        street, _, rest = choice.label.partition(", entre ")
        return f"{street} [{rest.replace(' et ', ' / ')}]"
    return choice.label


def _key(label: str) -> frozenset[str]:
    """Compare labels whatever the order of their streets, and whatever tells equal ones apart."""
    return frozenset(part.strip(" ]") for part in label.replace("[", "/").split("/"))


def _truth(label: str) -> Truth:
    label = label.strip()
    if "[" in label:
        return Truth(kind="block", label=label)
    if " / " in label:
        return Truth(kind="intersection", label=label)
    if label[:1].isdigit() and "," in label:
        return Truth(kind="address", label=label)
    if _ASSET.fullmatch(label):
        return Truth(kind="asset", label=label)
    return Truth(kind="place", label=label)


def _line(language: str, kind: str, judged: Sequence[Judged]) -> Line:
    times = sorted(each.ms for each in judged)
    return Line(
        language=language,
        kind=kind,
        count=len(judged),
        first=sum(each.is_first for each in judged) / len(judged),
        listed=sum(each.is_listed for each in judged) / len(judged),
        median_ms=statistics.median(times),
        p95_ms=times[min(len(times) - 1, int(0.95 * len(times)))],
    )

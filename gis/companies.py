"""How each candidate stands among the others: the nearest of many is likelier than the tenth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from gis import evidence
from gis.sighting import Candidate, Company, Sighting

_AROUND_M = 100.0
# Positions this near are equally near: most are no better than that.
_TIE_M = 1.0
_MOST = 4


def look_around(sighting: Sighting, cases: Sequence[Candidate]) -> list[Company]:
    """Count for each candidate the open ones of the report's own kind that are nearer, or fresher, as near.

    Cases without a position are all at one place. In the order of the candidates.
    """
    far = [evidence.distance_between(sighting, case) or 0.0 for case in cases]
    counted = sorted(
        (metres, -_last(case))
        for metres, case in zip(far, cases, strict=True)
        if case.is_open and case.kind == sighting.kind
    )
    distances = [metres for metres, _ in counted]
    around = bisect_right(distances, _AROUND_M)
    found: list[Company] = [Company()] * len(cases)
    seen: list[float] = []
    upto = 0
    for index in sorted(range(len(cases)), key=far.__getitem__):
        reach = bisect_right(distances, far[index] + _TIE_M)
        while upto < reach:
            insort(seen, counted[upto][1])
            upto += 1
        found[index] = Company(
            nearer=min(_MOST, bisect_left(distances, far[index] - _TIE_M)),
            fresher=min(_MOST, bisect_left(seen, -_last(cases[index]))),
            around=around,
        )
    return found


def _last(case: Candidate) -> float:
    return (case.last_report_at or case.opened_at).timestamp()

"""Learned corrections applied to pieces of evidence, each keeping its name and its words."""

from __future__ import annotations

from collections.abc import Sequence

from gis.learned import Learned, pair, stratum_of
from gis.sighting import Candidate, Sighting, Term

# These are corrected for the kind of thing too: how far apart and how late its reports come, how often. How
# often may be known for each channel the report comes by.
BY_KIND = frozenset(["prior", "distance", "time", "together", "answers"])


def correct(terms: Sequence[Term], sighting: Sighting, candidate: Candidate, learned: Learned) -> list[Term]:
    """Return the terms as learned: each corrected by its class, all calibrated, still adding up exactly."""
    own = learned.by_kind.get(sighting.kind) or learned.by_kind.get(sighting.service) or {}
    levels, scale = learned.levels, learned.scale
    corrected = []
    for name, value, fr, en, level in terms:
        key = (name, level)
        value += levels.get(key, 0.0)
        if own and name in BY_KIND:
            value += own.get(key, 0.0)
        if name == "service":
            value += learned.pairs.get(pair(sighting.kind, candidate.kind), 0.0)
        value *= scale
        if name == "prior":
            if own and sighting.channel:
                value += scale * own.get((name, sighting.channel), 0.0)
            value += learned.shift
            if learned.shifts:
                stratum = stratum_of(sighting.service, sighting.accuracy_m, candidate.accuracy_m)
                value += learned.shifts.get(stratum, 0.0)
        corrected.append(Term(name, value, fr, en, level))
    return corrected

"""Learned corrections applied to pieces of evidence, each keeping its name and its words."""

from __future__ import annotations

from collections.abc import Sequence

from gis.learned import Learned, pair
from gis.sighting import Candidate, Sighting, Term

# These are corrected for the kind of thing too: how far apart and how late its reports come, how often.
BY_KIND = frozenset(["prior", "distance", "time"])


def correct(terms: Sequence[Term], sighting: Sighting, candidate: Candidate, learned: Learned) -> list[Term]:
    """Return the terms as learned: each corrected by its class, all calibrated, still adding up exactly."""
    own = learned.by_kind.get(sighting.kind) or learned.by_kind.get(sighting.service) or {}
    levels, scale = learned.levels, learned.scale
    corrected = []
    for term in terms:
        key = (term.name, term.level)
        value = term.value + levels.get(key, 0.0)
        if own and term.name in BY_KIND:
            value += own.get(key, 0.0)
        if term.name == "service":
            value += learned.pairs.get(pair(sighting.kind, candidate.kind), 0.0)
        value *= scale
        if term.name == "prior":
            value += learned.shift
        corrected.append(Term(term.name, value, term.fr, term.en, term.level))
    return corrected

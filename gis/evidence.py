"""The pieces of evidence that a report and a case are one thing: each a value in log-odds, with its words.

A piece which is missing on either side gives no term: absence is never counted as disagreement.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from gis import address, crs, levels, photohash, spacing, text, wording
from gis.learned import pair
from gis.sighting import Candidate, Company, Sighting, Term
from gis.weights import Identity, Weights

_TWICE_S = 600.0
_AT_ONCE_S = 90.0  # a form sent twice, by somebody who is not named


def distance_between(sighting: Sighting, candidate: Candidate) -> float | None:
    """Measure between report and case in metres; None if either has no position."""
    if sighting.lon is None or sighting.lat is None or candidate.lon is None or candidate.lat is None:
        return None
    return crs.near_distance_m(sighting.lon, sighting.lat, candidate.lon, candidate.lat)


def gather(
    sighting: Sighting, candidate: Candidate, weights: Weights, distance_m: float | None, relation: str
) -> Iterator[Term]:
    """Yield every piece of evidence there is between the two themselves, for compatible services."""
    decided = False
    for name, identity in (
        ("asset", weights.asset),
        ("segment", weights.segment),
        ("address", weights.address),
    ):
        same = _agree(sighting, candidate, name)
        if same is not None:
            by_policy = sighting.match == name
            decided |= by_policy
            yield _identity(name, identity, same, by_policy=by_policy)
    if sighting.address_text and candidate.address_text:
        yield _street(sighting, candidate, is_blind=distance_m is None)
    if distance_m is not None:
        kind = "named" if decided else _CLASS[relation]
        yield spacing.space(sighting, candidate, weights, distance_m, kind)
        yield from spacing.decomposed(sighting, candidate, distance_m)
        yield spacing.together(sighting, candidate, distance_m, kind)
    yield from _time(sighting, candidate, weights)
    yield from _side(sighting, candidate, weights)
    yield from _text(sighting, candidate, weights)
    yield from _answers(sighting, candidate, weights)
    yield from _reporter(sighting, candidate, weights)
    yield from _photos(sighting, candidate, weights)
    if candidate.reports > 1:
        count = candidate.reports
        yield Term("crowd", 0.0, f"déjà signalé {count} fois", f"reported {count} times", _few(count))
    if sighting.channel and candidate.channel:
        yield _channels(sighting.channel, candidate.channel)


def compare_company(company: Company) -> Iterator[Term]:
    """Yield what the other open cases of its kind say of a candidate; worth nothing until learned."""
    if company.nearer:
        yield Term(
            "nearer", 0.0, "un autre cas est plus près", "another case is nearer", _few(company.nearer)
        )
    else:
        yield Term("nearer", 0.0, "le cas le plus près", "the nearest case", "0")
    if company.fresher:
        fr, en = "un autre cas d’ici est plus récent", "another case here is more recent"
        yield Term("fresher", 0.0, fr, en, _few(company.fresher))
    else:
        yield Term("fresher", 0.0, "le cas le plus récent d’ici", "the most recent case here", "0")
    around = company.around
    plural = "s" if around > 1 else ""
    fr, en = f"{around} cas semblable{plural} à 100 m", f"{around} similar case{plural} within 100 m"
    yield Term("around", 0.0, fr, en, levels.few(around))


def relate(sighting: Sighting, candidate: Candidate, weights: Weights) -> tuple[str, float | None]:
    """Class how the two services are related, with its worth; None where they cannot be one thing.

    Same kind, kin (one service of ours under two of the city's words), confused (a pair the weights list),
    akin (names with words in common), other.
    """
    if sighting.kind == candidate.kind:
        return "same", 0.0
    if sighting.service == candidate.service and not _names_nothing(sighting, candidate):
        return "kin", weights.relation.kin
    if (known := weights.compatible.get((sighting.service, candidate.service))) is not None:
        return "confused", known
    if weights.learned is None:
        return "other", None
    if (seen := weights.learned.confused.get(pair(sighting.kind, candidate.kind))) is not None:
        return "confused", math.log(seen)
    if weights.likeness(sighting.kind, candidate.kind) >= 0.3:
        return "akin", weights.relation.akin
    return "other", weights.relation.other


def _names_nothing(sighting: Sighting, candidate: Candidate) -> bool:
    """Tell whether a common service is only the catch-all of two words of the city's own."""
    return sighting.service in _CATCH_ALL and sighting.kind != candidate.kind


_CATCH_ALL = frozenset(["INF-GEN"])
_CLASS = {"same": "same", "kin": "kin", "confused": "kin", "akin": "kin", "other": "other"}


def _few(count: int) -> str:
    return str(count) if count < 4 else ">=4"


def _street(sighting: Sighting, candidate: Candidate, *, is_blind: bool) -> Term:
    found = levels.addresses(sighting.address_text, candidate.address_text)
    fr, en = _STREETS.get(found, ("même rue, autre numéro", "same street, another number"))
    return Term("street", 0.0, fr, en, f"blind:{found}" if is_blind else found)


_STREETS = {
    "same": ("même adresse", "same address"),
    "corner": ("même intersection", "same intersection"),
    "meets": ("une rue en commun", "a street in common"),
    "apart": ("autre rue", "another street"),
    "unsure": ("adresse peu claire", "unclear address"),
}


def _channels(one: str, other: str) -> Term:
    if one == other:
        return Term("channel", 0.0, "reçus par le même canal", "came by the same channel", f"{one}>{other}")
    return Term("channel", 0.0, "reçus par deux canaux", "came by two channels", f"{one}>{other}")


def search_radius_m(radius_m: float, accuracy_a_m: float, accuracy_b_m: float) -> float:
    """Give the radius in metres to look for candidates in: the policy's, widened by both accuracies.

    Widened up to 80 m only, lest one bad fix bring in the whole quarter; a larger policy stands as it is.
    """
    return min(radius_m + accuracy_a_m + accuracy_b_m, max(80.0, radius_m))


def _time(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    last = max(candidate.last_report_at or candidate.opened_at, candidate.opened_at)
    since_s = (sighting.at - last).total_seconds()
    # Reports arrive out of order: one that happened while others were made is at no distance in time.
    gap_s = max(since_s, (candidate.opened_at - sighting.at).total_seconds(), 0.0)
    window_s = None if sighting.window_h is None else sighting.window_h * 3600
    words = wording.ago(max(since_s, 0.0))
    value = 0.0
    if window_s is not None:
        value = _follow_up(gap_s, window_s, weights)
    yield Term("time", value, words.fr, words.en, levels.delay(gap_s))
    if gap_s < _AT_ONCE_S:
        yield Term("instant", 0.0, "signalés au même moment", "reported at the same moment", "same")
    if candidate.closed_at is not None:
        yield _closed(sighting, candidate, candidate.closed_at, window_s, weights)


def _follow_up(gap_s: float, window_s: float, weights: Weights) -> float:
    """Weigh a delay: exponential if one thing, anywhere in the window if not."""
    share = weights.time.life_share
    return max(-math.log(share) - gap_s / (share * window_s), weights.time.floor)


def _closed(
    sighting: Sighting, candidate: Candidate, closed_at: datetime, window_s: float | None, weights: Weights
) -> Term:
    since_s = (sighting.at - closed_at).total_seconds()
    if since_s <= 0:
        return Term("closed", 0.0, "encore ouvert au moment du signalement", "still open when this was seen")
    late = window_s is None or since_s > window_s
    words = wording.ago(since_s)
    value = weights.time.closed_after_window if late else weights.time.closed
    level = levels.closed(since_s, (closed_at - candidate.opened_at).total_seconds())
    return Term("closed", value, f"terminé {words.fr}", f"finished {words.en}", level)


_LABELS = {
    ("asset", True): ("même équipement", "same equipment"),
    ("asset", False): ("autre équipement", "other equipment"),
    ("segment", True): ("même segment", "same street segment"),
    ("segment", False): ("autre segment", "another street segment"),
    ("address", True): ("même adresse", "same address"),
    ("address", False): ("autre adresse", "another address"),
}


def _agree(sighting: Sighting, candidate: Candidate, name: str) -> bool | None:
    """Tell whether both name the same asset, segment or address; None if either does not say."""
    if name == "address":
        if not sighting.address_text or not candidate.address_text:
            return None
        return address.compare(sighting.address_text, candidate.address_text)
    if name == "asset":
        one, other = sighting.asset_id, candidate.asset_id
    else:
        one, other = sighting.segment_id, candidate.segment_id
    return None if one is None or other is None else one == other


def _identity(name: str, identity: Identity, same: bool, *, by_policy: bool) -> Term:
    if by_policy:
        value = identity.same_by_policy if same else identity.other_by_policy
    else:
        value = identity.same if same else identity.other
    level = ("same" if same else "other") + (":policy" if by_policy else "")
    return Term(name, value, *_LABELS[name, same], level)


def _side(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if sighting.side is None or candidate.side is None or sighting.segment_id != candidate.segment_id:
        return
    if sighting.side == candidate.side:
        yield Term("side", weights.detail.same_side, "même côté de la rue", "same side of the street", "same")
    else:
        yield Term(
            "side", weights.detail.other_side, "autre côté de la rue", "other side of the street", "other"
        )


def _text(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if not sighting.text or not candidate.text:
        return
    one, other = weights.lexicon.profile(sighting.text), weights.lexicon.profile(candidate.text)
    if one.is_telling and other.is_telling:
        alike = text.similarity(one, other)
        yield _text_term(alike, weights.text_value(alike))
    if shared := one.numbers & other.numbers:
        number = max(shared, key=lambda digits: (len(digits), digits))
        # "2" is in every second text; a pole's or a house's number is not.
        if len(number) >= 2:
            worth = weights.detail.shared_number
            level = "same" if len(number) == 2 else "same:long"
            yield Term("number", worth, f"même numéro {number}", f"same number {number}", level)
    elif _longest(one.numbers) >= 3 and _longest(other.numbers) >= 3:
        yield Term("number", 0.0, "autre numéro", "another number", "other")


def _longest(numbers: frozenset[str]) -> int:
    return max(map(len, numbers), default=0)


def _text_term(alike: float, value: float) -> Term:
    level = levels.alike(alike)
    if alike >= 0.4:
        return Term("text", value, "textes semblables", "similar descriptions", level)
    if alike >= 0.15:
        return Term("text", value, "quelques mots en commun", "a few words in common", level)
    return Term("text", value, "textes différents", "different descriptions", level)


def _answers(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    shared = [key for key in sighting.answers if key in candidate.answers]
    if not shared:
        return
    same = sum(sighting.answers[key] == candidate.answers[key] for key in shared)
    other = len(shared) - same
    value = same * weights.detail.same_answer + other * weights.detail.other_answer
    yield Term(
        "answers",
        max(-1.0, min(1.0, value)),
        f"{same} réponse{'s' if same > 1 else ''} identique{'s' if same > 1 else ''} sur {len(shared)}",
        f"{same} of {len(shared)} answers the same",
        f"{min(same, 3)}/{min(len(shared), 3)}",
    )


def _photos(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if not sighting.photo_hashes or not candidate.photo_hashes:
        return
    apart = photohash.least_apart(sighting.photo_hashes, candidate.photo_hashes)
    if apart is None:
        return
    if apart <= photohash.NEAR:
        yield Term("photo", weights.detail.same_photo, "même photo", "same photo", "same")
    else:
        yield Term("photo", 0.0, "autre photo", "another photo", levels.bits(apart))


def _reporter(sighting: Sighting, candidate: Candidate, weights: Weights) -> Iterator[Term]:
    if sighting.reporter is None or sighting.reporter not in candidate.reporters:
        return
    last = candidate.last_report_at or candidate.opened_at
    if abs((sighting.at - last).total_seconds()) <= _TWICE_S:
        yield Term("reporter", weights.detail.sent_twice, "envoyé deux fois", "sent twice", "twice")
    else:
        yield Term("reporter", weights.detail.same_reporter, "même personne", "same person", "same")

"""The demo's eighteen months hold what was measured in real cities, before any database sees them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import shapely

from tests.tracker.demo import valbrise
from tracker.demo import composing, counts, degrees, request_plan, window
from tracker.demo.composing import Story
from tracker.demo.fates import CaseLife, Outcome
from tracker.demo.filings import Filing
from tracker.reports import validation

# What domain.md expects of January to December 2025; January to June 2026 as the year before.
MONTHS_2025 = (661, 647, 860, 979, 1113, 992, 962, 849, 743, 684, 623, 637)
PAIRS = {
    ("VOI-NID", "VOI-AFF"), ("VOI-AFF", "VOI-NID"), ("AQU-FUI", "EGO-PUI"), ("EGO-PUI", "AQU-FUI"),
    ("ECL-PAN", "ECL-SEC"), ("ECL-SEC", "ECL-PAN"),
}  # fmt: skip


@pytest.fixture(scope="module")
def whole() -> Story:
    return valbrise.story("m")


@pytest.fixture(scope="module")
def told() -> tuple[Outcome, ...]:
    return valbrise.outcomes("m")


@pytest.fixture(scope="module")
def filings(told: tuple[Outcome, ...]) -> list[Filing]:
    return [filing for outcome in told for filing in outcome.filings]


@pytest.fixture(scope="module")
def cases(told: tuple[Outcome, ...]) -> list[CaseLife]:
    return [case for outcome in told for case in outcome.cases]


def test_every_service_is_reported_exactly_as_often_as_its_catalogue_says(filings: list[Filing]) -> None:
    expected = {
        each.code: each.demo.volume
        for each in valbrise.catalogue().services
        if each.demo is not None and each.demo.volume
    }
    assert sum(expected.values()) == len(filings) == 15_000
    assert Counter(each.service for each in filings) == Counter(expected)


@pytest.mark.parametrize(("total", "services"), [(600, 71), (15_000, 71), (150_000, 71)])
def test_any_size_shares_its_reports_to_the_last_one_and_leaves_no_service_out(
    total: int, services: int
) -> None:
    shared = counts.of_services(valbrise.catalogue().services, total)
    assert sum(shared.values()) == total
    assert len(shared) == services
    assert min(shared.values()) >= 1


def test_months_are_as_busy_as_in_a_real_city(filings: list[Filing]) -> None:
    found = Counter((local.year, local.month) for local in map(_local, filings))
    for position, expected in enumerate((*MONTHS_2025, *MONTHS_2025[:6])):
        month = 2025 + position // 12, position % 12 + 1
        assert found[month] == pytest.approx(expected, rel=0.08), month


def test_one_incident_in_eight_is_reported_by_several_people(whole: Story) -> None:
    several = sum(len(each.told) > 1 for each in whole.incidents)
    assert several / len(whole.incidents) == pytest.approx(0.127, abs=0.007)
    extra = whole.reports - len(whole.incidents)
    assert extra == pytest.approx(2_620, rel=0.06)
    crossing = [
        (incident.service, told.service)
        for incident in whole.incidents
        for told in incident.told
        if told.service != incident.service
    ]
    assert set(crossing) == PAIRS
    assert len(crossing) / extra == pytest.approx(0.08, abs=0.015)


def test_one_incident_in_sixteen_lies_beside_another_that_is_not_the_same(whole: Story) -> None:
    by_id = {each.id: each for each in whole.incidents}
    near = [each for each in whole.incidents if each.near is not None]
    assert len(near) / len(whole.incidents) == pytest.approx(0.06, abs=0.005)
    for each in near:
        host = by_id[each.near or 0]
        assert host.service == each.service
        apart = np.hypot(host.where.x - each.where.x, host.where.y - each.where.y)
        assert 7.9 <= apart <= 30.1
        assert abs(each.told[0].at - host.told[0].at) <= timedelta(days=12)


def test_potholes_crowd_on_some_segments_as_in_a_real_city(whole: Story) -> None:
    holes = np.zeros(len(whole.world.town.segments))
    for each in whole.incidents:
        holes[each.where.segment] += each.service == "VOI-NID"
    held = np.sort(holes)[::-1]
    assert 0.40 <= held[: len(held) // 10].sum() / held.sum() <= 0.60
    assert 0.65 <= _gini(held) <= 0.80


def test_incidents_gather_more_than_chance_would_have_it(whole: Story) -> None:
    """Ripley's K at 200 m, against the same number of points thrown anywhere along the streets."""
    potholes = np.asarray(
        [(each.where.x, each.where.y) for each in whole.incidents if each.service == "VOI-NID"]
    )
    lines = [each.line for each in whole.world.town.segments if each.maintained_by == "ville"]
    lengths = np.asarray([line.length for line in lines])
    rng = np.random.default_rng(5)
    rows = rng.choice(len(lines), len(potholes), p=lengths / lengths.sum())
    spread = shapely.get_coordinates(
        [lines[row].interpolate(rng.uniform(), normalized=True) for row in rows.tolist()]
    )
    assert _pairs_within(potholes, 200.0) > 1.25 * _pairs_within(spread, 200.0)


def test_storms_thaws_and_downpours_are_felt_on_their_days(whole: Story) -> None:
    days = Counter(
        (each.told[0].service[:3], _day(each.told[0].at), each.told[0].service) for each in whole.incidents
    )
    trees = sum(n for (_, day, code), n in days.items() if code == "ARB-TOM" and day == date(2025, 6, 21))
    assert trees >= 5
    sewers = sum(n for (group, day, _), n in days.items() if group == "EGO" and day == date(2025, 7, 13))
    assert sewers >= 8
    surges = Counter(each.surge for each in whole.incidents if each.surge)
    assert set(surges) == {
        "bris-2026-01-22", "tournee-2025-05-14", "tournee-2025-09-04", "tournee-2026-05-19",
    }  # fmt: skip


def test_people_leave_the_telephone_for_the_web_over_the_window(whole: Story, filings: list[Filing]) -> None:
    def share(channel: str, since: float, until: float) -> float:
        some = [each for each in filings if since <= whole.world.window.progress(each.at) < until]
        return sum(each.channel == channel for each in some) / len(some)

    assert share("phone", 0, 0.15) == pytest.approx(0.66, abs=0.05)
    assert share("phone", 0.85, 1) == pytest.approx(0.47, abs=0.05)
    assert share("mobile", 0, 0.15) == pytest.approx(0.18, abs=0.05)
    assert share("mobile", 0.85, 1) == pytest.approx(0.31, abs=0.05)


def test_french_english_and_nameless_reports_have_their_shares(filings: list[Filing]) -> None:
    assert Counter(each.language for each in filings)["en"] / len(filings) == pytest.approx(0.09, abs=0.02)
    assert sum(each.contact is None for each in filings) / len(filings) == pytest.approx(0.12, abs=0.03)
    by_person = Counter(each.contact.name + str(each.contact.email) for each in filings if each.contact)
    assert max(by_person.values()) <= 60


def test_texts_are_as_long_as_people_write_and_never_leave_a_slot_open(filings: list[Filing]) -> None:
    words = np.asarray([len(each.description.split()) for each in filings])
    shares = [np.mean((words >= low) & (words <= high)) for low, high in ((1, 4), (5, 20), (21, 60))]
    assert shares == pytest.approx([0.25, 0.5, 0.22], abs=0.04)
    assert 0.01 < np.mean(words > 60) < 0.06
    plain = [each for each in filings if "{{" not in each.description]
    assert all(each.description and "{" not in each.description for each in plain)
    assert len(plain) >= len(filings) - 2
    assert len({each.description for each in filings}) > 9_000


def test_texts_hold_what_software_must_survive(filings: list[Filing]) -> None:
    plan = request_plan.read_texts()
    assert set(plan.injected) <= {each.description for each in filings}
    numbered = [each for each in filings if "450-555-01" in each.description]
    assert 0.005 < len(numbered) / len(filings) < 0.03


def test_every_service_has_words_and_a_dozen_templates_in_both_languages() -> None:
    texts = request_plan.read_texts()
    for service in valbrise.catalogue().services:
        kind = "ask" if service.location.kind == "none" or service.needs_contact else None
        home = service.location.kind in ("address", "lot")
        frames = texts.frames[kind or ("home" if home else "street")]
        assert len(texts.services[service.code].fr) + len(frames.fr) >= 12, service.code
        assert len(texts.services[service.code].en) + len(frames.en) >= 11, service.code
        assert len(texts.quoi[service.code]) == 2


def test_positions_are_as_wrong_as_their_method(whole: Story, told: tuple[Outcome, ...]) -> None:
    errors: dict[str, list[float]] = {}
    for outcome in told:
        kind = whole.world.services[outcome.incident.service].location.kind
        for filing in outcome.filings:
            place = filing.place
            if place.lon is None or kind not in ("point", "segment") or outcome.incident.edge:
                continue
            x, y = degrees.to_metres(place.lon, place.lat or 0.0, whole.world.town.srid)
            apart = float(np.hypot(x - outcome.incident.where.x, y - outcome.incident.where.y))
            errors.setdefault("mobile" if filing.channel == "mobile" else place.method, []).append(apart)
    mobile, spoken = np.asarray(errors["mobile"]), np.asarray(errors["address"])
    assert np.median(mobile) == pytest.approx(4.9, abs=1.2)
    assert np.quantile(mobile, 0.9) == pytest.approx(12.4, abs=3.5)
    assert 12 < np.median(spoken) < 28
    assert np.mean(spoken > 80) < 0.12


def test_some_places_are_never_found_and_some_lie_on_the_edge_of_two_districts(
    whole: Story, filings: list[Filing]
) -> None:
    placed = [each for each in filings if valbrise.catalogue().service(each.service).location.is_required]
    vague = [each for each in placed if each.place.method == "unknown"]
    assert len(vague) / len(placed) == pytest.approx(0.03, abs=0.012)
    assert sum(each.edge is not None for each in whole.incidents) == 25
    away = Counter(each.reason for each in whole.turned_away)
    assert away == {"outside": 90, "not_ours": 135, "in_water": 60}
    owners = sum(each.party is not None for each in whole.incidents) + away["not_ours"]
    assert owners / 15_000 == pytest.approx(0.02, abs=0.003)


def test_nothing_happens_before_its_report_or_after_the_window(
    whole: Story, told: tuple[Outcome, ...], cases: list[CaseLife]
) -> None:
    first = window.midnight(whole.world.window.first)
    for outcome in told:
        times = [each.at for each in outcome.filings]
        assert times == sorted(times)
        assert first <= times[0]
        assert times[-1] <= whole.world.window.anchor
        assert outcome.incident.start <= times[0]
    for case in cases:
        moments = [case.opened_by.at, *(act.at for act in case.acts)]
        assert all(a < b for a, b in zip(moments, moments[1:], strict=False))
        assert moments[-1] <= whole.world.window.anchor


def test_crews_finish_within_their_hours_unless_they_are_on_call(
    whole: Story, told: tuple[Outcome, ...]
) -> None:
    rota, late = whole.world.rota, []
    for outcome in told:
        hours = rota.hours(outcome.incident.crew)
        for case in outcome.cases:
            service = whole.world.services[case.opened_by.service]
            if rota.is_on_call(outcome.incident.crew, service):
                continue
            late += [
                (service.code, act.done_at)
                for act in case.acts
                if act.transition == "complete" and act.role == "crew" and not hours.holds(act.done_at)
            ]
    assert late == []


def test_cases_leave_the_straight_way_as_often_as_planned(cases: list[CaseLife]) -> None:
    made = Counter(act.transition for case in cases for act in case.acts)
    done = made["complete"]
    assert made["reopen"] / done == pytest.approx(0.035, abs=0.02)
    assert made["refuse"] / len(cases) == pytest.approx(0.033, abs=0.012)
    assert made["hold"] / len(cases) == pytest.approx(0.05, abs=0.03)
    assert made["ask"] / len(cases) == pytest.approx(0.045, abs=0.02)
    late = [act for case in cases for act in case.acts if "outcome" in act.inputs]
    lags = np.asarray([act.lag.total_seconds() / 60 for act in late if act.lag])
    assert len(lags) / len(late) == pytest.approx(0.22, abs=0.03)
    assert np.median(lags) == pytest.approx(35, abs=6)


def test_zombies_were_done_and_never_closed(whole: Story, told: tuple[Outcome, ...]) -> None:
    forgotten = [
        outcome
        for outcome in told
        if outcome.incident.service in whole.world.plan.zombies
        and outcome.incident.end < whole.world.window.anchor - timedelta(days=2)
        and outcome.cases[0].acts
        and outcome.cases[0].acts[-1].transition in ("start", "accept")
    ]
    assert len(forgotten) == pytest.approx(375, rel=0.2)


def test_every_answer_is_one_the_catalogue_accepts_in_its_season(filings: list[Filing]) -> None:
    for filing in filings:
        service = valbrise.catalogue().service(filing.service)
        assert validation.faults(service, filing.answers) == ()
        assert service.season is None or service.season.contains(_day(filing.at)), (
            filing.service,
            filing.at,
        )
        assert filing.contact is not None or not service.needs_contact


def test_phone_numbers_and_mailboxes_are_fictional(filings: list[Filing]) -> None:
    for contact in (each.contact for each in filings if each.contact is not None):
        assert contact.phone is None or contact.phone.startswith("450-555-01")
        assert contact.email is None or contact.email.endswith("@courriel.example")


def test_another_window_moves_the_months_and_keeps_the_counts() -> None:
    now = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
    other = composing.compose(valbrise.town("xs"), valbrise.catalogue().services, window.until(now))
    assert other.reports == 600
    times = [told.at for incident in other.incidents for told in incident.told]
    assert max(times) <= now
    assert now - max(times) < timedelta(days=4)
    assert min(times) >= window.midnight(other.world.window.first)
    winter = [told for incident in other.incidents for told in incident.told if told.service == "DEN-RUE"]
    assert all(_day(told.at).month in (11, 12, 1, 2, 3, 4) for told in winter)
    assert window.fixed(21).last - window.fixed().last == timedelta(weeks=21)


def test_the_same_seed_tells_the_same_story_to_the_last_word() -> None:
    again = composing.compose(valbrise.town("xs"), valbrise.catalogue().services, window.fixed())
    assert again.incidents == valbrise.story("xs").incidents
    assert tuple(again.outcomes()) == valbrise.outcomes("xs")


def _gini(held: np.ndarray) -> float:
    rising = np.sort(held)
    count = len(rising)
    return float(1 - 2 * np.sum(np.cumsum(rising) / rising.sum()) / count + 1 / count)


def _pairs_within(points: np.ndarray, metres: float) -> int:
    spots = np.asarray(shapely.points(points), dtype=object)
    return len(shapely.STRtree(spots).query(spots, predicate="dwithin", distance=metres)[0]) - len(points)


def _local(filing: Filing) -> datetime:
    return filing.at.astimezone(window.ZONE)


def _day(moment: datetime) -> date:
    return moment.astimezone(window.ZONE).date()

"""Hours of work and rest, from domain.md §5, and against a count minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from routing import legal
from routing.legal import Limits, Stint

START = datetime(2026, 1, 12, tzinfo=UTC)
H = timedelta(hours=1)


def stint(begins_h: float, ends_h: float) -> Stint:
    return Stint(START + begins_h * H, START + ends_h * H)


@pytest.mark.parametrize(
    ("worked", "job", "rule", "hours"),
    [
        ([], (0, 16), None, 0),
        ([(0, 14)], (14, 16), None, 0),
        ([(0, 14)], (14, 16.5), "in_a_row", 14),
        ([(0, 4), (11, 14)], (14, 16.5), "in_a_row", 14),  # seven hours of pause are no rest
        ([(0, 4), (12, 14)], (14, 20), None, 0),  # eight are
        ([(0, 14)], (21.5, 22), "in_a_row", 21.5),
        ([(0, 14)], (22, 26), None, 0),
        ([(24 * d, 24 * d + 14) for d in range(5)], (120, 121), "in_window", 70),
        ([(24 * d, 24 * d + 13) for d in range(5)], (120, 125), None, 0),
        ([(24 * d, 24 * d + 14) for d in range(5)], (110 + 35.5, 146), "in_window", 70),
        ([(24 * d, 24 * d + 14) for d in range(5)], (110 + 36, 147), None, 0),
        (
            [(24 * d, 24 * d + 10) for d in range(7)],
            (168, 170),
            None,
            0,
        ),  # two hours of the first day have left it
    ],
)
def test_the_table(worked, job, rule, hours):
    found = legal.tired([stint(*each) for each in worked], stint(*job), Limits())
    assert (found and found.rule) == rule
    if found is not None:
        assert found.worked == hours * H


def oracle(worked: list[Stint], job: Stint, limits: Limits, step: timedelta) -> str | None:
    """Walk back from the job, one step at a time."""

    def busy(at: datetime) -> bool:
        return any(each.begins <= at < each.ends for each in worked)

    def since(rest: timedelta) -> list[datetime]:
        found, at, idle = [], job.begins - step, timedelta(0)
        while at >= START - 24 * H:
            if busy(at):
                found.append(at)
                idle = timedelta(0)
            else:
                idle += step
                if idle >= rest:
                    break
            at -= step
        return found

    row = since(limits.rest)
    if row and job.ends - min(row) > limits.in_a_row:
        return "in_a_row"
    window = [at for at in since(limits.long_rest) if at >= job.ends - limits.window]
    if len(window) * step + (job.ends - job.begins) > limits.in_window:
        return "in_window"
    return None


def test_it_agrees_with_a_count_step_by_step():
    random, step = Random(311), timedelta(minutes=30)
    seen: dict[str | None, int] = {}
    for _ in range(400):
        worked, at = [], 0.0
        while at < 24 * 9:
            length = random.choice([0.5, 4, 8, 10, 12, 14, 15])
            worked.append(stint(at, at + length))
            at += length + random.choice([0, 0.5, 3, 7.5, 8, 9, 10, 35.5, 36])
        random.shuffle(worked)
        begins = random.randrange(24 * 2 * 10) / 2
        job = stint(begins, begins + random.choice([0.5, 1, 3]))
        found = legal.tired(worked, job, Limits())
        expected = oracle(worked, job, Limits(), step)
        assert (found and found.rule) == expected
        seen[expected] = seen.get(expected, 0) + 1
        rested = legal.rested_at(worked, job.begins, job.ends - job.begins, Limits())
        assert rested is not None
        again = Stint(rested, rested + (job.ends - job.begins))
        assert oracle(worked, again, Limits(), step) is None
        assert rested >= job.begins
    assert min(seen[each] for each in (None, "in_a_row", "in_window")) > 20


def test_work_that_ends_before_it_begins_is_none():
    with pytest.raises(ValueError, match="ends after"):
        stint(3, 3)

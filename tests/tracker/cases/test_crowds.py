"""Several people joining and separating cases at once corrupt nothing, and nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest

from tests.support import chain, city, towns
from tests.support.caller import Answer, Caller
from tests.support.city import City


@pytest.fixture
def crowd(town: City) -> list[Caller]:
    """Four dispatchers, each with a client of their own."""
    app = towns.application(town.place, town.clock)
    return [Caller(app.test_client(), town.tokens["dispatcher"], "fr") for _ in range(4)]


def test_two_people_joining_two_cases_each_to_the_other_take_turns(town: City, crowd):
    for _ in range(12):
        a, b = town.report()["number"], town.report()["number"]
        start = Barrier(2)

        def join(who: Caller, number: str, into: str, start: Barrier = start) -> Answer:
            start.wait()
            return who.post(f"/cases/{number}/merge", {"into": into})

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(join, crowd[:2], (a, b), (b, a)))
        assert sorted(each.status_code for each in told)[0] == 200
        assert sorted(each.status_code for each in told)[1] in (409, 422)
    with town.session() as session:
        chain.check_sound(session)


def test_four_people_joining_and_separating_at_once_corrupt_nothing(town: City, crowd):
    reports = [town.report() for _ in range(8)]
    reports += [town.report(case_number=reports[0]["number"]) for _ in range(4)]
    numbers = [each["number"] for each in reports]

    def work(who: Caller, seed: int) -> list[Answer]:
        random, told = Random(seed), []
        for _ in range(14):
            number, other = random.sample(numbers, 2)
            match random.randint(0, 4):
                case 0:
                    told.append(who.post(f"/cases/{number}/merge", {"into": other}))
                case 1:
                    told.append(who.post(f"/cases/{number}/reports", {"report_number": other}))
                case 2:
                    told.append(who.delete(f"/cases/{number}/reports/{other}"))
                case 3:
                    told.append(who.post("/reports", city.sample("field_work") | {"case_number": number}))
                case _:
                    undone = [one["undo"] for one in (each.json for each in told) if one and "undo" in one]
                    if undone:
                        told.append(who.post(random.choice(undone).removeprefix("/api/v1")))
        return told

    with ThreadPoolExecutor(4) as pool:
        answers = [each for told in pool.map(work, crowd, range(4)) for each in told]
    assert {each.status_code for each in answers} <= {200, 201, 404, 409, 412, 422}
    assert sum(each.status_code < 300 for each in answers) > 8
    with town.session() as session:
        chain.check_sound(session)

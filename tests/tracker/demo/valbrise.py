"""The demo drawn once for the tests: the small town, the whole one, and what happens in each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pprint import pprint

from tracker.catalogue import files
from tracker.catalogue.definitions import Catalogue
from tracker.demo import city, composing, window
from tracker.demo.city import City
from tracker.demo.composing import Story
from tracker.demo.fates import Outcome


@cache
def catalogue() -> Catalogue:
    return files.read_folder(files.DEFAULT_FOLDER)


@cache
def town(size: str) -> City:
    return city.draw_default(size=size)


@cache
def story(size: str) -> Story:
    return composing.compose(town(size), catalogue().services, window.fixed())


@cache
def outcomes(size: str) -> tuple[Outcome, ...]:
    return tuple(story(size).outcomes())


def digests(size: str) -> dict[str, str]:
    """The beginning of the SHA-256 of every table of the plan: layers, incidents, cases."""
    tables = town(size).digests()
    tables["incidents"] = _digest(story(size).incidents)
    tables["turned_away"] = _digest(story(size).turned_away)
    tables["cases"] = _digest(outcomes(size))
    return {name: found[:16] for name, found in tables.items()}


def _digest(rows: Iterable[object]) -> str:
    """Values here are frozen and print themselves whole, in a fixed order."""
    state = hashlib.sha256()
    for row in rows:
        state.update(repr(row).encode())
    return state.hexdigest()


if __name__ == "__main__":
    pprint({size: digests(size) for size in ("xs", "m")})

"""What people do to cases over HTTP, as short words for the tests."""

from __future__ import annotations

from typing import Any

from tests.support.caller import Answer
from tests.support.city import City


def ok(answer: Answer) -> Any:
    """Return what an answer holds, which must be a 200."""
    assert answer.status_code == 200, answer.text
    return answer.json


def follow(town: City, told: dict[str, Any], language: str = "fr") -> Any:
    """Return what the person who reported reads."""
    return ok(town.caller(language=language).get(f"/tracking/{told['number']}/{told['secret']}"))


def say(
    town: City, told: dict[str, Any], transition: str, photos: tuple[bytes, ...] = (), **inputs: Any
) -> Answer:
    """Make a move as the person who reported."""
    path = f"/tracking/{told['number']}/{told['secret']}/transitions"
    body = {"transition": transition, "inputs": inputs}
    if photos:
        return town.caller().post_form(path, {"move": body}, [("p.jpg", photo) for photo in photos])
    return town.caller().post(path, body)


def move_with(town: City, role: str, number: str, photos: list[bytes], **body: Any) -> Answer:
    """Make a move of the staff with photos."""
    etag = town.caller(role).get(f"/cases/{number}").headers["ETag"]
    return town.caller(role).post_form(
        f"/cases/{number}/transitions", {"move": body}, [("p.jpg", photo) for photo in photos], If_Match=etag
    )


def merge(town: City, number: str, into: str, **headers: str) -> Answer:
    """Join a case to another."""
    return town.caller("dispatcher").post(f"/cases/{number}/merge", {"into": into}, **headers)


def undo(town: City, link: Answer) -> Answer:
    """Undo a change of links."""
    return town.caller("dispatcher").post(link.json["undo"].removeprefix("/api/v1"))


def case(town: City, number: str) -> Any:
    """Return a case as a dispatcher reads it."""
    return town.caller("dispatcher").get(f"/cases/{number}").json

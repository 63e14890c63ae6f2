"""Answers to the questions of a service, always ones its catalogue accepts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from tracker.catalogue.definitions import Question, Service
from tracker.demo import window

_OPTIONAL = 0.6
_SEATS = ("C-12", "C-13", "D-07", "F-21")
_NUMBERS = {"valeur": (2_000, 90_000), "montant": (120, 3_500), "dhp_cm": (12, 80), "participants": (15, 180)}
_TEXTS = {
    "no_bac": "VB-{:05d}",
    "poteau": "L-{:04d}",
    "no_constat": "80{:06d}",
    "evenement": "Concert d’automne",
    "activite": "Natation, samedi matin",
    "participant": "Un enfant",
    "local": "Salle principale",
    "couleur": "grise",
    "question": "Voir la description.",
    "motif": "Voir la description.",
    "description": "Voir la description.",
}
_PRIVATE = frozenset({"plaque", "matricule", "micropuce", "assureur", "requete_liee", "plans"})
Answers = Mapping[str, object]
_AHEAD = frozenset({"debut", "fin", "date"})


def answer(service: Service, at: datetime, rng: np.random.Generator) -> dict[str, object]:
    """Answer what is required, and often what is not. Personal details are left out when they may be."""
    answers: dict[str, object] = {}
    for question in service.questions:
        if question.required or (question.code not in _PRIVATE and rng.uniform() < _OPTIONAL):
            answers[question.code] = _value(question, at, rng)
    return answers


def facts(service: Service, start: datetime, asset_code: str | None, rng: np.random.Generator) -> Answers:
    """What is true of an incident, whoever reports it: its size, its kind, the day it began, its pole.

    What a reporter says of themselves, or of days to come, is no fact about the thing.
    """
    found: dict[str, object] = {}
    for question in service.questions:
        drawn = _value(question, start, rng)
        if question.datatype == "datetime":
            if question.code not in _AHEAD and question.code != "date_naissance":
                found[question.code] = start.astimezone(window.ZONE).date().isoformat()
        elif question.code == "poteau":
            if asset_code is not None:
                found[question.code] = asset_code
        elif question.datatype in ("singlevaluelist", "multivaluelist", "number"):
            found[question.code] = drawn
    return found


def truthful(answers: Answers, known: Answers, told: float, rng: np.random.Generator) -> dict[str, object]:
    """Put what is true in the place of what was guessed, for each question with the chance `told`."""
    chances = rng.uniform(0, 1, len(answers)).tolist()
    return {
        code: known[code] if code in known and chance < told else value
        for (code, value), chance in zip(answers.items(), chances, strict=True)
    }


def _value(question: Question, at: datetime, rng: np.random.Generator) -> object:
    match question.datatype:
        case "singlevaluelist":
            return question.options[int(rng.integers(len(question.options)))].code
        case "multivaluelist" if question.options:
            count = int(rng.integers(1, min(3, len(question.options)) + 1))
            rows = rng.choice(len(question.options), size=count, replace=False)
            return [question.options[int(row)].code for row in rows]
        case "multivaluelist":
            return [_SEATS[int(rng.integers(len(_SEATS)))]]
        case "number":
            low, high = _NUMBERS.get(question.code, (1, 6))
            return int(rng.integers(low, high + 1))
        case "datetime":
            return _day(question.code, at, rng)
        case _:
            return _TEXTS.get(question.code, "—").format(int(rng.integers(1, 9_999)))


def _day(code: str, at: datetime, rng: np.random.Generator) -> str:
    """Days to come for bookings, a child's birth for a camp, some days back for everything else."""
    if code == "date_naissance":
        return (at - timedelta(days=int(rng.integers(5 * 365, 12 * 365)))).date().isoformat()
    if code in _AHEAD:
        later = int(rng.integers(6, 30)) + (1 if code == "fin" else 0)
        return (at + timedelta(days=later)).date().isoformat()
    return (at - timedelta(days=int(rng.integers(0, 6)))).date().isoformat()

"""What is true of an incident whoever tells of it: its reporters' answers, the scene they photograph."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tracker.catalogue.definitions import Service
from tracker.demo import answering, scenes, seeds
from tracker.demo.incidents import Incident, World

_ANSWERS, _PICTURE = 0, 1


class Facts:
    """Knows each incident. What is drawn depends on the incident alone, never on what was drawn before."""

    def __init__(self, world: World) -> None:
        self._world, self._plan = world, world.plan

    def answer(
        self, incident: Incident, service: Service, guessed: Mapping[str, object], order: int
    ) -> dict[str, object]:
        """Answer as one who has seen it: mostly what is true, else what was guessed."""
        if not guessed:
            return {}
        known = answering.facts(
            service, incident.start, self._pole(incident), self._rng(incident, _ANSWERS, service.code)
        )
        rng = self._rng(incident, _ANSWERS, service.code, order + 1)
        return answering.truthful(guessed, known, self._plan.answers.told, rng)

    def picture(self, incident: Incident, order: int) -> int:
        """The number of the picture that the reporter in this place takes, or passes on."""
        scene = int(self._rng(incident, _PICTURE).integers(self._plan.photos.scenes))
        rng = self._rng(incident, _PICTURE, "", order + 1)
        passed_on = order > 0 and rng.uniform() < self._plan.photos.same_picture
        shot = 0 if passed_on or order == 0 else int(rng.integers(1, scenes.SHOTS))
        return scene * scenes.SHOTS + shot

    def _pole(self, incident: Incident) -> str | None:
        asset = incident.where.asset
        return None if asset is None else self._world.town.assets[asset].code

    def _rng(self, incident: Incident, of: int, code: str = "", order: int = 0) -> np.random.Generator:
        layer = seeds.LAYERS.index("facts")
        named = int.from_bytes(code.encode(), "big") if code else 0
        return np.random.default_rng([self._world.town.seed, layer, incident.id, of, named, order])

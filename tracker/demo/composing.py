"""Compose the story of a town: incidents, then what people say of them, then what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.catalogue.definitions import Service
from tracker.demo import fates, filings, incidents, request_plan
from tracker.demo.city import City
from tracker.demo.filings import Habits
from tracker.demo.incidents import Months
from tracker.demo.story import Story


def compose(town: City, services: Sequence[Service], anchor: datetime) -> Story:
    """Compose the months that end at `anchor` (aware). The same town and anchor give the same story."""
    plan, texts = request_plan.read_requests(), request_plan.read_texts()
    by_code = {service.code: service for service in services}
    happened = incidents.happen(town, plan, services, Months(anchor=anchor, count=plan.counts[town.size]))
    habits = Habits(plan=plan, texts=texts, services=by_code, anchor=anchor)
    filed = filings.file_all(town, happened, habits)
    acts = fates.decide_all(town, plan, texts.staff_notes, (happened, filed, by_code, anchor))
    workflows = {service.code: service.workflow for service in services}
    return Story(
        filings=filed, acts=acts, anchor=anchor, workflows=workflows, pavement=frozenset(plan.photos.pavement)
    )

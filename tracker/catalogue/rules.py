"""What must hold inside one service, whatever its source."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.catalogue import conditions, definitions, promises
from tracker.catalogue.conditions import Condition
from tracker.catalogue.definitions import Catalogue, DuplicatePolicy, Question, Service

PRIVATE_FAMILIES = ("permit", "booking", "contestation")
PLACELESS = "none"
PROPOSALS = ("tour", "incident")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A rule not respected: the field, the sentence of `wording`, what it speaks of."""

    field: str
    sentence: str
    values: dict[str, Any]


def faults(service: Service, catalogue: Catalogue) -> Iterator[Fault]:
    """Go through what is wrong with a service, given the catalogue it belongs to."""
    yield from _vocabulary(service, catalogue)
    for question in service.questions:
        yield from _question(question)
    for kind in promises.STANDARD_KINDS:
        yield from _order(service, kind)
    for index, redirect in enumerate(service.redirects, 1):
        yield from _conditions(service, redirect.when, f"redirects.{index}.when")
    yield from _same(service, service.duplicates)
    yield from _exposure(service)
    yield from _cluster(service, catalogue)
    yield from _deadline(service)
    if service.is_urgent and service.emergency is None:
        yield Fault(field="emergency", sentence="bad_priority_gate", values={})


def _unknown(field: str, value: str, allowed: Iterator[str] | tuple[str, ...]) -> Fault:
    return Fault(field=field, sentence="unknown", values={"value": value, "expected": ", ".join(allowed)})


def _vocabulary(service: Service, catalogue: Catalogue) -> Iterator[Fault]:
    for field, value, terms in (
        ("department", service.department, catalogue.departments),
        ("skill", service.skill, catalogue.skills),
        ("location.asset_kind", service.location.asset_kind, catalogue.asset_kinds),
    ):
        codes = tuple(term.code for term in terms)
        if value and value not in codes:
            yield _unknown(field, value, codes)


def _question(question: Question) -> Iterator[Fault]:
    field = f"questions.{question.code}.options"
    if question.is_list and len(question.options) < 2 and question.options_from is None:
        yield Fault(field=field, sentence="options_needed", values={})
    if not question.is_list and (question.options or question.options_from):
        yield Fault(field=field, sentence="options_refused", values={})
    for language in ("fr", "en"):
        seen: set[str] = set()
        for option in question.options:
            label = getattr(option.label, language).casefold()
            if label and label in seen:
                yield Fault(
                    field=f"{field}.{option.code}.{language}",
                    sentence="duplicate_label",
                    values={"value": getattr(option.label, language)},
                )
            seen.add(label)


def _order(service: Service, kind: str) -> Iterator[Fault]:
    """The first rule that holds wins, so the one for every other case stands last, and alone of its sort."""
    standards = [standard for standard in service.standards if standard.kind == kind]
    for index, standard in enumerate(standards, 1):
        is_last = index == len(standards)
        field = f"standards.{kind}.{index}"
        if is_last and standard.when:
            yield Fault(field=field, sentence="condition_only", values={})
        if not is_last and not standard.when:
            yield Fault(field=field, sentence="condition_first", values={})
        yield from _conditions(service, standard.when, f"{field}.when")


def _conditions(service: Service, when: tuple[Condition, ...], field: str) -> Iterator[Fault]:
    for condition in when:
        possible = _possible(service, condition.fact)
        if possible is None:
            known = [*conditions.CIRCUMSTANCES, *_answers(service)]
            values = {"value": condition.fact, "expected": ", ".join(known)}
            yield Fault(field=f"{field}.{condition.fact}", sentence="unknown_fact", values=values)
            continue
        for value in condition.values:
            if value not in possible:
                values = {"value": value, "expected": ", ".join(possible)}
                yield Fault(field=f"{field}.{condition.fact}", sentence="unknown_answer", values=values)


def _answers(service: Service) -> list[str]:
    return [conditions.ANSWER + question.code for question in service.questions]


def _possible(service: Service, fact: str) -> tuple[str, ...] | None:
    """Return the values a fact can have; None when nothing has that name or its answers are free."""
    if fact in conditions.CIRCUMSTANCES:
        return conditions.CIRCUMSTANCES[fact]
    question = service.question(fact.removeprefix(conditions.ANSWER))
    if not fact.startswith(conditions.ANSWER) or question is None or not question.options:
        return None
    return tuple(option.code for option in question.options)


def _same(service: Service, policy: DuplicatePolicy) -> Iterator[Fault]:
    allowed = (*definitions.DUPLICATE_KEYS, *_answers(service))
    for key in policy.same:
        if key not in allowed:
            yield _unknown("duplicates.same", key, allowed)


def _cluster(service: Service, catalogue: Catalogue) -> Iterator[Fault]:
    propose = service.cluster.propose if service.cluster else PROPOSALS[0]
    if propose and propose not in PROPOSALS and propose not in catalogue:
        yield Fault(field="cluster.propose", sentence="unknown_service", values={"value": propose})


def _deadline(service: Service) -> Iterator[Fault]:
    dates = tuple(each.code for each in service.questions if each.datatype == "datetime")
    if service.deadline and service.deadline.question not in dates:
        yield _unknown("deadline.question", service.deadline.question, dates)


def _exposure(service: Service) -> Iterator[Fault]:
    """Permits, bookings, questions and contestations stay private.

    What points at a home may be on the public map: it is drawn on its street, never at its door (migration
    0013).
    """
    if service.open311 and service.workflow in PRIVATE_FAMILIES:
        yield Fault(field="open311", sentence="not_exposed", values={"value": service.workflow})
    is_private = service.workflow in (*PRIVATE_FAMILIES, "question") or service.location.kind == PLACELESS
    if service.public_map and is_private:
        yield Fault(field="public_map", sentence="not_on_map", values={})

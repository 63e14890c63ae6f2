"""Answers held against the questions of a service: every fault is found, not only the first."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from tracker.catalogue.definitions import Question, Service
from tracker.reports.errors import AnswerFault

TEXT_LIMIT = 4_000
EMPTY: tuple[object, ...] = (None, "", [], ())


def faults(service: Service, answers: Mapping[str, object]) -> tuple[AnswerFault, ...]:
    """Return every missing, impossible or unknown answer, in the order of the questions."""
    found = [fault for question in service.questions for fault in _of(question, answers.get(question.code))]
    known = {question.code for question in service.questions}
    found += [
        AnswerFault(code=code, fault="unknown", label_fr=code, label_en=code)
        for code in answers
        if code not in known
    ]
    return tuple(found)


def _of(question: Question, value: object) -> Iterator[AnswerFault]:
    if value in EMPTY:
        if question.required:
            yield _fault(question, "missing")
    elif not _fits(question, value):
        yield _fault(question, "impossible")


def _fits(question: Question, value: object) -> bool:
    match question.datatype:
        case "number":
            return _is_number(value)
        case "datetime":
            return _is_moment(value)
        case "singlevaluelist":
            return isinstance(value, str) and _is_offered(question, value)
        case "multivaluelist":
            return isinstance(value, list) and all(
                isinstance(one, str) and _is_offered(question, one) for one in value
            )
        case _:
            return isinstance(value, str) and len(value) <= TEXT_LIMIT and "\x00" not in value


def _is_offered(question: Question, value: str) -> bool:
    return question.options_from is not None or question.option(value) is not None


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        return abs(float(value)) < 1e12
    except (ValueError, OverflowError):
        return False


def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
    return True


def _fault(question: Question, fault: str) -> AnswerFault:
    return AnswerFault(
        code=question.code, fault=fault, label_fr=question.label.fr, label_en=question.label.en
    )

"""Turn one entry of a catalogue file into a `Service`, field by field."""

import re

from tracker.catalogue import definitions, promises
from tracker.catalogue.conditions import Condition
from tracker.catalogue.definitions import (
    Cluster,
    Deadline,
    Demo,
    DuplicatePolicy,
    Keywords,
    LocationRule,
    Option,
    Question,
    Redirect,
    Service,
)
from tracker.catalogue.entries import A_LIST, Entry
from tracker.catalogue.promises import Season, Standard, Text

SERVICE_CODE = re.compile(r"[A-Z]{3}-[A-Z0-9]{2,8}")
QUESTION_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
OPTION_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
FOREVER = "until_closed"
LONGEST_H = 3 * 366 * 24


def service(entry: Entry, *, code: str, group: str) -> Service:
    """Read a service; its mistakes are noted in the entry's ledger."""
    if not SERVICE_CODE.fullmatch(code):
        entry.ledger.note(entry.place, "bad_code", value=code, expected="ABC-DEF")
    if not code.startswith(group + "-"):
        entry.ledger.note(entry.place, "wrong_group", value=group)
    found = Service(
        code=code,
        group=group,
        name=entry.text("name"),
        description=entry.text("description"),
        keywords=_keywords(entry.inside("keywords")),
        priority=entry.integer("priority", 1, 4),
        workflow=entry.choice("workflow", definitions.WORKFLOWS),
        department=entry.words("department"),
        skill=entry.words("skill"),
        duration_min=entry.integer("duration_min", 1, 24 * 60),
        location=_location(entry, group),
        standards=_standards(entry.inside("standards")),
        duplicates=_duplicates(entry.inside("duplicates")),
        questions=_questions(entry.inside("questions")) if entry.has("questions") else (),
        assignment=_choice_or(entry, "assignment", definitions.ASSIGNMENTS),
        clock_start=_choice_or(entry, "clock_start", definitions.CLOCK_STARTS, default="received"),
        open311=entry.flag("open311", default=False),
        public_map=entry.flag("public_map", default=False),
        active=entry.flag("active", default=True),
        season=_season(entry.inside("season")) if entry.has("season") else None,
        emergency=entry.text("emergency") if entry.has("emergency") else None,
        read_first=_read_first(entry) if entry.has("read_first") else (),
        deadline=_deadline(entry.inside("deadline")) if entry.has("deadline") else None,
        cluster=_cluster(entry.inside("cluster")) if entry.has("cluster") else None,
        redirects=_redirects(entry) if entry.has("redirects") else (),
        demo=_demo(entry.inside("demo")) if entry.has("demo") else None,
    )
    entry.close()
    return found


# Snow and lights of a street shared with a neighbour may be somebody else's than its pavement.
_WORK_OF = {"DEN": "snow", "ECL": "light"}


def _choice_or(entry: Entry, name: str, allowed: tuple[str, ...], default: str = "district") -> str:
    return entry.choice(name, allowed) if entry.has(name) else default


def _keywords(entry: Entry) -> Keywords:
    found = Keywords(fr=entry.list_of_words("fr"), en=entry.list_of_words("en"))
    entry.close()
    return found


def _location(service: Entry, group: str) -> LocationRule:
    entry = service.inside("location")
    found = LocationRule(
        kind=entry.choice("kind", definitions.LOCATION_KINDS),
        asset_kind=entry.words("asset_kind") if entry.has("asset_kind") else None,
        snap=entry.choice("snap", ("segment",)) if entry.has("snap") else None,
        on_water=entry.flag("on_water", default=False),
        work=_choice_or(entry, "work", definitions.WORKS, default=_WORK_OF.get(group, "road")),
        on_private=_choice_or(entry, "on_private", definitions.ON_PRIVATE, default="accept"),
    )
    if found.kind == "asset" and found.asset_kind is None:
        entry.ledger.note(entry.place.at("asset_kind"), "absent")
    entry.close()
    return found


def _questions(entry: Entry) -> tuple[Question, ...]:
    return tuple(_question(inner, code) for code, inner in entry.named())


def _question(entry: Entry, code: str) -> Question:
    if not QUESTION_CODE.fullmatch(code):
        entry.ledger.note(entry.place, "bad_code", value=code, expected="a-z 0-9 _")
    found = Question(
        code=code,
        datatype=entry.choice("datatype", definitions.DATATYPES),
        required=entry.flag("required", default=False),
        label=entry.text("label"),
        options=_options(entry.inside("options")) if entry.has("options") else (),
        options_from=entry.words("options_from") if entry.has("options_from") else None,
        personal=entry.flag("personal", default=False),
    )
    if not entry.has("required"):
        entry.ledger.note(entry.place.at("required"), "absent")
    entry.close()
    return found


def _options(entry: Entry) -> tuple[Option, ...]:
    for code in entry.names():
        if not OPTION_CODE.fullmatch(code):
            entry.ledger.note(entry.place.at(code), "bad_code", value=code, expected="a-z 0-9 _")
    return tuple(Option(code=code, label=entry.text(code)) for code in entry.names())


def _standards(entry: Entry) -> tuple[Standard, ...]:
    kinds = [kind for kind in promises.STANDARD_KINDS if kind != promises.MAKE_SAFE or entry.has(kind)]
    found = tuple(_standard(item, kind) for kind in kinds for item in entry.items(kind))
    entry.close()
    return found


def _standard(entry: Entry, kind: str) -> Standard:
    found = Standard(
        kind=kind,
        amount=entry.integer("amount", 0, 1000),
        unit=entry.choice("unit", promises.UNITS),
        when=conditions(entry),
        note=entry.text("note") if entry.has("note") else None,
        by=entry.month_day("by") if entry.has("by") else None,
        lead_days=entry.integer("lead_days", 0, 300) if entry.has("lead_days") else 0,
    )
    entry.close()
    return found


def conditions(entry: Entry) -> tuple[Condition, ...]:
    """Read `when: {fact: [value, …]}`; all the facts named must hold."""
    if not entry.has("when"):
        return ()
    inner = entry.inside("when")
    if inner.is_real and not inner.names():
        entry.ledger.note(inner.place, "empty_list")
    return tuple(Condition(fact=fact, values=inner.list_of_words(fact)) for fact in inner.names())


def _window(entry: Entry) -> int | None:
    if entry.value("window_h") == FOREVER:
        return None
    return entry.integer("window_h", 1, LONGEST_H)


def _duplicates(entry: Entry) -> DuplicatePolicy:
    radius_m = entry.integer("radius_m", 1, 2000) if entry.has("radius_m") else None
    same = entry.list_of_words("same") if entry.has("same") else ()
    if entry.is_real and radius_m is None and not same:
        entry.ledger.note(entry.place.at("radius_m"), "absent")
    found = DuplicatePolicy(
        radius_m=radius_m,
        same=same,
        combine=_choice_or(entry, "combine", definitions.COMBINATIONS, default="any"),
        window_h=_window(entry),
        exclusive=entry.flag("exclusive", default=False),
        show_at=_percent(entry, "show_at_percent", 50),
        suggest_at=_percent(entry, "suggest_at_percent", 75),
        attach_at=entry.integer("attach_at_percent", 98, 100) / 100
        if entry.has("attach_at_percent")
        else None,
    )
    entry.close()
    return found


def _percent(entry: Entry, name: str, default: int) -> float:
    return (entry.integer(name, 1, 100) if entry.has(name) else default) / 100


def _read_first(entry: Entry) -> tuple[Text, ...]:
    found = []
    for each in entry.items("read_first"):
        found.append(Text(fr=each.words("fr"), en=each.words("en")))
        each.close()
    return tuple(found)


def _deadline(entry: Entry) -> Deadline:
    found = Deadline(question=entry.words("question"), days=entry.integer("days", 1, 3660))
    entry.close()
    return found


def _cluster(entry: Entry) -> Cluster:
    found = Cluster(
        count=entry.integer("count", 2, 100),
        same=entry.choice("same", definitions.DUPLICATE_KEYS),
        window_h=_window(entry),
        propose=entry.words("propose"),
    )
    entry.close()
    return found


def _season(entry: Entry) -> Season:
    found = Season(start=entry.month_day("start"), end=entry.month_day("end"), note=entry.text("note"))
    entry.close()
    return found


def _redirects(entry: Entry) -> tuple[Redirect, ...]:
    if not isinstance(entry.value("redirects"), list):
        entry.ledger.note(entry.place.at("redirects"), "bad_type", value="…", expected=A_LIST)
        return ()
    return tuple(_redirect(item) for item in entry.items("redirects"))


def _redirect(entry: Entry) -> Redirect:
    found = Redirect(
        to=entry.choice("to", ("police", "wait")), when=conditions(entry), text=entry.text("text")
    )
    entry.close()
    return found


def _demo(entry: Entry) -> Demo:
    found = Demo(volume=entry.integer("volume", 0, 1_000_000), profile=entry.words("profile"))
    entry.close()
    return found

"""A mapping bound to one file's header: records in, rows out."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from tracker.imports import values
from tracker.imports.mapping import JOINT, OPEN_STATUSES, Duplicates, Lookup, Mapping, Template
from tracker.imports.reading import Record
from tracker.imports.rows import Refused, Row, Sketch

# Clocks of two systems may disagree by that much before a date is wrong.
TOLERANCE = timedelta(days=1)
MOST_SAID = 280

Reader = Callable[[Record], str]


class Parser:
    """A mapping bound to one file's header."""

    def __init__(self, mapping: Mapping, header: tuple[str, ...]) -> None:
        self.mapping = mapping
        self._width = len(header)
        self._at = {name: index for index, name in enumerate(header)}
        self._moment = values.moments(mapping.dates.formats, mapping.zone)
        self._made: dict[str, int] = {}
        self._lon, self._lat = self._one(mapping.places.lon), self._one(mapping.places.lat)
        self._address = self._first(mapping.places.address)
        self._description = self._first(mapping.description)
        self._service = self._joined(mapping.service)
        self._found = {
            name: self._answer(name, lookup)
            for name, lookup in (
                ("service", mapping.service),
                ("status", mapping.status),
                ("channel", mapping.channel),
                ("language", mapping.language),
            )
        }

    def fits(self, record: Record) -> bool:
        """Tell whether a record has as many cells as the header."""
        return len(record) == self._width

    def source_id(self, record: Record) -> str:
        """Return the record's number; one made of its content counts repeats: call it once a record."""
        cells = [record[self._at[name]] for name in self.mapping.id_columns]
        if not self.mapping.id_is_made:
            return values.words(cells[0])
        made = _digest(cells)
        seen = self._made[made] = self._made.get(made, 0) + 1
        return made if seen == 1 else f"{made}-{seen}"

    def sketch(self, record: Record) -> Sketch:
        """Return what the first reading needs; nothing is refused here but a ragged record."""
        address, service = self._address(record), self._service(record)
        lon, lat = self._coordinates(record)
        source_id = self.source_id(record)
        received = record[self._at[self.mapping.dates.received]]
        repeat_key = None
        if address or (lon is not None and lat is not None):
            told = (service, received, f"{lon} {lat}", address, self._description(record))
            repeat_key = "\x1f".join(told)
        parent = self._parent(record, source_id)
        return Sketch(source_id, parent, repeat_key, lon, lat, address, service)

    def row(self, record: Record, sketch: Sketch, now: datetime) -> Row:
        """Read a record in full. Raises Refused."""
        if not sketch.source_id:
            raise Refused("no_id")
        received = self._received(record, now)
        status, outcome, reason, is_duplicate = self._state(record)
        return Row(
            source_id=sketch.source_id,
            digest=_digest(record),
            service_code=self._found["service"](record),
            status=status,
            outcome=outcome,
            reason=reason,
            received_at=received,
            closed_at=None if status in OPEN_STATUSES else self._closed(record, received),
            due_at=self._due(record, received),
            lon=sketch.lon,
            lat=sketch.lat,
            address=sketch.address or None,
            description=self._description(record),
            language=self._found["language"](record),
            channel=self._found["channel"](record),
            theirs=sketch.service,
            said=self._closing_words(record)[:MOST_SAID],
            is_duplicate=is_duplicate,
        )

    def _coordinates(self, record: Record) -> tuple[float | None, float | None]:
        decimal = self.mapping.format.decimal
        return values.number(self._lon(record), decimal), values.number(self._lat(record), decimal)

    def _received(self, record: Record, now: datetime) -> datetime:
        received = self._date(record, self.mapping.dates.received)
        if received is None:
            raise Refused("no_date")
        if received > now + TOLERANCE:
            raise Refused("future")
        if received < values.EARLIEST:
            raise Refused("ancient")
        return received

    def _closed(self, record: Record, received: datetime) -> datetime | None:
        """Return when the row was finished, None when the source does not say."""
        for name in self.mapping.dates.closed:
            closed = self._date(record, name)
            if closed is None or closed < values.EARLIEST:
                continue
            if closed < received:
                closed = values.later_twin(closed, self.mapping.zone) or closed
            if closed < received - TOLERANCE:
                raise Refused("closed_before_received")
            return max(closed, received)
        return None

    def _due(self, record: Record, received: datetime) -> datetime | None:
        due = self._date(record, self.mapping.dates.due) if self.mapping.dates.due else None
        return due if due is not None and due >= received else None

    def _date(self, record: Record, name: str) -> datetime | None:
        try:
            return self._moment(record[self._at[name]])
        except values.BadDate:
            raise Refused("bad_date") from None

    def _state(self, record: Record) -> tuple[str, str | None, str | None, bool]:
        status = self._found["status"](record)
        is_duplicate = status == "duplicate" or self._duplicate(record) is not None
        if status in OPEN_STATUSES and not is_duplicate:
            return status, None, None, False
        if is_duplicate:
            return "duplicate", None, None, True
        words = self._closing_words(record)
        for rule in self.mapping.closing:
            if rule.says.search(words):
                return rule.status or status, rule.outcome, rule.reason, rule.status == "duplicate"
        return status, None, None, False

    def _closing_words(self, record: Record) -> str:
        name = self.mapping.closing_column
        return values.words(record[self._at[name]]) if name else ""

    def _duplicate(self, record: Record) -> str | None:
        """Return the words that make a record a duplicate, if it is one."""
        rule = self.mapping.duplicates
        if rule is None:
            return None
        said = record[self._at[rule.column]]
        if rule.says is not None:
            return said if rule.says.search(said) else None
        return said if said.strip() else None

    def _parent(self, record: Record, own: str) -> str | None:
        rule, said = self.mapping.duplicates, self._duplicate(record)
        if rule is None or said is None:
            return None
        return _named(rule, said, own)

    def _one(self, name: str | None) -> Reader:
        if name is None:
            return lambda record: ""
        index = self._at[name]
        return lambda record: record[index]

    def _first(self, templates: tuple[Template, ...]) -> Reader:
        """Return a reader of the first template whose columns are all filled."""
        readers = [self._filled(each) for each in templates]

        def read(record: Record) -> str:
            for each in readers:
                if found := each(record):
                    return found
            return ""

        return read

    def _filled(self, template: Template) -> Reader:
        """Return a reader of one template: nothing as soon as one of its columns is empty."""
        holes = [(f"{{{name}}}", self._at[name]) for name in template.columns]
        if template.text == template.columns[0]:
            index = holes[0][1]
            return lambda record: values.words(record[index])

        def read(record: Record) -> str:
            filled = template.text
            for hole, index in holes:
                word = values.words(record[index])
                if not word:
                    return ""
                filled = filled.replace(hole, word)
            return filled

        return read

    def _joined(self, lookup: Lookup) -> Reader:
        indexes = [self._at[name] for name in lookup.columns]
        return lambda record: JOINT.join(record[index].strip() for index in indexes)

    def _answer(self, name: str, lookup: Lookup) -> Reader:
        """Return a reader of our word for theirs, remembered per value. It raises Refused."""
        find = lru_cache(maxsize=16384)(lookup.find)
        read = self._joined(lookup)

        def answer(record: Record) -> str:
            found = find(read(record))
            if found is None:
                raise Refused(f"unknown_{name}")
            return found

        return answer


def _named(rule: Duplicates, said: str, own: str) -> str | None:
    """Return the number of the other that a duplicate names: the first which is not its own."""
    if rule.parent is None:
        other = values.words(said)
        return other if other != own else None
    for match in rule.parent.finditer(said):
        other = rule.number.replace("{id}", match["id"])
        if other != own:
            return other
    return None


def _digest(cells: list[str]) -> str:
    return hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()[:16]

"""The contract of cases."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.reports.schemas import EARLIEST, LATEST, Named, PlanTold, ReasonTold


class CaseQuery(Schema):
    """How a list of cases is narrowed and ordered; repeat a name for several values."""

    class Meta:
        unknown = EXCLUDE

    status = fields.List(fields.String(), load_default=list)
    service = fields.List(fields.String(), load_default=list)
    district = fields.List(fields.String(), load_default=list)
    crew = fields.List(fields.String(), load_default=list)
    priority = fields.Integer(load_default=None, validate=validate.Range(1, 4))
    bbox = fields.String(
        load_default=None,
        metadata={"description": "west,south,east,north", "example": "-74.2,45.2,-74.1,45.3"},
    )
    open = fields.Boolean(load_default=None)
    late = fields.Boolean(load_default=False)
    mine = fields.Boolean(load_default=False, metadata={"description": "cases of the signed-in crew"})
    mark = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=40),
        metadata={"example": "programme"},
    )
    duplicates = fields.Boolean(
        load_default=False, metadata={"description": "cases that likely repeat another"}
    )
    q = fields.String(load_default="", validate=validate.Length(max=200))
    order = fields.String(load_default="newest", validate=validate.OneOf(["newest", "due", "priority"]))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 1000))
    after = fields.String(load_default=None, validate=validate.Length(max=400))


class ServiceTold(Schema):
    """A service in short."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    group = fields.String(required=True)


class CaseRowTold(Schema):
    """A case in a list."""

    number = fields.String(required=True)
    service = fields.Nested(ServiceTold, required=True)
    status = fields.String(required=True)
    status_label = fields.String(required=True)
    tone = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    late = fields.Boolean(required=True)
    priority = fields.Integer(required=True)
    place = fields.String(allow_none=True)
    place_known = fields.Boolean(required=True)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    district = fields.Nested(Named, allow_none=True)
    crew = fields.Nested(Named, allow_none=True)
    department = fields.Nested(Named)
    respond_by = fields.AwareDateTime(allow_none=True)
    resolve_by = fields.AwareDateTime(allow_none=True)
    planned_for = fields.Date(allow_none=True)
    completed_at = fields.AwareDateTime(allow_none=True)
    reports_count = fields.Integer(required=True)
    opened_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)
    summary = fields.String(required=True)


class CaseList(Schema):
    """A page of cases; `next` goes into `after`."""

    cases = fields.List(fields.Nested(CaseRowTold), required=True)
    next = fields.String(allow_none=True)


class CaseCounts(Schema):
    """How many open cases there are, and of which kinds."""

    open = fields.Integer(required=True)
    late = fields.Integer(required=True)
    to_triage = fields.Integer(required=True)
    urgent = fields.Integer(required=True)


class InputTold(Schema):
    """What a transition asks, enough for a form."""

    name = fields.String(required=True)
    type = fields.String(required=True)
    required = fields.Boolean(required=True)
    label = fields.String(required=True)
    options = fields.List(fields.Dict())


class TransitionTold(Schema):
    """A move this reader may make now."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    inputs = fields.List(fields.Nested(InputTold))


class DeviceCheck(Schema):
    """What a device can judge before a move: the guard, its parameters, the sentence when it fails."""

    guard = fields.String(required=True)
    params = fields.Dict(required=True)
    says = fields.String(required=True)


class MoveAhead(TransitionTold):
    """A move with where it leads; null where that depends on what was before."""

    to = fields.String(allow_none=True, required=True)
    checks = fields.List(fields.Nested(DeviceCheck), required=True)


class StateAhead(Schema):
    """A status, and what this reader may do there."""

    status = fields.String(required=True)
    label = fields.String(required=True)
    tone = fields.String(required=True)
    transitions = fields.List(fields.Nested(MoveAhead), required=True)


class Ahead(Schema):
    """The statuses that the reader's own moves lead to, the present one first."""

    number = fields.String(required=True)
    version = fields.Integer(required=True)
    states = fields.List(fields.Nested(StateAhead), required=True)


class PauseTold(Schema):
    """A stretch of time that the promise does not count; without an end it lasts."""

    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(allow_none=True)


class TimeTold(Schema):
    """How long a case has taken, to its end or so far: gross as people live it, net without the pauses.

    Minutes around the clock, and minutes of the opening hours. `held` tells what holds the clock now.
    """

    gross_min = fields.Integer(required=True)
    net_min = fields.Integer(required=True)
    business_gross_min = fields.Integer(required=True)
    business_net_min = fields.Integer(required=True)
    held = fields.String(allow_none=True, validate=validate.OneOf(["pause", "storm"]))
    pause_left_min = fields.Integer(required=True)
    pauses = fields.List(fields.Nested(PauseTold), required=True)


class CaseFull(CaseRowTold):
    """A case, its reports, why it is where it is, and what can be done."""

    reports = fields.List(
        fields.Dict(),
        required=True,
        metadata={
            "description": "what was told, and near an edge the `candidates`: districts and territories"
        },
    )
    photos = fields.List(fields.Dict(), required=True)
    duplicates = fields.List(fields.Dict(), required=True)
    links = fields.List(fields.Dict(), required=True)
    time = fields.Nested(TimeTold, required=True)
    plan = fields.Nested(PlanTold, allow_none=True)
    transitions = fields.List(fields.Nested(TransitionTold), required=True)
    reasons = fields.List(fields.Nested(ReasonTold), required=True)
    next_action = fields.String(required=True)
    sentence = fields.String(required=True)
    family = fields.String(required=True, metadata={"description": "whose table of moves it follows"})
    outcome = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    documents = fields.List(fields.Dict(), metadata={"description": "PDFs sent to it, for who may open them"})
    timers = fields.List(
        fields.Dict(),
        metadata={"description": "what will happen when, the next first: name, label, due_at, fires, failed"},
    )
    escalation = fields.Dict(
        allow_none=True,
        metadata={"description": "who was told that it runs late: level, label, at, promised_for, reason"},
    )
    marks = fields.List(
        fields.Dict(),
        metadata={"description": "filed late, in the programme, followed up, disputed, refunded"},
    )
    booking = fields.Dict(allow_none=True, metadata={"description": "what is booked, from when to when"})
    money = fields.Dict(allow_none=True, metadata={"description": "owed, paid and due, in cents"})
    letters = fields.List(fields.Dict(), metadata={"description": "PDF letters, the newest first"})
    about = fields.List(fields.Dict(), metadata={"description": "cases that this one is about"})
    calendar_url = fields.String(allow_none=True)


class TransitionGiven(Schema):
    """A move: what, with which inputs, when by the device, from where."""

    transition = fields.String(required=True, validate=validate.Length(1, 60))
    inputs = fields.Dict(keys=fields.String(), load_default=dict)
    device_at = fields.AwareDateTime(
        load_default=None, allow_none=True, validate=validate.Range(EARLIEST, LATEST)
    )
    lon = fields.Float(
        load_default=None, allow_none=True, allow_nan=False, validate=validate.Range(-180, 180)
    )
    lat = fields.Float(load_default=None, allow_none=True, allow_nan=False, validate=validate.Range(-90, 90))


class AnswersGiven(Schema):
    """What a draft answers now."""

    answers = fields.Dict(keys=fields.String(), required=True)


class TransitionForm(Schema):
    """A move with files: the move as JSON in `move`, pictures in `photos`, PDFs in `documents`."""

    move = fields.String(required=True)
    photos = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}))
    documents = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}))


class MergeGiven(Schema):
    """The case that survives."""

    into = fields.String(required=True, validate=validate.Length(1, 60))


class AttachGiven(Schema):
    """The report to move here."""

    report_number = fields.String(required=True, validate=validate.Length(1, 60))


class LinkTold(Schema):
    """A change of links, with what undoes it."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    from_case = fields.String(required=True)
    into_case = fields.String(required=True)
    undo = fields.String(required=True, metadata={"description": "POST here to undo"})


class EventTold(Schema):
    """A fact of the history, with its place in the chain."""

    seq = fields.Integer(required=True)
    kind = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    device_at = fields.AwareDateTime(allow_none=True)
    actor = fields.String(required=True)
    label = fields.String(required=True)
    payload = fields.Dict(required=True, metadata={"description": "as sealed: hash what is here"})
    words = fields.Dict(
        required=True,
        metadata={"description": "free words by name, until erased; sealed by digest in `payload.texts`"},
    )
    prev_hash = fields.String(required=True)
    hash = fields.String(required=True)


class History(Schema):
    """A case's events, the first one first."""

    events = fields.List(fields.Nested(EventTold), required=True)


class TrackingTold(Schema):
    """What the person who reported may see."""

    number = fields.String(required=True)
    case = fields.Dict(required=True)
    description = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    timeline = fields.List(fields.Dict(), required=True)
    photos = fields.List(fields.Dict(), required=True)
    can = fields.List(fields.String(), required=True)
    moves = fields.List(fields.Nested(TransitionTold), required=True)
    booking = fields.Dict(allow_none=True)
    money = fields.Dict(allow_none=True)
    letters = fields.List(fields.Dict())
    calendar_url = fields.String(allow_none=True)
    estimate_cents = fields.Integer(allow_none=True)
    documents = fields.List(fields.Dict(), required=True)
    takes_documents = fields.Boolean(required=True)

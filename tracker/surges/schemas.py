"""The contract of surges."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.cases.schemas import ServiceTold

STATUSES = ("proposed", "confirmed", "dismissed", "lapsed")


class SurgeQuery(Schema):
    """Which surges are listed."""

    class Meta:
        unknown = EXCLUDE

    status = fields.String(load_default="proposed", validate=validate.OneOf(STATUSES))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class SurgeCaseTold(Schema):
    """A case of a surge; `link` is the merge that can be undone."""

    number = fields.String(required=True)
    service = fields.Nested(ServiceTold, required=True)
    place = fields.String(allow_none=True)
    opened_at = fields.AwareDateTime(required=True)
    is_open = fields.Boolean(required=True)
    link = fields.String(allow_none=True)


class SurgeTold(Schema):
    """A proposal that cases are one incident, with the evidence in words."""

    id = fields.UUID(required=True)
    rule = fields.String(required=True)
    name = fields.String(required=True)
    becomes = fields.String(required=True, validate=validate.OneOf(("incident", "tour")))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    version = fields.Integer(required=True)
    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    radius_m = fields.Float(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)
    observed = fields.Integer(required=True, metadata={"description": "distinct places"})
    expected = fields.Float(
        required=True, metadata={"description": "what the background gives; 0 for a count"}
    )
    log10_p = fields.Float(required=True, metadata={"description": "log10 of the probability; 0 for a count"})
    evidence = fields.List(fields.String(), required=True)
    cases = fields.List(fields.Nested(SurgeCaseTold), required=True)
    parent = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(allow_none=True)


class SurgeList(Schema):
    """Surges, the newest first."""

    surges = fields.List(fields.Nested(SurgeTold), required=True)


class ConfirmGiven(Schema):
    """Into which case the others are joined (the oldest when none is named), and which stay apart."""

    parent = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    left_out = fields.List(fields.String(validate=validate.Length(1, 40)), load_default=list)


class DismissGiven(Schema):
    """Why these are not one incident."""

    reason = fields.String(load_default="", validate=validate.Length(max=500))

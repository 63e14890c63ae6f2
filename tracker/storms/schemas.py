"""The contract of storms."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.dispatch.pools import ROAD_CLASSES
from tracker.reports.schemas import EARLIEST, LATEST

KINDS = ("street", "sidewalk")
_MOMENT = validate.Range(EARLIEST, LATEST)


class StormQuery(Schema):
    """Which storms are listed."""

    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class PassGiven(Schema):
    """A planned pass: streets or sidewalks, in a district or all, on a class of streets or all, by when."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    district = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    road_class = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(sorted(set(ROAD_CLASSES.values())))
    )
    by = fields.AwareDateTime(required=True, validate=_MOMENT)


class StormGiven(Schema):
    """A storm to declare: where (no district means everywhere), from when (now if not told), until when."""

    name = fields.String(required=True, validate=validate.Length(1, 120))
    districts = fields.List(fields.String(validate=validate.Length(1, 40)), load_default=list)
    starts_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=_MOMENT)
    ends_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=_MOMENT)
    message_fr = fields.String(load_default="", validate=validate.Length(max=400))
    message_en = fields.String(load_default="", validate=validate.Length(max=400))


class MomentGiven(Schema):
    """When it happened; now if not told."""

    at = fields.AwareDateTime(load_default=None, allow_none=True, validate=_MOMENT)


class PassesGiven(Schema):
    """The whole plan of the operation; it replaces the one before."""

    passes = fields.List(fields.Nested(PassGiven), required=True, validate=validate.Length(max=200))


class StormTold(Schema):
    """A storm, and how many promises it holds now."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    districts = fields.List(fields.String(), required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    precipitation_ended_at = fields.AwareDateTime(allow_none=True)
    passes = fields.List(fields.Nested(PassGiven), required=True)
    message = fields.String(required=True)
    is_on = fields.Boolean(required=True)
    is_over = fields.Boolean(required=True)
    suspended = fields.Integer(required=True, metadata={"description": "open cases whose delay waits"})
    version = fields.Integer(required=True)


class StormList(Schema):
    """Storms, the latest first."""

    storms = fields.List(fields.Nested(StormTold), required=True)

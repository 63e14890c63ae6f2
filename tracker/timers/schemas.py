"""The contract of what runs late and of places where the same comes back."""

from datetime import timedelta

from marshmallow import EXCLUDE, Schema, fields, validate

LEVELS = ("queue", "chief", "supervisor", "director", "council")
A_WEEK = timedelta(days=7)


class EscalationQuery(Schema):
    """Which level's list, told since when (a week ago unless said)."""

    class Meta:
        unknown = EXCLUDE

    level = fields.String(load_default="director", validate=validate.OneOf(LEVELS))
    since = fields.AwareDateTime(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 1000))


class EscalationTold(Schema):
    """An open case that was told of to a level."""

    number = fields.String(required=True)
    service = fields.String(required=True)
    place = fields.String(allow_none=True)
    department = fields.String(required=True)
    resolve_by = fields.AwareDateTime(allow_none=True)
    at = fields.AwareDateTime(required=True)
    promised_for = fields.AwareDateTime(allow_none=True)
    reason = fields.String(allow_none=True)


class EscalationList(Schema):
    """The list of a level, the oldest promise first."""

    level = fields.String(required=True)
    label = fields.String(required=True)
    cases = fields.List(fields.Nested(EscalationTold), required=True)


class CauseTold(Schema):
    """A stretch of street where a service was asked for again and again."""

    service = fields.String(required=True)
    street = fields.String(allow_none=True)
    cases = fields.Integer(required=True)
    first_at = fields.AwareDateTime(required=True)
    last_at = fields.AwareDateTime(required=True)


class CauseList(Schema):
    """Causes to look for, the most asked for first."""

    causes = fields.List(fields.Nested(CauseTold), required=True)

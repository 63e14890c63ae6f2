"""The contract of queues."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.cases.schemas import CaseRowTold
from tracker.queues.queries import MOST
from tracker.reports.schemas import Named

LONGEST_REASON = 500


class QueueAsked(Schema):
    """Which cases to place first for a look; repeat the name for several."""

    class Meta:
        unknown = EXCLUDE

    first = fields.List(fields.String(), load_default=None, validate=validate.Length(max=MOST))


class OrderGiven(Schema):
    """The cases that come first, in this order, and why; those not named follow by themselves."""

    class Meta:
        unknown = EXCLUDE

    cases = fields.List(
        fields.String(validate=validate.Length(1, 40)), required=True, validate=validate.Length(1, MOST)
    )
    reason = fields.String(
        required=True,
        validate=[validate.Length(1, LONGEST_REASON), validate.Regexp(r"(?s).*[^\s\0]")],
    )


class OrderDropped(Schema):
    """Why an order set by hand is given up."""

    class Meta:
        unknown = EXCLUDE

    reason = fields.String(load_default="", validate=validate.Length(max=LONGEST_REASON))


class QueuedTold(CaseRowTold):
    """A case of a queue. `is_begun` cases stay in front of the placed ones."""

    placed = fields.Integer(
        allow_none=True, metadata={"description": "where a dispatcher put it, 1 is first"}
    )
    is_begun = fields.Boolean(required=True)


class QueueTold(Schema):
    """A crew's cases, the first to be done first; who set the order and when, where somebody did."""

    crew = fields.Nested(Named, required=True)
    cases = fields.List(fields.Nested(QueuedTold), required=True)
    set_by = fields.String(allow_none=True)
    set_at = fields.AwareDateTime(allow_none=True)

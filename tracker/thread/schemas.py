"""The contract of threads."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.reports.schemas import EARLIEST, LATEST
from tracker.thread.service import LONGEST


class MessageGiven(Schema):
    """What somebody of the staff writes; `report` names one of those who reported, all of them without.

    `device_at` is when it was written, where it waited for a signal.
    """

    class Meta:
        unknown = EXCLUDE

    text = fields.String(required=True, validate=validate.Length(1, LONGEST))
    is_internal = fields.Boolean(load_default=False)
    report = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    device_at = fields.AwareDateTime(
        load_default=None, allow_none=True, validate=validate.Range(EARLIEST, LATEST)
    )


class ReplyGiven(Schema):
    """What the person who reported writes."""

    class Meta:
        unknown = EXCLUDE

    text = fields.String(required=True, validate=validate.Length(1, LONGEST))


class MessageTold(Schema):
    """One message. `from` is citizen or staff; a note is internal."""

    id = fields.UUID(required=True)
    author = fields.String(required=True, validate=validate.OneOf(("citizen", "staff")))
    text = fields.String(required=True)
    language = fields.String(required=True)
    channel = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    device_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when it was written, by a device that had no signal"}
    )
    is_internal = fields.Boolean(required=True)
    report = fields.String(allow_none=True, metadata={"description": "whose sender wrote it"})
    to = fields.List(fields.String(), required=True, metadata={"description": "reports it was written to"})
    is_read = fields.Boolean(required=True, metadata={"description": "by the staff"})


class Thread(Schema):
    """What was written, the first one first."""

    messages = fields.List(fields.Nested(MessageTold), required=True)
    unread = fields.Integer(required=True)


class OwnMessageTold(Schema):
    """One message as the person who reported reads it."""

    id = fields.UUID(required=True)
    author = fields.String(required=True, validate=validate.OneOf(("citizen", "staff")))
    text = fields.String(required=True)
    language = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class OwnThread(Schema):
    """What a person and the city wrote to each other, the first one first."""

    messages = fields.List(fields.Nested(OwnMessageTold), required=True)

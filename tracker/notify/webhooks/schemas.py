"""The contract of webhooks."""

from marshmallow import Schema, fields, validate


class WebhookGiven(Schema):
    """A program that wants to hear of events. No kinds means every event."""

    url = fields.String(
        required=True, validate=validate.Regexp(r"[\x21-\x7e]{1,2000}\Z"), metadata={"format": "uri"}
    )
    label = fields.String(load_default="", validate=validate.Regexp(r"[^\x00-\x1f]{0,100}\Z"))
    kinds = fields.List(
        fields.String(validate=validate.Regexp(r"[a-z_]{1,40}\Z")),
        load_default=list,
        validate=validate.Length(max=50),
    )


class WebhookTold(Schema):
    """A webhook, without its secret."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    label = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    enabled = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    failing_since = fields.AwareDateTime(allow_none=True)
    disabled_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(allow_none=True)


class WebhookMade(WebhookTold):
    """A webhook with its secret, shown in this answer only."""

    secret = fields.String(required=True, metadata={"example": "whsec_…"})


class WebhookList(Schema):
    """Every webhook, the oldest first."""

    webhooks = fields.List(fields.Nested(WebhookTold), required=True)


class ReplayGiven(Schema):
    """From when on; with `everything`, also what was taken already."""

    since = fields.AwareDateTime(required=True)
    everything = fields.Boolean(load_default=False)


class ReplayTold(Schema):
    """How many messages were queued."""

    queued = fields.Integer(required=True)

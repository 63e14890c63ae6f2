"""The contract of push subscriptions and of the link that ends e-mails."""

from marshmallow import EXCLUDE, Schema, fields, validate

VISIBLE = validate.Regexp(r"[\x21-\x7e]{1,2000}\Z")


class PushKeyTold(Schema):
    """The town's key for `PushManager.subscribe({applicationServerKey})`, base64url."""

    key = fields.String(required=True)


class PushKeysGiven(Schema):
    """A browser's keys, base64url."""

    class Meta:
        unknown = EXCLUDE

    p256dh = fields.String(required=True, validate=validate.Length(1, 200))
    auth = fields.String(required=True, validate=validate.Length(1, 100))


class PushGiven(Schema):
    """A browser's PushSubscription, as `toJSON()` says it."""

    class Meta:
        unknown = EXCLUDE

    endpoint = fields.String(required=True, validate=VISIBLE, metadata={"format": "uri"})
    keys = fields.Nested(PushKeysGiven, required=True)


class PushEndpoint(Schema):
    """Which browser is meant."""

    class Meta:
        unknown = EXCLUDE

    endpoint = fields.String(required=True, validate=VISIBLE)


class Unsubscribed(Schema):
    """What the person is not written about any more, and what opens the page of their choices."""

    subject = fields.String(required=True)
    person = fields.String(required=True)

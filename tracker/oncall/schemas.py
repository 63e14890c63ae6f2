"""The contract of the rota and of pages."""

from marshmallow import EXCLUDE, Schema, fields, validate

from tracker.oncall import domains

_TEXT = validate.Length(max=200)
PLACES = (*domains.DOMAINS, domains.ALL)


class TurnGiven(Schema):
    """Who answers, from a Friday on: a name, and a telephone or an e-mail address (or a member of staff)."""

    domain = fields.String(required=True, validate=validate.OneOf(PLACES))
    rank = fields.String(required=True, validate=validate.OneOf(tuple(domains.RANKS)))
    starts_on = fields.Date(required=True, metadata={"description": "a Friday; the turn begins at 16:00"})
    name = fields.String(required=True, validate=validate.Length(1, 200))
    phone = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    email = fields.Email(load_default=None, allow_none=True, validate=_TEXT)
    staff_id = fields.UUID(load_default=None, allow_none=True)


class TurnTold(Schema):
    """A turn of the rota; `is_now` when it is the one that counts."""

    domain = fields.String(required=True)
    domain_name = fields.String(required=True)
    rank = fields.String(required=True)
    rank_name = fields.String(required=True)
    starts_on = fields.Date(required=True)
    name = fields.String(required=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    is_now = fields.Boolean(required=True)


class Rota(Schema):
    """Who is on call this week, and who will be. `week` is the Friday this week's turn began."""

    week = fields.Date(required=True)
    turns = fields.List(fields.Nested(TurnTold), required=True)


class CallTold(Schema):
    """One person called; without a name nobody was on duty."""

    rank = fields.String(required=True)
    rank_name = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    name = fields.String(allow_none=True)


class PageTold(Schema):
    """An alarm, who was called and who answered. `is_test` is the test of a handover."""

    id = fields.UUID(required=True)
    is_test = fields.Boolean(required=True)
    is_open = fields.Boolean(required=True)
    domain = fields.String(required=True)
    domain_name = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    acknowledged_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    case = fields.Dict(allow_none=True, metadata={"description": "number, service, place, lon, lat"})
    calls = fields.List(fields.Nested(CallTold), required=True)


class PageList(Schema):
    """Pages, the newest first."""

    pages = fields.List(fields.Nested(PageTold), required=True)


class PageQuery(Schema):
    """How many pages are listed."""

    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class SecretQuery(Schema):
    """What the link in the call holds."""

    class Meta:
        unknown = EXCLUDE

    secret = fields.String(load_default=None, validate=validate.Length(1, 100))


class AcknowledgeGiven(Schema):
    """What the link in the call holds, for whoever is not signed in."""

    secret = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))

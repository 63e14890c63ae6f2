"""The contract of what a person may ask about their own data."""

from marshmallow import Schema, fields, validate


class ErasureGiven(Schema):
    """On whose word, and why, staff erase."""

    reason = fields.String(required=True, validate=[validate.Length(3, 500), validate.ContainsNoneOf("\x00")])


class ErasureTold(Schema):
    """What was erased: kept as a record, without anything of the person."""

    run = fields.UUID(required=True)
    number = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reports = fields.Integer(required=True)
    photos = fields.Integer(required=True)
    contacts = fields.Integer(required=True)


class RunTold(Schema):
    """One run of the register."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["retention", "erasure", "photos"]))
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    criteria = fields.Dict(required=True)
    counts = fields.Dict(required=True)
    smallest_group = fields.Integer(allow_none=True)


class RunList(Schema):
    """The register, the newest run first."""

    runs = fields.List(fields.Nested(RunTold), required=True)

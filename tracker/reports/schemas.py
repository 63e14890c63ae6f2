"""The contract of intake: what is sent and what is answered."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

METHODS = ("gps", "pin", "photo", "address", "asset", "segment", "phone", "intersection", "unknown")
CHANNELS = ("web", "mobile", "phone", "counter", "email", "crew", "open311")


# No instant outside these can be meant, and near the ends of the calendar a change of zone overflows.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class _Text(fields.String):
    """Text that PostgreSQL can keep: one with a NUL is refused, nobody's words are changed."""

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, object] | None, **kwargs: object
    ) -> str:
        said: str = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in said:
            raise ValidationError(_("Un texte contient un caractère qui ne peut pas être conservé."))
        return said


class AssetGiven(Schema):
    """An asset, by what is written on it."""

    kind = _Text(required=True, validate=validate.Length(1, 40))
    code = _Text(required=True, validate=validate.Length(1, 60))


class LocationGiven(Schema):
    """Where: coordinates (EPSG:4326), an address, an asset; several may be given."""

    lon = fields.Float(allow_nan=False, validate=validate.Range(-180, 180))
    lat = fields.Float(allow_nan=False, validate=validate.Range(-90, 90))
    accuracy_m = fields.Float(allow_nan=False, validate=validate.Range(0, 100_000))
    method = fields.String(load_default="pin", validate=validate.OneOf(METHODS))
    address = _Text(validate=validate.Length(max=300))
    asset = fields.Nested(AssetGiven)


class ContactGiven(Schema):
    """How to answer. Kept apart from the report, with an end."""

    name = _Text(validate=validate.Length(max=200))
    email = fields.Email(validate=validate.Length(max=254))
    phone = _Text(validate=[validate.Length(max=40), validate.Regexp(r"[-+() .0-9x]{7,40}$")])

    @validates_schema
    def _reachable(self, data: dict[str, object], **_: object) -> None:
        if data.get("name") and not (data.get("email") or data.get("phone")):
            raise ValidationError("Missing data for required field.", "email")


class ReportGiven(Schema):
    """One report."""

    service_code = _Text(required=True, validate=validate.Length(1, 40), metadata={"example": "VOI-NID"})
    location = fields.Nested(LocationGiven, load_default=dict)
    description = _Text(load_default="", validate=validate.Length(max=8_000))
    answers = fields.Dict(keys=fields.String(), load_default=dict, metadata={"example": {"taille": "pneu"}})
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["fr", "en"]))
    contact = fields.Nested(ContactGiven, load_default=None, allow_none=True)
    occurred_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        validate=validate.Range(EARLIEST, LATEST),
        metadata={"description": "RFC 3339, with its offset"},
    )
    case_number = _Text(
        load_default=None,
        allow_none=True,
        metadata={"description": "« It is the same » : attach to this case"},
    )
    is_new = fields.Boolean(
        load_default=False,
        metadata={"description": "« Mine is different » : never attached by itself to what looks like it"},
    )
    channel = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CHANNELS))
    on_behalf = fields.Boolean(
        load_default=False, metadata={"description": "an agent writes for a caller: staff only"}
    )
    draft = fields.Boolean(
        load_default=False, metadata={"description": "a permit kept for 90 days before it is submitted"}
    )


class ReportForm(Schema):
    """A report with files: the report as JSON in `report`, pictures in `photos`, PDFs in `documents`."""

    report = fields.String(required=True, metadata={"description": "a ReportGiven as JSON"})
    photos = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}))
    documents = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}))


class Named(Schema):
    """A code with its name in the reader's language."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class PassedOverTold(Schema):
    """A crew that was not chosen: the rule it failed, in words, and its score if it could have come."""

    crew = fields.String(required=True)
    rule = fields.String(required=True)
    text = fields.String(required=True)
    score = fields.Float()


class ReasonTold(Schema):
    """One step of triage and the rule that decided it."""

    step = fields.String(required=True)
    rule = fields.String(required=True)
    text = fields.String(required=True)
    others = fields.List(
        fields.Nested(PassedOverTold), metadata={"description": "the crews that were not chosen, and why"}
    )
    score = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        metadata={"description": "the terms of the crew chosen, 0 to 1, lower is better"},
    )


class CaseTold(Schema):
    """The case a report leads to."""

    number = fields.String(required=True)
    service_code = fields.String(required=True)
    service_name = fields.String(required=True)
    status = fields.String(required=True)
    status_label = fields.String(required=True)
    tone = fields.String(required=True)
    next_action = fields.String(required=True)
    place = fields.String(allow_none=True)
    district = fields.Nested(Named, allow_none=True)
    department = fields.Nested(Named, required=True)
    crew = fields.Nested(Named, allow_none=True)
    priority = fields.Integer(required=True)
    respond_by = fields.AwareDateTime(allow_none=True)
    resolve_by = fields.AwareDateTime(allow_none=True)
    reports_count = fields.Integer(required=True)
    neighbours = fields.Integer(required=True, metadata={"description": "how many others told of it"})
    reasons = fields.List(fields.Nested(ReasonTold))


class DuplicateTold(Schema):
    """A case that may be the same thing, and why."""

    case_number = fields.String(required=True)
    probability = fields.Float(required=True)
    distance_m = fields.Float(allow_none=True)
    service_code = fields.String(required=True)
    service_name = fields.String(required=True)
    status = fields.String(required=True)
    status_label = fields.String(required=True)
    tone = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    reports_count = fields.Integer(required=True)
    place = fields.String(allow_none=True)
    reasons = fields.List(fields.String(), required=True)


class SegmentTold(Schema):
    """The street at the place."""

    name = fields.String(required=True)
    owner = fields.String(required=True)


class PositionTold(Schema):
    """A position, EPSG:4326."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)


class LocationTold(Schema):
    """Where the report was placed, and how well it is known."""

    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    accuracy_m = fields.Float(allow_none=True)
    method = fields.String(required=True)
    address = fields.String(allow_none=True)
    segment = fields.Nested(SegmentTold, allow_none=True)
    candidates = fields.Dict(
        metadata={"description": "districts and territories with their probabilities, when it is not sure"}
    )
    photo_proposal = fields.Nested(PositionTold, allow_none=True)


class PhotoTold(Schema):
    """A photo that was kept."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)


class AdviceTold(Schema):
    """Whom else to turn to, at this hour."""

    to = fields.String(required=True)
    text = fields.String(required=True)
    contact = fields.Dict(allow_none=True)


class PlanTold(Schema):
    """The pass of the plow that is still to come there."""

    text = fields.String(required=True)
    by = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)


class ReportTold(Schema):
    """What became of a report."""

    number = fields.String(required=True)
    secret = fields.String(required=True)
    tracking_url = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    link = fields.String(required=True, validate=validate.OneOf(["opened", "attached", "auto_attached"]))
    location = fields.Nested(LocationTold, required=True)
    case = fields.Nested(CaseTold, required=True)
    advice = fields.Nested(AdviceTold, allow_none=True)
    plan = fields.Nested(PlanTold, allow_none=True)
    duplicates = fields.List(fields.Nested(DuplicateTold), required=True)
    photos = fields.List(fields.Nested(PhotoTold), required=True)


class DuplicatesGiven(ReportGiven):
    """A report that is not sent yet."""

    class Meta:
        unknown = EXCLUDE


class DuplicatesTold(Schema):
    """What is known of a report before it is sent."""

    location = fields.Nested(LocationTold, required=True)
    district = fields.Nested(Named, allow_none=True)
    plan = fields.Nested(PlanTold, allow_none=True)
    duplicates = fields.List(fields.Nested(DuplicateTold), required=True)

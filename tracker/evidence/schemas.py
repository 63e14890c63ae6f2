"""The contract of holds and certificates."""

from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from tracker.evidence.statement import FURTHEST_M
from tracker.reports.schemas import EARLIEST, LATEST

WITHIN = validate.Range(EARLIEST, LATEST)
DAYS = validate.Range(EARLIEST.date(), LATEST.date())


def _words(least: int, most: int) -> list[validate.Validator]:
    return [validate.Length(least, most), validate.ContainsNoneOf("\x00")]


class HoldQuery(Schema):
    """Whether those that were released are listed too."""

    class Meta:
        unknown = EXCLUDE

    released = fields.Boolean(load_default=False)


class HoldGiven(Schema):
    """What is held, a case or a place in a period, and why."""

    case_number = fields.String(load_default=None, allow_none=True, validate=_words(1, 40))
    lon = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-180, 180))
    lat = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-90, 90))
    radius_m = fields.Float(load_default=50.0, allow_nan=False, validate=validate.Range(1, FURTHEST_M))
    from_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=WITHIN)
    to_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=WITHIN)
    reason = fields.String(required=True, validate=_words(3, 500))

    @validates_schema
    def _subject(self, data: dict[str, object], **_kwargs: object) -> None:
        is_place = data.get("lon") is not None and data.get("lat") is not None
        if is_place == bool(data.get("case_number")):
            raise ValidationError(_("Dites soit un dossier, soit un lieu."), "case_number")


class HoldTold(Schema):
    """A hold."""

    id = fields.UUID(required=True)
    case_number = fields.String(allow_none=True)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    radius_m = fields.Float(allow_none=True)
    from_at = fields.AwareDateTime(allow_none=True)
    to_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(required=True)
    placed_by = fields.String(required=True)
    placed_at = fields.AwareDateTime(required=True)
    released_at = fields.AwareDateTime(allow_none=True)
    released_by = fields.String(allow_none=True)


class HoldList(Schema):
    """Holds, the newest first."""

    holds = fields.List(fields.Nested(HoldTold), required=True)


class CertificateGiven(Schema):
    """A place (EPSG:4326), how far around it, and the days asked about, both included, in the town's zone."""

    lon = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    lat = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    radius_m = fields.Float(load_default=25.0, allow_nan=False, validate=validate.Range(1, FURTHEST_M))
    since = fields.Date(data_key="from", load_default=None, allow_none=True, validate=DAYS)
    until = fields.Date(data_key="to", required=True, validate=DAYS)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["fr", "en"]))

    @validates_schema
    def _in_order(self, data: dict[str, object], **_kwargs: object) -> None:
        since, until = data.get("since"), data.get("until")
        if since is not None and until is not None and since > until:  # type: ignore[operator]  # both dates
            raise ValidationError(_("La fin vient avant le début."), "to")


class CertificateTold(Schema):
    """An issued certificate, as anyone may check it: what it is about, and the digest of its file."""

    code = fields.String(required=True)
    town = fields.String(required=True)
    question = fields.Dict(required=True)
    cases = fields.Integer(required=True)
    reports = fields.Integer(required=True)
    events = fields.Integer(required=True)
    issued_at = fields.AwareDateTime(required=True)
    sha256 = fields.String(required=True)


class CheckpointTold(Schema):
    """The last signed checkpoint, to be kept elsewhere (C2SP signed note), and the key to check it with."""

    note = fields.String(allow_none=True)
    key = fields.String(allow_none=True)

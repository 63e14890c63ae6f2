"""The contract of bookings."""

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from tracker.reports.schemas import EARLIEST, LATEST, ReportGiven, ReportTold

MOMENT = validate.Range(EARLIEST, LATEST)


class ResourceQuery(Schema):
    """What is booked for one service, or everything."""

    class Meta:
        unknown = EXCLUDE

    service = fields.String(load_default=None, validate=validate.Length(max=40))


class ResourceTold(Schema):
    """Something that is booked."""

    code = fields.String(required=True)
    kind = fields.String(required=True)
    service_code = fields.String(required=True)
    name = fields.String(required=True)
    units = fields.Integer(required=True)
    district = fields.String(allow_none=True)
    rules = fields.Dict(required=True)


class ResourceList(Schema):
    """What is booked."""

    resources = fields.List(fields.Nested(ResourceTold), required=True)


class PeriodQuery(Schema):
    """From when to when."""

    class Meta:
        unknown = EXCLUDE

    starts_at = fields.AwareDateTime(required=True, validate=MOMENT)
    ends_at = fields.AwareDateTime(required=True, validate=MOMENT)
    quantity = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class BusyTold(Schema):
    """A period with the units that are held in it; never by whom."""

    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    units = fields.Integer(required=True)
    held = fields.Integer(
        required=True, metadata={"description": "those of `units` in a cart or offered, not confirmed yet"}
    )


class AvailabilityTold(Schema):
    """Whether there is room, and when there is not."""

    is_free = fields.Boolean(required=True)
    free_units = fields.Integer(required=True)
    price = fields.Dict(required=True, metadata={"description": "cents by kind: fee, deposit"})
    busy = fields.List(fields.Nested(BusyTold), required=True)


class SlotGiven(Schema):
    """What is asked for, and when. A tour takes the whole day of `starts_at`."""

    resource = fields.String(required=True, validate=validate.Length(1, 60))
    starts_at = fields.AwareDateTime(required=True, validate=MOMENT)
    ends_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=MOMENT)
    quantity = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))
    people = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 100_000))
    alcohol = fields.Boolean(load_default=False)


class BookingGiven(Schema):
    """A report of a bookable service with the slot it asks for."""

    report = fields.Nested(ReportGiven, required=True)
    slot = fields.Nested(SlotGiven, required=True)
    waitlist = fields.Boolean(
        load_default=False, metadata={"description": "wait in line, when everything is taken"}
    )

    @validates_schema
    def _one_thing(self, data: dict[str, object], **_: object) -> None:
        report = data.get("report")
        if isinstance(report, dict) and (report.get("case_number") or report.get("draft")):
            raise ValidationError("A booking is always a case of its own.", "report")


class BookingTold(ReportTold):
    """What became of it: the cart is held for ten minutes."""

    held_until = fields.AwareDateTime(allow_none=True)
    rank = fields.Integer(allow_none=True)
    price = fields.Dict(required=True)
